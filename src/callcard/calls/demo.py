"""The demo's call log: half a year of an office's days."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callcard.calls.models import Call, CallResult, CallTag, CallTagging, Segment
from callcard.calls.own_list_entries import CALL_LISTS
from callcard.customers.models import Customer, Phone

PBX = "demo"
_DAYS = 182
_CALLS_A_DAY = (14, 13, 12, 13, 15, 5, 1)  # from Monday
_HOURS = {8: 5, 9: 11, 10: 14, 11: 11, 12: 4, 13: 6, 14: 11, 15: 13, 16: 11, 17: 8, 18: 3, 19: 1}
_RESULTS = ("Order taken", "Question answered", "Will call again", "Complaint", "Offer sent", "")
_TAGGED, _BY_HAND, _HELD = 0.15, 0.02, 0.06
_NEXT_DAYS = {"Will call again": 7, "Offer sent": 3, "Complaint": 1}
_NOTES = (
    *("", "", "", "Wants the bench in a lighter colour.", "Asked when the delivery comes; told him Thursday."),
    *("Very happy with the sofas.", "Will pay at the end of the month.", "Needs a new offer for 12 lamps."),
    *("Moved; new address is in the card.", "Complained about a scratch, we send a new one."),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A phone of the company with its user."""

    extension: str
    user_id: int


def load_calls(
    chance: random.Random, *, customers: Sequence[Customer], desks: Sequence[Desk], line: str, zone: str, now: datetime
) -> int:
    """Write the log; returns how many calls. `line`: the company's E.164; `zone`: where its day begins."""
    CallResult.objects.bulk_create(
        CallResult(name=name, position=place, next_days=_NEXT_DAYS.get(name))
        for place, name in enumerate(filter(None, _RESULTS))
    )
    phones: dict[int, Phone] = {}
    for phone in Phone.objects.order_by("-is_preferred", "pk"):
        phones.setdefault(phone.customer_id, phone)
    office = _Office(chance, [phones[c.pk] for c in customers], list(desks), line)
    drawn = [office.call(at) for at in _moments(chance, now, ZoneInfo(zone))]
    calls = Call.objects.bulk_create((call for call, _ in drawn), batch_size=500)
    for call, (_, segments) in zip(calls, drawn, strict=True):
        for segment in segments:
            segment.call_id = call.pk
    Segment.objects.bulk_create((s for _, segments in drawn for s in segments), batch_size=500)
    _tag(chance, calls)
    return len(calls)


def _tag(chance: random.Random, calls: Sequence[Call]) -> None:
    """What some talks were about."""
    own_list = next(own_list for own_list in CALL_LISTS if own_list.model is CallTag)
    tags = CallTag.objects.bulk_create(
        CallTag(name=str(entry["name"]), colour=str(entry["colour"]), position=place)
        for place, entry in enumerate(own_list.at_first)
    )
    CallTagging.objects.bulk_create(
        (
            CallTagging(call=call, tag=chance.choice(tags), began_at=call.started_at)
            for call in calls
            if call.outcome == "answered" and chance.random() < _TAGGED
        ),
        batch_size=500,
    )


