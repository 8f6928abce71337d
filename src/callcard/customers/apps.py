from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "callcard.customers"
    label = "customers"
