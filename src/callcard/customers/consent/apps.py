from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "callcard.customers.consent"
    label = "consent"
