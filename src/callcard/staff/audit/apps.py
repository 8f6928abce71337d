from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "callcard.staff.audit"
    label = "audit"
