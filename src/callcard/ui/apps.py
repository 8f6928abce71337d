from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "callcard.ui"
    label = "ui"
