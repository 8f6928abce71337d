"""Calls of somebody who may wait, as the log has them when they are over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from callcard.calls.missed.models import MissedCaller
from callcard.calls.models import Call, Segment
from callcard.customers.models import Customer
from callcard.staff.models import User

NUMBER = "+8562055512345"
_keys = count(1)


class Clock:
    """When the test began."""

    now = timezone.now()


def ago(minutes: float) -> datetime:
    """Before the test began."""
    return Clock.now - timedelta(minutes=minutes)


def manager(name: str) -> User:
    return User.objects.create_user(name, records=User.Records.OWN)


def heard(
    minutes: float,
    outcome: str = "missed",
    *,
    e164: str = NUMBER,
    customer: Customer | None = None,
    direction: str = "inbound",
    talk: float = 60,
    rings: Sequence[User] = (),
    **more: object,
) -> Call:
    """A call that ended, begun so long ago."""
    at, is_talk = ago(minutes), outcome == "answered"
    values = {
        "number": e164.lstrip("+"),
        "e164": e164,
        "customer": customer,
        "direction": direction,
        "outcome": outcome,
        "started_at": at,
        "answered_at": at if is_talk else None,
        "ended_at": at + timedelta(seconds=talk if is_talk else 20),
        "talk_seconds": talk if is_talk else 0,
        "match": "exact" if customer else "none",
        **more,
    }
    call = Call.objects.create(pbx="office", key=str(next(_keys)), **values)
    role = "caller" if direction == "outbound" else "called"
    for place, user in enumerate(rings):
        Segment.objects.create(
            call=call, key=str(place), role=role, user=user, rang_at=at, answered_at=call.answered_at, outcome=outcome
        )
    return call


def told() -> list[tuple[str, int]]:
    """(key, times) of everybody who waits."""
    return [(row.key, row.times) for row in MissedCaller.objects.open().order_by("key")]


def the_row() -> MissedCaller:
    return MissedCaller.objects.get()
