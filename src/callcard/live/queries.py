"""Reading the event log."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, Min

from callcard.live.models import LiveEvent

REPLAY_AT_MOST = 200
# On the way of every ring, so without the ORM.
_EVENTS_AFTER = "SELECT id, user_id, kind, payload, received_ns FROM live_liveevent WHERE id > %s ORDER BY id LIMIT %s"


@dataclass(frozen=True, slots=True)
class Replay:
    """What a returning browser missed. `is_whole` False: too much or too long ago, it must load anew."""

    events: list[LiveEvent]
    is_whole: bool


def newest_event_id() -> int:
    """0 when nothing was ever told."""
    return LiveEvent.objects.aggregate(newest=Max("id"))["newest"] or 0


def events_after(event_id: int, *, limit: int = 1000) -> list[LiveEvent]:
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS_AFTER, [event_id, limit])
        return [
            LiveEvent(id=pk, user_id=user_id, kind=kind, payload=json.loads(payload), received_ns=received_ns)
            for pk, user_id, kind, payload, received_ns in cursor.fetchall()
        ]


def missed_events(user_id: int, *, since: int) -> Replay:
    known = LiveEvent.objects.aggregate(oldest=Min("id"), newest=Max("id"))
    oldest, newest = known["oldest"], known["newest"]
    if newest is None:
        return Replay([], is_whole=since == 0)
    if since > newest or since < oldest - 1:
        return Replay([], is_whole=False)
    events = list(LiveEvent.objects.filter(user_id=user_id, id__gt=since).order_by("id")[: REPLAY_AT_MOST + 1])
    if len(events) > REPLAY_AT_MOST:
        return Replay([], is_whole=False)
    return Replay(sorted([*events, *_missed_by_all(since)], key=lambda event: event.id), is_whole=True)


def _missed_by_all(since: int) -> list[LiveEvent]:
    """Of each kind the newest alone: they say that something is to be read anew."""
    newest = LiveEvent.objects.filter(user=None, id__gt=since).values("kind").annotate(newest=Max("id"))
    return list(LiveEvent.objects.filter(id__in=[each["newest"] for each in newest.order_by()]))
