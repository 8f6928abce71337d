from django.apps import AppConfig


class TariffsConfig(AppConfig):
    name = "callcard.calls.tariffs"
    label = "tariffs"
