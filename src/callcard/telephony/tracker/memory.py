"""A call's facts as plain data, so that a restarted program can go on where it stopped."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from callcard.telephony.call import Call, Party, Role, SegmentOutcome
from callcard.telephony.tracker.facts import CallFacts, LegFacts

Memory = dict[str, Any]  # only what JSON knows

_TIMES = tuple(field.name for field in fields(LegFacts) if field.type == "datetime | None")
_OUTCOMES = ("given_up_as", "ended_as")
_HISTORIES = ("moves", "holds", "waits")
_MADE_ANEW = ("owner", "version", "drawn")
_AS_THEY_ARE = tuple(
    field.name
    for field in fields(LegFacts)
    if field.name not in {"role", "party", *_MADE_ANEW, *_TIMES, *_OUTCOMES, *_HISTORIES}
)


def memory_of(facts: CallFacts, lost_at: datetime | None) -> Memory:
    """`lost_at`: since when nothing is heard from the PBX, if so."""
    return {
        "ids": sorted(facts.ids),
        "rooms": sorted(facts.rooms),
        "lost_at": _written(lost_at),
        "legs": [_leg_memory(leg) for leg in facts.legs.values()],
    }


def facts_from(memory: Memory, shown: Call) -> tuple[CallFacts, datetime | None]:
    """The facts, not watched since the program stopped, and `lost_at`.

    `shown` is the call as it was last told. Raises KeyError, TypeError or ValueError when `memory` was written by a
    program that remembered other things.
    """
    facts = CallFacts(ids=set(memory["ids"]), rooms=set(memory["rooms"]), watched=False)
    facts.shown = {shown.key: shown}
    for remembered in memory["legs"]:
        leg = _leg_from(remembered, facts)
        facts.legs[leg.leg] = leg
    return facts, _read(memory["lost_at"])


def held_legs(memory: Memory) -> frozenset[str]:
    """The legs whose people have the others on hold. Of an empty memory, none."""
    return frozenset(leg["leg"] for leg in memory.get("legs", ()) if leg["holds"] and leg["holds"][-1][1])


def _leg_memory(leg: LegFacts) -> Memory:
    memory: Memory = {name: getattr(leg, name) for name in _AS_THEY_ARE}
    memory |= {name: _written(getattr(leg, name)) for name in _TIMES}
    memory |= {name: getattr(leg, name) for name in _OUTCOMES}
    memory |= {name: [[_written(at), *rest] for at, *rest in getattr(leg, name)] for name in _HISTORIES}
    return memory | {"role": leg.role, "party": asdict(leg.party)}


def _leg_from(memory: Memory, owner: CallFacts) -> LegFacts:
    values: Memory = {name: memory[name] for name in _AS_THEY_ARE}
    values |= {name: _read(memory[name]) for name in _TIMES}
    values |= {name: SegmentOutcome(memory[name]) if memory[name] else None for name in _OUTCOMES}
    values |= {name: [(_read(at), *rest) for at, *rest in memory[name]] for name in _HISTORIES}
    return LegFacts(**values, owner=owner, role=Role(memory["role"]), party=Party(**memory["party"]))


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None
