from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "callcard.desk"
    label = "desk"
