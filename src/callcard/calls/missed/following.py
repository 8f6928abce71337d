"""The job that follows the log: far from any ringing phone, it reads what has ended since it looked last.

It goes by the numbers of calls, which is all it needs to remember: a call that goes on, was not seen whole, or whose
number another writer has taken but not committed yet is looked at again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from callcard.calls.missed.history import call_key
from callcard.calls.missed.models import FollowPlace, MissedCaller
from callcard.calls.missed.rules import WITHHELD_SHOWN, is_missed, is_reached
from callcard.calls.missed.services import expire, settle
from callcard.calls.missed.telling import escalate, tell_now
from callcard.calls.models import Call
from callcard.jobs.kinds import Run
from callcard.jobs.services import enqueue, forget_runs

FOLLOW = "follow-missed-calls"
EVERY = timedelta(seconds=15)
_AT_ONCE = 500
_FIRST_TIME = timedelta(days=1)
_GAP_WAITS = timedelta(minutes=10)
_WIDEST_GAP = 2000  # numbers; more than that were never taken by one writer at once
_COMPLETED_WITHIN = timedelta(hours=12)
_CHECK_AGAIN = timedelta(minutes=5)
_CHECKED_AT_ONCE = 50
_BREATH_SECONDS = 0.02  # between two people: many who call in vain at once are many who ring at once

Unsettled = dict[str, list[str]]


def follow_calls(run: Run) -> None:
    """The job. `arguments`: {"keys": [...]} of people whose calls have changed hands."""
    keys = run.arguments.get("keys", [])
    if follow(keys, lambda: run.progress(0)):
        tell_now()
    forget_runs(kind=FOLLOW)


def follow(keys: Iterable[str] = (), between: Callable[[], None] = lambda: None) -> bool:
    """Everything that there is to do now; returns whether any row changed."""
    changed = sum(settle(key=key) for key in keys) > 0
    while True:
        more, stepped = _step(timezone.now())
        changed |= stepped
        between()
        if not more:
            break
    now = timezone.now()
    changed |= _check_again(now)
    return bool(escalate(now=now)) or changed


def look_again(keys: Iterable[str]) -> None:
    """The calls of these people have changed hands; once the transaction around this is committed they are read."""
    enqueue(kind=FOLLOW, arguments={"keys": sorted(set(keys))})


def _step(now: datetime) -> tuple[bool, bool]:
    """(whether there may be more, whether a row changed)"""
    place = FollowPlace.objects.order_by("pk").first() or FollowPlace(last_id=_start(now))
    fresh = list(Call.objects.filter(pk__gt=place.last_id).defer("tracking", "note").order_by("pk")[:_AT_ONCE])
    again = Call.objects.filter(pk__in=[int(pk) for pk in place.unsettled]).defer("tracking", "note")
    known = {call.pk: call for call in [*again, *fresh]}
    gaps = _gaps(place.last_id, [call.pk for call in fresh], now)
    ended = [call for call in known.values() if _is_news(call, place.unsettled)]
    changed = sum(_settle_gently(key) for key in _keys(ended)) > 0
    unsettled = _still_unsettled({**gaps, **place.unsettled}, known, now)
    if fresh or unsettled != place.unsettled:
        place.last_id = max([place.last_id, *(call.pk for call in fresh)])
        place.unsettled = unsettled
        place.save()
    return len(fresh) == _AT_ONCE, changed


def _settle_gently(key: str) -> bool:
    time.sleep(_BREATH_SECONDS)
    return settle(key=key)


def _start(now: datetime) -> int:
    """Of a log that was never followed, the calls of the last day."""
    # After the last older one: numbers need not follow time, and after the first of that day there may be millions.
    numbers = Call.objects.values_list("pk", flat=True)
    last_old = numbers.filter(started_at__lt=now - _FIRST_TIME).order_by("-pk").first()
    return last_old if last_old is not None else (numbers.order_by("pk").first() or 1) - 1


def _gaps(last_id: int, ids: list[int], now: datetime) -> Unsettled:
    """Numbers that were passed over: on a database with several writers they may be there in a moment."""
    if not ids or ids[-1] - last_id > _WIDEST_GAP:
        return {}
    until = (now + _GAP_WAITS).isoformat()
    return {str(pk): [until, ""] for pk in sorted(set(range(last_id + 1, ids[-1])) - set(ids))}


def _is_news(call: Call, unsettled: Mapping[str, list[str]]) -> bool:
    told = unsettled.get(str(call.pk))
    return call.ended_at is not None and (told is None or told[1] != call.outcome)


def _still_unsettled(waiting: Unsettled, known: Mapping[int, Call], now: datetime) -> Unsettled:
    # What is not there stays only while it may still be committed; a call that was there has become part of another.
    soon, latest = now.isoformat(), (now + _GAP_WAITS).isoformat()
    left = {pk: told for pk, told in waiting.items() if int(pk) not in known and soon < told[0] <= latest}
    for call in known.values():
        told = _looked_at_until(call)
        if told is not None and told > now:
            left[str(call.pk)] = [told.isoformat(), call.outcome if call.ended_at else ""]
    return left


def _looked_at_until(call: Call) -> datetime | None:
    """None: nothing of it will change any more."""
    if call.ended_at is None:
        return datetime.max.replace(tzinfo=call.started_at.tzinfo)
    return None if call.is_complete else call.ended_at + _COMPLETED_WITHIN


def _keys(ended: list[Call]) -> list[str]:
    """Of the people who may wait now or may wait no more."""
    missed = {
        call_key(call) for call in ended if is_missed(direction=call.direction, outcome=call.outcome, match=call.match)
    }
    talks = [call for call in ended if _is_talk(call)]
    return sorted(missed | _waiting_for(talks))


def _is_talk(call: Call) -> bool:
    return is_reached(
        direction=call.direction,
        outcome=call.outcome,
        talk_seconds=call.talk_seconds,
        is_by_hand=call.origin == Call.Origin.HAND,
    )


def _waiting_for(talks: list[Call]) -> set[str]:
    """Whoever waited for one of these talks: by the customer or by the number."""
    if not talks:
        return set()
    keys, numbers = {call_key(call) for call in talks}, {call.e164 for call in talks if call.e164}
    waiting = MissedCaller.objects.open().filter(Q(key__in=keys) | Q(e164__in=numbers))
    return set(waiting.values_list("key", flat=True))


def _check_again(now: datetime) -> bool:
    """Rows heal by themselves: calls are given to customers, customers merged, tasks done, calls by hand removed."""
    stale = MissedCaller.objects.open().filter(checked_at__lt=now - _CHECK_AGAIN).order_by("checked_at")
    changed = False
    for row in stale[:_CHECKED_AT_ONCE]:
        if row.is_withheld and row.last_at < now - WITHHELD_SHOWN:
            expire(missed=row)
            changed = True
        else:
            changed |= settle(key=row.key)
    return changed
