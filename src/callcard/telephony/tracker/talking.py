"""Who talked with another person, and when. Being alone in a room, with music or a menu, is not talking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from callcard.telephony.tracker.facts import LegFacts, Span

_Stay = tuple[LegFacts, str, datetime, datetime | None]  # who, room, from, until
_Step = tuple[datetime, bool, LegFacts, str]  # when, True: leaves / False: enters, who, room


def stays(leg: LegFacts) -> list[tuple[str, datetime, datetime | None]]:
    """(room, from, until) of each stay. Entering a room leaves the one before; the end leaves all."""
    found: list[tuple[str, datetime, datetime | None]] = []
    room, since = "", None
    for at, enters, name in leg.moves:
        if since is not None and (name != room if enters else name == room):
            found.append((room, since, at))
            since = None
        if enters and since is None:
            room, since = name, at
            if found and found[-1][0] == room and found[-1][2] == at:
                since = found.pop()[1]
    if since is not None:
        found.append((room, since, leg.ended_at))
    return found


def talks(legs: Iterable[LegFacts]) -> dict[str, list[Span]]:
    """The spans in which each person's leg was joined with another person's, by leg."""
    moved = [leg for leg in legs if leg.moves]
    if len(moved) < 2:
        return {}
    found = [(leg, *stay) for leg in moved for stay in stays(leg)]
    if len(found) == 2 and not found[0][0].pipe and not found[1][0].pipe:
        return _meeting(*found)
    steps: list[_Step] = []
    for leg, room, since, until in found:
        steps.append((since, False, leg, room))
        if until is not None:
            steps.append((until, True, leg, room))
    steps.sort(key=itemgetter(0, 1))
    return _sweep(steps)


def _meeting(one: _Stay, other: _Stay) -> dict[str, list[Span]]:
    """What `_sweep` finds for the two persons of nearly every call, in a fraction of its time."""
    (leg, room, since, until), (other_leg, other_room, other_since, other_until) = one, other
    if room != other_room or leg is other_leg:
        return {}
    begins = max(since, other_since)
    ends = until if other_until is None else other_until if until is None else min(until, other_until)
    if ends is not None and ends < begins:
        return {}
    return {leg.leg: [(begins, ends)], other_leg.leg: [(begins, ends)]}


def _sweep(steps: list[_Step]) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {}
    inside: dict[LegFacts, str] = {}
    talking: dict[str, datetime] = {}
    for (at, _leaving), together in groupby(steps, key=itemgetter(0, 1)):
        for _, leaves, leg, room in together:
            if not leaves:
                inside[leg] = room
            elif inside.get(leg) == room:
                del inside[leg]
        now = _in_company(inside)
        for name in now - talking.keys():
            talking[name] = at
        for name in talking.keys() - now:
            spans.setdefault(name, []).append((talking.pop(name), at))
    for name, since in talking.items():
        spans.setdefault(name, []).append((since, None))
    return spans


def _in_company(inside: dict[LegFacts, str]) -> set[str]:
    """Persons who share their room, or rooms joined by pipes, with another person."""
    if len(inside) < 2:
        return set()
    whole = _joined_by_pipes(inside)
    people: dict[str, list[str]] = {}
    for leg, room in inside.items():
        if not leg.pipe:
            people.setdefault(whole.get(room, room), []).append(leg.leg)
    return {name for names in people.values() if len(names) > 1 for name in names}


def _joined_by_pipes(inside: dict[LegFacts, str]) -> dict[str, str]:
    """Room -> the one room that stands for all that are joined with it."""
    ends: dict[str, list[str]] = {}
    for leg, room in inside.items():
        if leg.pipe:
            ends.setdefault(leg.pipe, []).append(room)
    stands_for: dict[str, str] = {}
    for rooms in ends.values():
        first = stands_for.get(rooms[0], rooms[0])
        for other in {stands_for.get(room, room) for room in rooms[1:]} - {first}:
            for room in [name for name, chief in stands_for.items() if chief == other]:
                stands_for[room] = first
            stands_for[other] = first
    return stands_for


def union(spans: Sequence[Span]) -> list[Span]:
    """The same time, without overlaps, in order."""
    if len(spans) < 2:
        return list(spans)
    whole: list[Span] = []
    for since, until in sorted(spans, key=itemgetter(0)):
        if whole and (whole[-1][1] is None or since <= whole[-1][1]):
            last = whole[-1][1]
            latest = None if last is None or until is None else max(last, until)
            whole[-1] = (whole[-1][0], latest)
        else:
            whole.append((since, until))
    return whole


def seconds(spans: Sequence[Span]) -> float:
    """Length of all spans that are over."""
    if not spans:
        return 0.0
    return sum([(until - since).total_seconds() for since, until in spans if until is not None])


def holds(leg: LegFacts) -> list[Span]:
    """When the person on this leg kept the others on hold. The end of the leg ends it."""
    if not leg.holds:
        return []
    spans: list[Span] = []
    since: datetime | None = None
    for at, begins in leg.holds:
        if begins and since is None:
            since = at
        elif not begins and since is not None:
            spans.append((since, at))
            since = None
    if since is not None:
        spans.append((since, leg.gone_at))
    return spans
