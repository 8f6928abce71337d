from django.apps import AppConfig


class SingleSignOnConfig(AppConfig):
    name = "callcard.staff.single_sign_on"
    label = "single_sign_on"
