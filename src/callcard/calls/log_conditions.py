"""What a filter of the log means: which calls fit, and which indexes know them.

A condition is sure about single calls (`check`). Besides it may know where its calls are: as rows of indexes in the
order of time (`source`), or as ids of indexes in other orders (`among`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from callcard.calls.log_walk import Source, Span, Unindexed
from callcard.calls.models import Call, CallQuerySet, CallTagging, Segment
from callcard.kit.ids import ids_in
from callcard.sales.models import Order
from callcard.staff.company import company
from callcard.telephony.numbers import candidates
from callcard.ui.list_days import midnight, read_day
from callcard.ui.lists import Column, Filter

_MOST_PARTS = 12
_MOST_GOING_ON = 1000
_MOST = Decimal(10**9)  # seconds, or money: more has no call
_COUNTED = {"rang": "ring_seconds", "talked": "talk_seconds", "held": "hold_seconds", "cost": "cost"}
_OUTCOMES = tuple(value for value, _label in Call.Outcome.choices if value)
_DIRECTIONS = tuple(value for value, _label in Call.Direction.choices)


def literally(condition: str) -> Q:
    """A partial index's condition in its words: of one with parameters SQLite does not see that it is the same."""
    return Q(RawSQL(condition, (), output_field=BooleanField()))


