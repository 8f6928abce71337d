from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "callcard.calls"
    label = "calls"

    def ready(self) -> None:
        from callcard.calls.own_list_entries import CALL_LISTS
        from callcard.staff.own_lists import offer_lists

        offer_lists(CALL_LISTS)
