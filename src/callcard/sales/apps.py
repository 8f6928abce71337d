from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "callcard.sales"
    label = "sales"