_HAS_QUEUE = literally("""NOT ("calls_call"."queue" = '')""")
_HAS_RESULT = literally("""NOT ("calls_call"."result" = '')""")
_NOT_LIVE = literally("""NOT ("calls_call"."origin" = 'live')""")
_HAS_E164 = literally("""NOT ("calls_call"."e164" = '')""")
_NO_E164 = literally("""("calls_call"."e164" = '')""")
_NO_RESULT = literally("""("calls_call"."outcome" = 'answered' AND "calls_call"."result" = '')""")
_SOME = {"talked": '"calls_call"."talk_seconds" > 0.0', "held": '"calls_call"."hold_seconds" > 0.0'}
_ENDED = Q(ended_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """`check`: for rows of `unindexed`. `is_exact`: `source` or `among` alone is sure."""

    check: Q
    source: Source | None = None
    among: tuple[QuerySet[Any], ...] = ()
    is_exact: bool = True

    def ids(self) -> tuple[QuerySet[Any], ...]:
        """Ids of all calls that fit, in parts and without an order; () when no index knows."""
        if self.among or self.source is None:
            return self.among
        pk = self.source.pk
        return tuple(part.order_by().values_list(pk, flat=True) for part in self.source.parts)


NOTHING = Condition(Q(pk__in=[]), Source([Call.objects.none()]))


def span_of(one: Filter) -> Span:
    """The days that are asked for."""
    first, last = read_day(one.at_least), read_day(one.at_most)
    return Span(midnight(first) if first else None, midnight(last + timedelta(days=1)) if last else None)


def conditions_of(filters: Iterable[Filter], columns: Mapping[str, Column]) -> list[Condition]:
    """Of all filters but the one for the time."""
    return [_CONDITIONS[one.key](one) for one in filters if one.key != "started" and one.key in columns]


def seen_by(ids: Sequence[int]) -> Condition:
    """Calls that one of these users took part in, or that were with a customer of theirs."""
    theirs = Q(customer__responsible_id__in=ids)
    took_part = Segment.objects.filter(user_id__in=ids).values_list("call_id", flat=True)
    with_customers = Call.objects.filter(theirs).values_list("pk", flat=True)
    return Condition(Q(Exists(_segments_of(ids))) | theirs, among=(took_part, with_customers))


def _segments_of(ids: Iterable[int]) -> QuerySet[Segment]:
    rows = Segment.objects.alias(u_user=Unindexed(F("user_id")))
    return rows.filter(call=OuterRef("pk"), u_user__in=list(ids))


def ended_with(*, e164: str = "", extension: str = "") -> Q:
    """Calls that are over with this number; `extension`: one that has no country. By the index for the one or the
    other: without statistics SQLite would read every call that has no country."""
    return Q(_ENDED, _HAS_E164, e164=e164) if e164 else Q(_ENDED, _NO_E164, number=extension)


def of_numbers(numbers: Iterable[str], typed: str) -> Condition:
    """Calls with a number in E.164, or one as the telephone system sent it; of a beginning, all that begin so."""
    exact = [number for number in dict.fromkeys(numbers) if number][: _MOST_PARTS // 2]
    parts = [Call.objects.filter(ended_with(e164=number)) for number in exact]
    parts.append(Call.objects.filter(ended_with(extension=typed)))
    check = Q(u_e164__in=exact) | Q(u_number=typed)
    return Condition(check, _with_going_on(parts, Q(e164__in=exact) | Q(number=typed)))


def beginning_with(digits: str) -> Condition:
    """Numbers of which one knows the beginning, with the country's code."""
    first, beyond = f"+{digits}", f"+{digits[:-1]}{chr(ord(digits[-1]) + 1)}"
    rows = Call.objects.filter(_ENDED, _HAS_E164, e164__gte=first, e164__lt=beyond).values_list("pk", flat=True)
    return Condition(Q(u_e164__startswith=first), among=(rows,), is_exact=False)


def of_customers(ids: Sequence[int]) -> Condition:
    parts = [Call.objects.filter(customer_id=pk) for pk in ids]
    source = Source(parts) if len(parts) <= _MOST_PARTS else None
    among = () if source else (Call.objects.filter(customer_id__in=ids).values_list("pk", flat=True),)
    return Condition(Q(u_customer_id__in=ids), source, among)


def either(*conditions: Condition) -> Condition:
    """One of them is enough."""
    check = Q(pk__in=[])
    for one in conditions:
        check |= one.check
    parts = [part for one in conditions if one.source for part in one.source.parts]
    is_whole = all(one.source for one in conditions) and len(parts) <= _MOST_PARTS * 2
    among = tuple(part for one in conditions for part in one.ids())
    return Condition(check, Source(parts) if is_whole else None, among, all(one.is_exact for one in conditions))


# -- columns -----------------------------------------------------------------------------------------------------------


def _ended(**values: Any) -> CallQuerySet:
    return Call.objects.filter(_ENDED, **values)


def _with_going_on(parts: list[CallQuerySet], check: Q) -> Source | None:
    """The indexes know a call when it is over; those that go on are few."""
    if len(parts) > _MOST_PARTS * 2:
        return None
    going_on = list(Call.objects.filter(ended_at=None).order_by().values_list("pk", flat=True)[:_MOST_GOING_ON])
    return Source([*parts, Call.objects.filter(check, pk__in=going_on)] if going_on else parts)


def _direction(one: Filter) -> Condition:
    check = Q(u_direction__in=one.values)
    parts = [_ended(direction=value, outcome=outcome) for value in one.values for outcome in _OUTCOMES]
    return Condition(check, _with_going_on(parts, Q(direction__in=one.values)))


def _outcome(one: Filter) -> Condition:
    parts = [_ended(direction=direction, outcome=value) for value in one.values for direction in _DIRECTIONS]
    return Condition(Q(u_outcome__in=one.values), _with_going_on(parts, Q(outcome__in=one.values)))


def _customer(one: Filter) -> Condition:
    if set(one.values) >= {"known", "unknown"}:
        return Condition(Q())
    if "unknown" in one.values:
        return Condition(Q(u_customer_id__isnull=True), Source([Call.objects.filter(customer=None)]))
    return Condition(Q(u_customer_id__isnull=False)) if "known" in one.values else NOTHING


def _line(one: Filter) -> Condition:
    values = [""] if one.is_empty else list(one.values)
    parts = [_ended(line=value) for value in values]
    return Condition(Q(u_line__in=values), _with_going_on(parts, Q(line__in=values)))


def _queue(one: Filter) -> Condition:
    if one.is_empty:
        return Condition(Q(u_queue=""))
    parts = [Call.objects.filter(_HAS_QUEUE, queue=value) for value in one.values]
    return Condition(Q(u_queue__in=one.values), Source(parts) if len(parts) <= _MOST_PARTS else None)


def _person(one: Filter) -> Condition:
    """Who took part, whether they spoke or not."""
    ids = ids_in(one.values)
    parts = [Segment.objects.filter(user_id=pk, began_at__isnull=False) for pk in ids]
    source = Source(parts, "began_at", "call_id") if len(parts) <= _MOST_PARTS else None
    return Condition(Q(Exists(_segments_of(ids))), source) if ids else NOTHING


def _answered_by(one: Filter) -> Condition:
    if one.is_empty:
        return Condition(Q(u_answered_by_id__isnull=True))
    ids = ids_in(one.values)
    parts = [Call.objects.filter(answered_by_id=pk) for pk in ids]
    return Condition(Q(u_answered_by_id__in=ids), Source(parts) if len(ids) <= _MOST_PARTS else None)


def _number(one: Filter) -> Condition:
    typed = one.values[0] if one.values else ""
    digits = "".join(sign for sign in typed if sign.isascii() and sign.isdigit())
    whole = of_numbers(candidates(typed, company().region), typed if len(digits) < 3 else digits)
    if 4 <= len(digits) <= 9 and typed.startswith(("+", "00")):
        return beginning_with(digits.removeprefix("00") or digits)
    return whole


def _result(one: Filter) -> Condition:
    if one.is_empty:
        return Condition(Q(u_result=""))
    parts = [Call.objects.filter(_HAS_RESULT, result=value) for value in one.values]
    return Condition(Q(u_result__in=one.values), Source(parts) if len(parts) <= _MOST_PARTS else None)


def without_result() -> Condition:
    """Answered, over, and nobody said what came of it."""
    return Condition(Q(u_outcome="answered", u_result=""), Source([Call.objects.filter(_ENDED & _NO_RESULT)]))


def _tags(one: Filter) -> Condition:
    given = CallTagging.objects.filter(call=OuterRef("pk"))
    if one.is_empty:
        return Condition(~Q(Exists(given)))
    ids = ids_in(one.values)
    parts = [CallTagging.objects.filter(tag_id=pk) for pk in ids]
    source = Source(parts, "began_at", "call_id") if len(parts) <= _MOST_PARTS else None
    return Condition(Q(Exists(given.filter(tag_id__in=ids))), source) if ids else NOTHING


def _order(one: Filter) -> Condition:
    """By the order's whole number."""
    if one.is_empty:
        return Condition(Q(order_id__isnull=True))
    ids = list(Order.objects.filter(number__in=one.values).values_list("pk", flat=True)[:_MOST_PARTS])
    parts = [Call.objects.filter(order_id=pk) for pk in ids]
    return Condition(Q(order_id__in=ids), Source(parts)) if ids else NOTHING


def _recorded(one: Filter) -> Condition:
    if "yes" in one.values:
        return Condition(Q(is_recorded=True), Source([Call.objects.filter(is_recorded=True)]))
    return Condition(Q(is_recorded=False))


def _origin(one: Filter) -> Condition:
    check = Q(u_origin__in=one.values)
    if "live" in one.values:
        return Condition(check)
    return Condition(check, Source([Call.objects.filter(_NOT_LIVE, origin=value) for value in one.values]))


def _counted(one: Filter) -> Condition:
    """Seconds, or money, from and to. Their indexes know only calls that are over and have some."""
    column, least, most = _COUNTED[one.key], _decimal(one.at_least), _decimal(one.at_most)
    if least is None and most is None:
        return Condition(Q())
    low = {} if least is None else {"__gte": least}
    limits = low | ({} if most is None else {"__lte": most})
    check = Q(**{f"u_{column}{step}": limit for step, limit in limits.items()})
    if one.key != "rang" and (least is None or least <= 0):
        return Condition(check)
    rows = Call.objects.filter(**{f"{column}{step}": limit for step, limit in limits.items()})
    rows = rows.filter(literally(_SOME[one.key])) if one.key in _SOME else rows
    rows = rows.filter(_ENDED) if one.key == "rang" else rows
    return Condition(check, among=(rows.values_list("pk", flat=True),))


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return max(-_MOST, min(_MOST, number)) if number.is_finite() else None


_CONDITIONS: dict[str, Callable[[Filter], Condition]] = {
    "direction": _direction,
    "customer": _customer,
    "number": _number,
    "line": _line,
    "queue": _queue,
    "person": _person,
    "answered": _answered_by,
    "rang": _counted,
    "talked": _counted,
    "held": _counted,
    "outcome": _outcome,
    "result": _result,
    "order": _order,
    "cost": _counted,
    "recorded": _recorded,
    "origin": _origin,
    "tags": _tags,
}
