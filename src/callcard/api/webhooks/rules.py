"""What Standard Webhooks (standardwebhooks.com) says of signatures and tries. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from callcard.kit.standard_webhooks import signature

# After the first try, which is at once: as the standard advises.
_PAUSES_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
MOST_TRIES = 1 + len(_PAUSES_SECONDS)
_JITTER = 0.2
ANSWER_SHOWN = 500
_GOOD, _REDIRECTS = range(200, 300), range(300, 400)
GONE = 410


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(16)}"


def signed_headers(secrets_now: Iterable[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """`secrets_now`: the one in use, and until a change is through the one before."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(each, message_id, timestamp, body) for each in secrets_now),
    }


def pause_after(tries: int, chance: float) -> float | None:
    """Seconds until the next try; None when there is none. `chance` (0 to 1) spreads the tries of many messages."""
    if tries >= MOST_TRIES:
        return None
    return _PAUSES_SECONDS[tries - 1] * (1 + _JITTER * chance)


def problem_of(status: int) -> str:
    """Empty for an answer that says that the message has arrived."""
    if status in _GOOD:
        return ""
    return "redirect" if status in _REDIRECTS else "gone" if status == GONE else "status"


def shown_answer(start: bytes) -> str:
    """How an answer began, for people."""
    return start.decode("utf-8", "replace").replace("\x00", "")[:ANSWER_SHOWN]


def events_of_call(
    *,
    started_at: datetime,
    rang_at: datetime | None,
    answered_at: datetime | None,
    ended_at: datetime | None,
    missed: bool,
) -> dict[str, datetime]:
    """What has happened in a call until now, in order, and when. `rang_at`: of the first phone of ours."""
    moments = {"call.began": started_at, "call.rang": rang_at, "call.answered": answered_at, "call.ended": ended_at}
    if missed:
        moments["call.missed"] = ended_at
    return {event: at for event, at in moments.items() if at is not None}


_OF_RECORDS = {
    "customer": ("created", "changed", "removed"),
    "order": ("created", "changed", "cancelled"),
    "payment": ("created", "changed", "cancelled"),
    "task": ("created", "changed", "removed"),
}
_ROWS_OF_CUSTOMERS = frozenset({"phone", "contact", "person", "address", "consent"})
_NAMES = {"imported": "created"}


def event_of_step(*, about: str, action: str) -> str:
    """The type of event that a step of the history is; empty for none."""
    if about in _ROWS_OF_CUSTOMERS:
        return "customer.changed"
    if about not in _OF_RECORDS:
        return ""
    name = _NAMES.get(action, action)
    return f"{about}.{name if name in _OF_RECORDS[about] else 'changed'}"
