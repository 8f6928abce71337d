"""Who the party outside is."""

from __future__ import annotations

from typing import Any

from callcard.customers.queries import NumberMatch, match_number
from callcard.telephony import call as telephony


def match_party(call: telephony.Call, *, region: str) -> NumberMatch:
    """The customers whose number it is. Internal calls have none, whatever their numbers look like."""
    if call.direction is telephony.Direction.INTERNAL or call.outside.is_own:
        return NumberMatch(kind="own", customer_ids=(), e164="")
    if call.outside.withheld:
        return NumberMatch(kind="withheld", customer_ids=(), e164="")
    return match_number(call.outside.number, region=region)


def match_fields(match: NumberMatch) -> dict[str, Any]:
    """The columns of a call that say who it was with."""
    single = len(match.customer_ids) == 1 and match.kind == "exact"
    return {
        "match": match.kind,
        "e164": match.e164,
        "customer_id": match.customer_ids[0] if single else None,
        "candidates": [] if single else list(match.customer_ids),
    }
