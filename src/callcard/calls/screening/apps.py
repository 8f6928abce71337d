from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "callcard.calls.screening"
    label = "screening"

    def ready(self) -> None:
        from callcard.calls.parts import CallPart, offer_mark, offer_part
        from callcard.calls.screening.call_part import block_of_call, note_blocked

        offer_part(CallPart("screening", "calls/screening/of_call.html", block_of_call, place=90))
        offer_mark(note_blocked)
