"""Who the party outside is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callcard.customers.many_numbers import match_numbers
from callcard.customers.queries import NumberMatch, match_number
from callcard.telephony import call as telephony


def match_party(call: telephony.Call, *, region: str) -> NumberMatch:
    """The customers whose number it is. Internal calls have none, whatever their numbers look like."""
    return _without_looking(call) or match_number(call.outside.number, region=region)


def match_parties(calls: Sequence[telephony.Call], *, region: str, known: dict[str, NumberMatch]) -> list[NumberMatch]:
    """As match_party for each. `known`: what was found by number so far, to which is added what is found now."""
    told = [_without_looking(call) for call in calls]
    asked = {call.outside.number for call, found in zip(calls, told, strict=True) if found is None}
    known |= match_numbers(asked - known.keys(), region=region)
    return [found or known[call.outside.number] for call, found in zip(calls, told, strict=True)]


def _without_looking(call: telephony.Call) -> NumberMatch | None:
    outside = call.outside
    if call.direction is telephony.Direction.INTERNAL or outside.is_own:
        return NumberMatch(kind="own", customer_ids=(), e164="")
    return NumberMatch(kind="withheld", customer_ids=(), e164="") if outside.withheld else None


def match_fields(match: NumberMatch) -> dict[str, Any]:
    """The columns of a call that say who it was with."""
    single = len(match.customer_ids) == 1 and match.kind == "exact"
    return {
        "match": match.kind,
        "e164": match.e164,
        "customer_id": match.customer_ids[0] if single else None,
        "candidates": [] if single else list(match.customer_ids),
    }
