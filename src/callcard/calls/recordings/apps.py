from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    name = "callcard.calls.recordings"
    label = "recordings"

    def ready(self) -> None:
        from callcard.calls.parts import CallPart, offer_mark, offer_part
        from callcard.calls.recordings.call_part import note_played, recordings_of_call

        offer_part(CallPart("recordings", "calls/recordings/of_call.html", recordings_of_call, place=10))
        offer_mark(note_played)
