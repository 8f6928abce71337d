"""Gives calls their cost: those that ended since the last look, and those of a period anew.

A call's end writes nothing for it: whoever rates looks for what ended. New calls have higher numbers than old ones; a
call that still goes on is written down to be looked at again, as is one that a PBX's record may correct. What people
change is found in the history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from callcard.calls.models import Call
from callcard.calls.tariffs.models import RatingPlace, WaitingCall
from callcard.calls.tariffs.queries import Tariff, has_price_lists, tariff
from callcard.staff.models import Change
from callcard.staff.statements import sent_together, update

_READ = (
    *("id", "direction", "number", "e164", "line", "started_at", "answered_at", "ended_at", "talk_seconds"),
    *("is_complete", "origin", "cost", "cost_currency"),
)
AT_ONCE = 100  # in one transaction, which on SQLite a ringing call waits for
# Numbers are given before they are committed: so many may come late.
_LATE = 200
_LOOK_AGAIN = timedelta(hours=1)
_CORRECTED_WITHIN = timedelta(days=2)
_LONGEST_CALL = timedelta(days=7)


def rate(calls: Sequence[Call], prices: Tariff) -> int:
    """Write what they cost; returns of how many that was something else before. Calls that go on stay without."""
    changed = []
    for call in calls:
        _row, cost, currency = cost_now(call, prices)
        if (call.cost, call.cost_currency) != (cost, currency):
            call.cost, call.cost_currency = cost, currency
            changed.append(call)
    with transaction.atomic(), sent_together():
        for call in changed:
            update(Call, call.pk, {"cost": call.cost, "cost_currency": call.cost_currency})
    return len(changed)


def cost_now(call: Call, prices: Tariff) -> tuple[int | None, Decimal | None, str]:
    """(the row that decides, the cost, its currency); nothing while it goes on, and where no list says anything."""
    charge = prices.charge_of(call) if call.ended_at is not None else None
    return (charge.row_id, charge.cost, charge.currency) if charge else (None, None, "")


def rate_ended(tell: Callable[[int], None] = lambda done: None) -> int:
    """Rate what ended or was changed since the last time; returns how many costs were written. May be repeated and cut
    short. While there are no prices, calls pass by: older ones are rated by `rate_period`, when somebody asks for it.
    """
    if not has_price_lists():
        _pass_by()
        return 0
    walk = _Walk(tariff(), tell)
    walk.new_calls()
    walk.waiting_calls()
    walk.changed_calls()
    return walk.written


@dataclass(slots=True)
class _Walk:
    prices: Tariff
    tell: Callable[[int], None]
    written: int = 0
    looked_at: int = 0

    def new_calls(self) -> None:
        place = _place()
        last = max(0, place.call_id - _LATE)
        while calls := list(Call.objects.filter(pk__gt=last).order_by("pk").only(*_READ)[:AT_ONCE]):
            last = calls[-1].pk
            with transaction.atomic():
                self._rate(calls)
                _wait_for(calls)
                RatingPlace.objects.filter(pk=place.pk, call_id__lt=last).update(call_id=last)
            self._told(len(calls))

    def waiting_calls(self) -> None:
        now = timezone.now()
        due = WaitingCall.objects.filter(look_at__lte=now).order_by("call_id")
        last = 0
        while waiting := list(due.filter(call_id__gt=last)[:AT_ONCE]):
            last = waiting[-1].call_id
            calls = {call.pk: call for call in Call.objects.filter(pk__in=[w.call_id for w in waiting]).only(*_READ)}
            over = [w.call_id for w in waiting if w.call_id not in calls or _is_over(w, calls[w.call_id], now)]
            again = [call.pk for call in calls.values() if call.ended_at is not None and call.pk not in over]
            with transaction.atomic():
                self._rate(list(calls.values()))
                WaitingCall.objects.filter(call_id__in=over).delete()
                WaitingCall.objects.filter(call_id__in=again).update(look_at=now + _LOOK_AGAIN)
            self._told(len(waiting))

    def changed_calls(self) -> None:
        """Those written down by hand, and changed or brought back later."""
        place = _place()
        last, newest = max(0, place.change_id - _LATE), _newest(Change)
        while last < newest:
            upto = min(last + 10 * AT_ONCE, newest)
            ids = Change.objects.filter(pk__gt=last, pk__lte=upto, about="call").values_list("object_id", flat=True)
            for some in _portions(sorted(set(ids))):
                with transaction.atomic():
                    self._rate(list(Call.objects.filter(pk__in=some).only(*_READ)))
            last = upto
            RatingPlace.objects.filter(pk=place.pk).update(change_id=last)
            self._told(0)

    def _rate(self, calls: Sequence[Call]) -> None:
        self.written += rate(calls, self.prices)

    def _told(self, looked_at: int) -> None:
        self.looked_at += looked_at
        self.tell(self.looked_at)


def rate_period(start: datetime, end: datetime, tell: Callable[[int], None] = lambda done: None) -> int:
    """Rate all calls that began from `start` until before `end` anew; returns how many costs are others now. To repeat
    it changes nothing, and with the prices of before it restores the costs of before."""
    prices, written, done = tariff(), 0, 0
    for some in calls_between(start, end, at_once=AT_ONCE):
        with transaction.atomic():
            written += rate(some, prices)
        done += len(some)
        tell(done)
    return written


def calls_between(start: datetime, end: datetime, *, at_once: int) -> Iterator[list[Call]]:
    """With what rating reads of them, in portions."""
    at, last = start, 0
    calls = Call.objects.filter(started_at__lt=end).order_by("started_at", "pk").only(*_READ)
    while some := list(
        calls.filter(Q(started_at=at, pk__gt=last) | Q(started_at__gt=at), started_at__gte=at)[:at_once]
    ):
        at, last = some[-1].started_at, some[-1].pk
        yield some


def _place() -> RatingPlace:
    return RatingPlace.objects.get_or_create(pk=1)[0]


def _pass_by() -> None:
    """Writes only when something came since."""
    place, calls, changes = _place(), _newest(Call), _newest(Change)
    if (place.call_id, place.change_id) != (calls, changes):
        RatingPlace.objects.filter(pk=place.pk).update(call_id=calls, change_id=changes)
    WaitingCall.objects.all().delete()


def _newest(model: type[Call] | type[Change]) -> int:
    return int(model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0)


def _wait_for(calls: Sequence[Call]) -> None:
    now = timezone.now()
    waiting = [
        WaitingCall(
            call_id=call.pk,
            look_at=now if call.ended_at is None else now + _LOOK_AGAIN,
            until=now + (_LONGEST_CALL if call.ended_at is None else _CORRECTED_WITHIN),
        )
        for call in calls
        if call.ended_at is None or _may_be_corrected(call)
    ]
    WaitingCall.objects.bulk_create(waiting, ignore_conflicts=True)


def _may_be_corrected(call: Call) -> bool:
    return not call.is_complete or call.origin == Call.Origin.RECORD


def _is_over(waiting: WaitingCall, call: Call, now: datetime) -> bool:
    return waiting.until <= now or (call.ended_at is not None and not _may_be_corrected(call))


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(ids), AT_ONCE):
        yield ids[first : first + AT_ONCE]
