"""Who plays which part in a call: who called, who was called, whose legs are one segment, what was dialled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from callcard.telephony.call import Direction, Party, Role
from callcard.telephony.tracker.facts import CallFacts, LegFacts


@dataclass(slots=True)
class Part:
    """A leg that becomes a segment, with further legs of the same phone that count to it."""

    leg: LegFacts
    role: Role
    party: Party
    also: list[LegFacts] = field(default_factory=list)

    @property
    def legs(self) -> list[LegFacts]:
        return [self.leg, *self.also]


@dataclass(slots=True)
class Cast:
    """The caller's part comes first. Kept with the call until something of it may have changed."""

    parts: list[Part]
    key: str
    direction: Direction
    dialled: str
    line: str
    placed_by: str
    has_second_lines: bool


def find_cast(call: CallFacts, is_own_extension: Callable[[str], bool]) -> Cast | None:
    """None while nobody is known to have called."""
    parts = find_parts(call)
    if not parts:
        return None
    dialled = asked_for(call, parts[0].leg)
    placed_by = max([leg.placed_by for leg in call.legs.values()])
    # A button is for customers, whose numbers may well be as short as an extension.
    direction = find_direction(parts, "" if placed_by else dialled, is_own_extension)
    return Cast(
        parts=parts,
        key=key_of(call),
        direction=direction,
        dialled=dialled,
        line=find_line(parts, dialled, direction),
        placed_by=placed_by,
        has_second_lines=any(part.also for part in parts),
    )


def key_of(call: CallFacts) -> str:
    """The call id of its oldest leg: the same whichever leg was heard of first."""
    if len(call.ids) == 1:
        (key,) = call.ids
        return key
    _, key = min([(leg.began_at, leg.call) for leg in call.legs.values() if leg.began_at is not None])
    return key


def _age(leg: LegFacts) -> tuple[datetime, bool, str]:
    assert leg.began_at is not None
    return leg.began_at, leg.role is Role.CALLED, leg.leg


def find_parts(call: CallFacts) -> list[Part]:
    """The caller's part first, then the others by age. Empty while nobody is known to have called."""
    people = [leg for leg in call.legs.values() if leg.began_at is not None and not leg.pipe]
    if len(people) > 1:
        people.sort(key=_age)
    caller = _find_caller(call, people)
    if caller is None:
        return []
    parts = [Part(caller, Role.CALLER, caller.party)]
    for leg in people:
        if leg is caller:
            continue
        host = _second_line_of(leg, parts)
        if host is not None:
            host.also.append(leg)
        else:
            parts.append(Part(leg, Role.CALLED, _called_party(leg)))
    return parts


def _find_caller(call: CallFacts, people: list[LegFacts]) -> LegFacts | None:
    for leg in people:
        if leg.role is Role.CALLER:
            return leg
    seen_whole = call.watched and all(leg.seen_from_begin for leg in call.legs.values())
    if seen_whole and any(leg.pipe and leg.role is Role.CALLER for leg in call.legs.values()):
        return people[0] if people else None
    if not call.shown and (len(people) < 2 or (seen_whole and not call.is_over)):
        return None  # the caller may yet be told; and one leg that is left behind is no conversation
    return next((leg for leg in people if leg.party.is_own), people[0] if people else None)


def _second_line_of(leg: LegFacts, parts: Iterable[Part]) -> Part | None:
    """The part of the same phone which was in this call when it made this leg, as for a consultation."""
    if leg.role is not Role.CALLER or not leg.party.extension or leg.began_at is None:
        return None
    for part in parts:
        gone_at = part.leg.gone_at
        if part.party.extension == leg.party.extension and (gone_at is None or gone_at >= leg.began_at):
            return part
    return None


def _called_party(leg: LegFacts) -> Party:
    if leg.party.is_own or not leg.sent_number:
        return leg.party
    return replace(leg.party, number=leg.sent_number)


def asked_for(call: CallFacts, caller: LegFacts) -> str:
    """What the caller dialled."""
    if caller.dialled:
        return caller.dialled
    own = caller.party.extension  # a phone that was rung first is not what its owner wished to reach
    wishes = [leg for leg in call.legs.values() if leg.asked_for not in ("", own) and leg.began_at is not None]
    wishes.sort(key=_age)
    return wishes[0].asked_for if wishes else ""


def find_direction(parts: list[Part], dialled: str, is_own_extension: Callable[[str], bool]) -> Direction:
    caller, called = parts[0], parts[1:]
    if not caller.party.is_own:
        return Direction.INBOUND
    if "" in [part.party.extension for part in called]:  # somebody from outside
        return Direction.OUTBOUND
    if called or (dialled and is_own_extension(dialled)):
        return Direction.INTERNAL
    return Direction.OUTBOUND  # nothing dialled yet, or asked for by a button


def find_line(parts: list[Part], dialled: str, direction: Direction) -> str:
    """The company's number in this call: the one that was called, or the one that was shown."""
    if direction is Direction.INBOUND:
        return dialled
    if direction is Direction.INTERNAL:
        return ""
    for part in parts[1:]:
        shown = part.leg.shown_number
        if not part.party.is_own and shown not in (parts[0].party.extension, part.party.number):
            return shown
    return ""
