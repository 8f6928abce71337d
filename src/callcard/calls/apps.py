from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "callcard.calls"
    label = "calls"
