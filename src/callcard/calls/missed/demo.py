"""Who waits in the demo company: called in vain within the last hours."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from callcard.calls.demo import Desk
from callcard.calls.missed.history import call_key
from callcard.calls.missed.services import settle
from callcard.calls.models import Call, Segment
from callcard.customers.models import Customer, Phone

_PBX = "demo"
# Minutes ago of each of their calls; the last two are nobody the company knows.
_CALLERS = ((52, 31, 9), (14,), (47,), (75, 6), (22,), (38,))
_UNKNOWN = ("+8562055812345", "+66812345678")


def load_missed(
    chance: random.Random, *, customers: Sequence[Customer], desks: Sequence[Desk], line: str, now: datetime
) -> None:
    """After the log: some callers who wait, one of them without a number."""
    known = len(_CALLERS) - len(_UNKNOWN)
    phones = list(Phone.objects.filter(customer__in=chance.sample(list(customers), 20)).exclude(e164=""))
    people: dict[int, Phone] = {phone.customer_id: phone for phone in phones}
    callers: list[tuple[str, int | None]] = [(phone.e164, phone.customer_id) for phone in list(people.values())[:known]]
    callers += [(number, None) for number in _UNKNOWN]
    keys = set()
    for (number, customer_id), minutes in zip(callers, _CALLERS, strict=False):
        for place, ago in enumerate(minutes):
            call = _call(f"{number}-{place}", number, customer_id, now - timedelta(minutes=ago), line)
            _ring(call, chance.choice(desks))
            keys.add(call_key(call))
    withheld = _call("withheld", "", None, now - timedelta(minutes=18), line)
    _ring(withheld, chance.choice(desks))
    for key in sorted(keys | {call_key(withheld)}):
        settle(key=key)


def _call(key: str, number: str, customer_id: int | None, at: datetime, line: str) -> Call:
    return Call.objects.create(
        pbx=_PBX,
        key=f"demo-missed-{key}",
        direction=Call.Direction.INBOUND,
        outcome=Call.Outcome.MISSED,
        number=number.lstrip("+"),
        e164=number,
        withheld=not number,
        match="exact" if customer_id else "none" if number else "withheld",
        customer_id=customer_id,
        line=line,
        dialled=line,
        started_at=at,
        ended_at=at + timedelta(seconds=24),
        ring_seconds=24,
    )


def _ring(call: Call, desk: Desk) -> None:
    times = {"outcome": Segment.Outcome.MISSED, "ended_at": call.ended_at}
    Segment.objects.create(call=call, key="outside", role="caller", number=call.number, **times)
    Segment.objects.create(
        call=call,
        key=desk.extension,
        role="called",
        extension=desk.extension,
        user_id=desk.user_id,
        rang_at=call.started_at,
        **times,
    )
