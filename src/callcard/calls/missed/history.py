"""The calls of one person, out of the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from callcard.calls.log_conditions import ended_with
from callcard.calls.missed.models import MissedCaller
from callcard.calls.missed.rules import REACHED_SECONDS, Heard, is_missed, key_of
from callcard.calls.models import Call, CallQuerySet, Segment

_AT_MOST = 200
_COLUMNS = (
    *("id", "direction", "outcome", "match", "origin", "number", "e164", "shown_name", "withheld", "line", "queue"),
    *("started_at", "ended_at", "talk_seconds", "customer_id", "answered_by_id", "is_complete"),
)
_LONG_ENOUGH = Q(talk_seconds__gte=REACHED_SECONDS) | Q(origin=Call.Origin.HAND)
_OUTSIDE = (Call.Direction.INBOUND, Call.Direction.OUTBOUND)


@dataclass(frozen=True, slots=True)
class History:
    """`missed`: newest first. `reached`: the newest talk."""

    missed: list[Call]
    reached: Call | None

    @property
    def heard(self) -> list[Heard]:
        calls = [(call, True) for call in self.missed] + ([(self.reached, False)] if self.reached else [])
        return [Heard(call.pk, call.started_at, call.ended_at or call.started_at, missed) for call, missed in calls]


def call_key(call: Call) -> str:
    return key_of(
        call_id=call.pk,
        customer_id=call.customer_id,
        e164=call.e164,
        number=call.number,
        is_withheld=call.withheld,
    )


def read_history(key: str) -> History:
    """What the log holds now of the person whose key this is."""
    missed = list(_missed(key).order_by("-started_at")[:_AT_MOST])
    missed = [call for call in missed if is_missed(direction=call.direction, outcome=call.outcome, match=call.match)]
    return History(missed, _last_talk(key, missed) if missed else None)


def rang_users(call_ids: Iterable[int]) -> set[int]:
    """Ids of the people whose phones rang."""
    rang = Segment.objects.filter(call__in=list(call_ids), role="called", user__is_active=True)
    return {pk for pk in rang.values_list("user_id", flat=True) if pk is not None}


def who_spoke(talk: Call) -> int | None:
    """The id of the person who spoke to them longest, if they are still here."""
    spoke = Segment.objects.filter(call=talk, user__is_active=True, answered_at__isnull=False)
    called = Segment.objects.filter(call=talk, user__is_active=True, role="caller")
    return (spoke | called).order_by("-talk_seconds", "pk").values_list("user_id", flat=True).first()


def settled_by_hand_at(key: str) -> datetime | None:
    """When somebody last said that it is done."""
    closed = MissedCaller.objects.filter(key=key, closing_call_id=None).exclude(state=MissedCaller.State.OPEN)
    return closed.order_by("-closed_at").values_list("closed_at", flat=True).first()


def _missed(key: str) -> CallQuerySet:
    kind, _colon, value = key.partition(":")
    ended = Call.objects.filter(ended_at__isnull=False, direction=Call.Direction.INBOUND).only(*_COLUMNS)
    ended = ended.filter(outcome__in=(Call.Outcome.MISSED, Call.Outcome.CANCELLED))
    if kind == "c":
        return ended.filter(customer=int(value))
    if kind == "w":
        return ended.filter(pk=int(value), customer=None)
    return ended.filter(_with_number(value), customer=None, withheld=False)


def _with_number(value: str) -> Q:
    return ended_with(e164=value) if value.startswith("+") else ended_with(extension=value)


def _last_talk(key: str, missed: Iterable[Call]) -> Call | None:
    numbers = {call.e164 for call in missed if call.e164} - {key.removeprefix("n:")}  # those are read by the key
    return _newest([_talks_of(key), *(_talks().filter(ended_with(e164=e164)) for e164 in sorted(numbers))])


def _talks_of(key: str) -> CallQuerySet:
    kind, _colon, value = key.partition(":")
    if kind == "c":
        return _talks(customer=int(value))
    return _talks().none() if kind == "w" else _talks().filter(_with_number(value))


def _talks(**who: object) -> CallQuerySet:
    answered = Call.objects.filter(outcome=Call.Outcome.ANSWERED, ended_at__isnull=False, **who)
    return answered.filter(_LONG_ENOUGH, direction__in=_OUTSIDE).only(*_COLUMNS)


def _newest(several: Iterable[CallQuerySet]) -> Call | None:
    found = [call for rows in several if (call := rows.order_by("-started_at").first()) is not None]
    return max(found, key=lambda call: (call.ended_at or call.started_at, call.pk), default=None)
