from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "callcard.tasks"
    label = "tasks"
