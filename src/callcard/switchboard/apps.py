from django.apps import AppConfig


class SwitchboardConfig(AppConfig):
    name = "callcard.switchboard"
    label = "switchboard"
