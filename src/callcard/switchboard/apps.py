from django.apps import AppConfig


class SwitchboardConfig(AppConfig):
    name = "callcard.switchboard"
    label = "switchboard"

    def ready(self) -> None:
        from callcard.calls.recordings.pbxs import offer_pbxs
        from callcard.switchboard.queries import pbx_names

        offer_pbxs(pbx_names)
