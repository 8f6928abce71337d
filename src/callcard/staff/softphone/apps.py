from django.apps import AppConfig


class SoftphoneConfig(AppConfig):
    name = "callcard.staff.softphone"
    label = "softphone"
