from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "callcard.config"
    label = "config"

    def ready(self) -> None:
        from callcard.config.merging import name_tables

        name_tables()
