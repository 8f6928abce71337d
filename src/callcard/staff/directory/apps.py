from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "callcard.staff.directory"
    label = "directory"
