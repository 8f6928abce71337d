from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "callcard.api"
    label = "api"
