"""From the history and the call log to messages. Whatever wrote them knows nothing of it, so a ring waits for nothing.

It goes by the numbers of rows. One that another writer has taken but not committed yet is looked at again for a while,
and so is a call that goes on. Messages and the place up to which was read are written in one transaction: killed at any
point, nothing is left out and nothing is made twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from callcard.api.v1.types import moment
from callcard.api.webhooks.events import EVENTS, told_to
from callcard.api.webhooks.models import Delivery, Endpoint, Place
from callcard.api.webhooks.rules import event_of_step, events_of_call, new_message_id
from callcard.calls.missed.rules import is_missed
from callcard.calls.models import Call
from callcard.staff.models import Change

_AT_ONCE = 100
_GAP_WAITS = timedelta(minutes=2)
_WIDEST_GAP = 1000  # numbers; more than that were never taken by writers at once
_CALL_GOES_ON = timedelta(hours=12)
_NEWS_FOR = timedelta(days=1)
_LATE = ("call.ended", "call.missed")

Open = dict[str, list[str]]
"""Id -> [until when it is looked at again, the events of it that were told ...]"""


@dataclass(frozen=True, slots=True)
class Happened:
    event: str
    pk: int
    customer_id: int | None
    at: datetime


def begin_at_now() -> None:
    """From here on things are told. Call it in the transaction that switches the first endpoint on."""
    steps, calls = Change.objects.order_by("-pk"), Call.objects.order_by("-pk")
    last_step = steps.values_list("pk", flat=True).first() or 0
    last_call = calls.values_list("pk", flat=True).first() or 0
    Place.objects.get_or_create(pk=1, defaults={"last_step": last_step, "last_call": last_call})


def forget_place() -> None:
    """Nobody is told of anything any more."""
    Place.objects.all().delete()


def collect() -> bool:
    """Make messages of what has happened since it was looked last. Returns whether there may be more at once."""
    place = Place.objects.first()
    if place is None:
        return False
    was = place.version, place.last_step, place.last_call, dict(place.open_steps), dict(place.open_calls)
    now = timezone.now()
    steps, more_steps = _steps(place, now)
    calls, more_calls = _calls(place, now)
    messages = _messages(_once([*steps, *calls]))
    if messages or was[1:] != (place.last_step, place.last_call, place.open_steps, place.open_calls):
        _write(place, messages)
    return more_steps or more_calls


@transaction.atomic
def _write(place: Place, messages: Sequence[Delivery]) -> None:
    """Nothing, if another node has come further meanwhile."""
    ours = Place.objects.filter(pk=place.pk, version=place.version)
    values = {name: getattr(place, name) for name in ("last_step", "last_call", "open_steps", "open_calls")}
    if ours.update(version=place.version + 1, **values):
        Delivery.objects.bulk_create(messages)


# -- the history -------------------------------------------------------------------------------------------------------


def _steps(place: Place, now: datetime) -> tuple[list[Happened], bool]:
    columns = ("pk", "at", "about", "object_id", "customer_id", "action")
    fresh = list(Change.objects.filter(pk__gt=place.last_step).order_by("pk").only(*columns)[:_AT_ONCE])
    again = list(Change.objects.filter(pk__in=map(int, place.open_steps)).only(*columns)) if place.open_steps else []
    gaps = _gaps(place.last_step, [step.pk for step in fresh], now)
    found = {str(step.pk) for step in again}
    place.open_steps = {pk: told for pk, told in {**place.open_steps, **gaps}.items() if _waits(pk, told, found, now)}
    place.last_step = fresh[-1].pk if fresh else place.last_step
    return [one for step in [*again, *fresh] for one in _of_step(step)], len(fresh) == _AT_ONCE


def _of_step(step: Change) -> list[Happened]:
    event = event_of_step(about=step.about, action=step.action)
    if not event:
        return []
    is_of_customer = EVENTS[event].subject == "customer"
    pk = step.customer_id if is_of_customer else step.object_id
    return [] if pk is None else [Happened(event, pk, step.customer_id, step.at)]


def _gaps(last: int, pks: Sequence[int], now: datetime) -> Open:
    """Numbers that were passed over: on a database with several writers they may be there in a moment."""
    if not pks or pks[-1] - last > _WIDEST_GAP:
        return {}
    until = (now + _GAP_WAITS).isoformat()
    return {str(pk): [until] for pk in sorted(set(range(last + 1, pks[-1])) - set(pks))}


def _waits(pk: str, told: Sequence[str], found: Iterable[str], now: datetime) -> bool:
    return pk not in found and datetime.fromisoformat(told[0]) > now


# -- the call log ------------------------------------------------------------------------------------------------------


def _calls(place: Place, now: datetime) -> tuple[list[Happened], bool]:
    rows = Call.objects.defer("tracking", "note")
    fresh = list(rows.filter(pk__gt=place.last_call).order_by("pk")[:_AT_ONCE])
    again = list(rows.filter(pk__in=map(int, place.open_calls))) if place.open_calls else []
    left = _gaps(place.last_call, [call.pk for call in fresh], now) | place.open_calls
    happened = []
    for call in [*again, *fresh]:
        _until, *told = left.pop(str(call.pk), [""])
        events = _of_call(call, now)
        happened += [
            Happened(event, call.pk, call.customer_id, at) for event, at in events.items() if event not in told
        ]
        if call.ended_at is None:
            left[str(call.pk)] = [(call.started_at + _CALL_GOES_ON).isoformat(), *events]
    place.open_calls = {pk: told for pk, told in left.items() if _waits(pk, told, (), now)}
    place.last_call = fresh[-1].pk if fresh else place.last_call
    return happened, len(fresh) == _AT_ONCE


def _of_call(call: Call, now: datetime) -> dict[str, datetime]:
    """Of one that is learned of late, only how it ended; of one of other days nothing."""
    if call.started_at < now - _NEWS_FOR:
        return {}
    rang = call.segments.exclude(rang_at=None).order_by("rang_at").values_list("rang_at", flat=True).first()
    is_vain = is_missed(direction=call.direction, outcome=call.outcome, match=call.match)
    events = events_of_call(
        started_at=call.started_at,
        rang_at=rang,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        missed=is_vain,
    )
    if call.origin == Call.Origin.LIVE:
        return events
    return {event: at for event, at in events.items() if event in _LATE}


# -- messages ----------------------------------------------------------------------------------------------------------


def _once(happened: Iterable[Happened]) -> list[Happened]:
    """What was read at once is told once: a new customer with three numbers is one event."""
    first: dict[tuple[str, int], Happened] = {}
    for one in happened:
        created = (one.event.replace(".changed", ".created"), one.pk)
        if created not in first:
            first.setdefault((one.event, one.pk), one)
    return list(first.values())


def _messages(happened: Sequence[Happened]) -> list[Delivery]:
    if not happened:
        return []
    made = []
    for endpoint in Endpoint.objects.filter(off=Endpoint.Off.ON).select_related("owner"):
        for one in happened:
            if one.event in endpoint.events and (message := _message(endpoint, one)):
                made.append(message)
    return made


def _message(endpoint: Endpoint, one: Happened) -> Delivery | None:
    subject = EVENTS[one.event].subject
    data = told_to(endpoint.owner, subject, one.pk, is_gone=one.event.endswith(".removed"))
    if data is None:
        return None
    message = a_message(endpoint, one.event, data, one.at)
    message.subject, message.subject_id, message.customer_id = subject, one.pk, one.customer_id
    return message


def a_message(endpoint: Endpoint, event: str, data: dict[str, Any], at: datetime) -> Delivery:
    """Not yet saved."""
    body = json.dumps({"type": event, "timestamp": moment(at), "data": data}, ensure_ascii=False, separators=(",", ":"))
    return Delivery(endpoint=endpoint, message_id=new_message_id(), event=event, body=body, next_at=timezone.now())