def _moments(chance: random.Random, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """In order, none later than an hour ago."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(_DAYS, -1, -1):
        day = today - timedelta(days=back)
        count = max(0, round(chance.gauss(_CALLS_A_DAY[day.weekday()], 2)))
        hours = chance.choices(list(_HOURS), list(_HOURS.values()), k=count)
        moments = sorted(
            day + timedelta(hours=hour, minutes=chance.randrange(60), seconds=chance.randrange(60)) for hour in hours
        )
        yield from (moment for moment in moments if moment < now - timedelta(hours=1))


class _Office:
    def __init__(self, chance: random.Random, phones: list[Phone], desks: list[Desk], line: str) -> None:
        self.chance, self.phones, self.desks, self.line = chance, phones, desks, line
        # A few customers call often, most now and then.
        self.weights = [chance.paretovariate(1.4) for _ in phones]
        self.count = 0

    def call(self, at: datetime) -> tuple[Call, list[Segment]]:
        self.count += 1
        kind = self.chance.choices(("inbound", "outbound", "internal", "unknown", "withheld"), (58, 27, 6, 7, 2))[0]
        if kind == "internal":
            return self._internal(at)
        phone = self.chance.choices(self.phones, self.weights)[0] if kind in ("inbound", "outbound") else None
        return self._outside(at, "outbound" if kind == "outbound" else "inbound", phone, is_withheld=kind == "withheld")

    def _outside(
        self, at: datetime, direction: str, phone: Phone | None, *, is_withheld: bool
    ) -> tuple[Call, list[Segment]]:
        outcomes = ("answered", "missed", "cancelled", "busy")
        outcome = self.chance.choices(outcomes, (80, 8, 10, 2) if direction == "inbound" else (76, 12, 6, 6))[0]
        desk = self.chance.choice(self.desks)
        e164 = phone.e164 if phone else "" if is_withheld else f"+85620558{self.chance.randrange(10**5):05d}"
        call = self._call(at, direction, outcome)
        call.number, call.e164, call.withheld = e164.lstrip("+"), e164, is_withheld
        call.line = self.line
        call.dialled = e164 if direction == "outbound" else self.line
        call.customer_id = phone.customer_id if phone else None
        call.match = "exact" if phone else "withheld" if is_withheld else "none"
        if direction == "outbound" and self.chance.random() < _BY_HAND:
            call.origin, call.written_by_id, call.ring_seconds = Call.Origin.HAND, desk.user_id, 0
        if outcome == "answered":
            call.hold_seconds = round(call.talk_seconds / 5) if self.chance.random() < _HELD else 0
            call.answered_by_id = desk.user_id if direction == "inbound" else None
            call.result, call.note = self.chance.choice(_RESULTS), self.chance.choice(_NOTES)
        outside = self._segment(call, "outside", "called" if direction == "outbound" else "caller", number=call.number)
        own = self._segment(call, desk.extension, "caller" if direction == "outbound" else "called", desk=desk)
        return call, [outside, own]

    def _internal(self, at: datetime) -> tuple[Call, list[Segment]]:
        one, other = self.chance.sample(self.desks, 2)
        call = self._call(at, "internal", self.chance.choice(("answered", "answered", "missed")))
        call.number, call.dialled, call.match = one.extension, other.extension, "own"
        call.answered_by_id = other.user_id if call.outcome == "answered" else None
        return call, [
            self._segment(call, one.extension, "caller", desk=one),
            self._segment(call, other.extension, "called", desk=other),
        ]

    def _call(self, at: datetime, direction: str, outcome: str) -> Call:
        ring = self.chance.uniform(2, 16) if outcome == "answered" else self.chance.uniform(8, 40)
        talk = min(1800.0, self.chance.lognormvariate(4.7, 0.9)) if outcome == "answered" else 0.0
        answered_at = at + timedelta(seconds=ring) if outcome == "answered" else None
        return Call(
            pbx=PBX,
            key=f"demo-{self.count}",
            direction=direction,
            outcome=outcome,
            started_at=at,
            answered_at=answered_at,
            ended_at=at + timedelta(seconds=ring + talk),
            ring_seconds=round(ring, 1),
            talk_seconds=round(talk, 1),
        )

    def _segment(self, call: Call, key: str, role: str, *, number: str = "", desk: Desk | None = None) -> Segment:
        return Segment(
            key=key,
            role=role,
            extension=desk.extension if desk else "",
            user_id=desk.user_id if desk else None,
            number=number,
            outcome=call.outcome,
            rang_at=call.started_at if role == "called" else None,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            talk_seconds=call.talk_seconds,
            hold_seconds=call.hold_seconds if desk else 0,
            began_at=call.started_at,
        )
