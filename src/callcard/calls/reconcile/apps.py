from django.apps import AppConfig


class ReconcileConfig(AppConfig):
    name = "callcard.calls.reconcile"
    label = "reconcile"
