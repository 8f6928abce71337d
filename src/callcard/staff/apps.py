from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "callcard.staff"
    label = "staff"
