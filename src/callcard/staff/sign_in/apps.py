from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "callcard.staff.sign_in"
    label = "sign_in"
