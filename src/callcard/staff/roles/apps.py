from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "callcard.staff.roles"
    label = "roles"
