"""What each event of the log becomes on a user's screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from callcard.calls.services import mark_told
from callcard.desk.popup import Popup, popups
from callcard.live.hub import Message
from callcard.live.models import LiveEvent


def render(events: Sequence[LiveEvent]) -> list[Message | None]:
    """Messages in the order of the events. A pop-up is shown as it is now, so only a call's last event says it."""
    last = {_pair(event): event.id for event in events if event.kind == "popup"}
    made = popups(last) if last else {}
    return [_message(event, made, last) for event in events]


def note_delivered(delivered: Sequence[tuple[int, Message, datetime]]) -> None:
    """Keep that these messages were written to a browser of their users, and when they were first."""
    told: dict[tuple[int, int], datetime] = {}
    for user_id, message, at in delivered:
        if message.kind == "popup":
            told.setdefault((message.data["call"], user_id), at)
    mark_told(told)


def _pair(event: LiveEvent) -> tuple[int, int]:
    return event.payload["call"], event.user_id or 0


def _message(event: LiveEvent, made: dict[tuple[int, int], Popup], last: dict[tuple[int, int], int]) -> Message | None:
    if event.kind != "popup":
        return Message(event.id, event.kind, event.payload)
    popup = made.get(_pair(event))
    if popup is None or popup.is_closed or last[_pair(event)] != event.id:
        return None
    return Message(event.id, "popup", popup_data(popup), event.received_ns)


def popup_data(popup: Popup) -> dict[str, object]:
    return {
        "call": popup.call_id,
        "state": popup.state,
        "title": popup.title,
        "announce": popup.announce,
        "html": popup.html,
        "line": popup.line,
    }
