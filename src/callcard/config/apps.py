from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "callcard.config"
    label = "config"

    def ready(self) -> None:
        from callcard.config import unsafe  # noqa: F401  what `check --deploy` says
        from callcard.config.acme.standing import standing
        from callcard.config.erasing import name_steps
        from callcard.config.merging import name_tables
        from callcard.staff.certificate import name_teller

        name_tables()
        name_steps()
        name_teller(standing)
