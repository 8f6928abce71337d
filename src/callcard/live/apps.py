from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "callcard.live"
    label = "live"
