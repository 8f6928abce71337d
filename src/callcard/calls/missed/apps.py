from django.apps import AppConfig


class MissedConfig(AppConfig):
    name = "callcard.calls.missed"
    label = "missed"
