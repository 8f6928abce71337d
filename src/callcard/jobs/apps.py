from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "callcard.jobs"
    label = "jobs"
