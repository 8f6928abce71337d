"""What truly happened in a flow, as the people at the phones would tell it.

The words are Callcard's own (direction, role, outcome); times are seconds as the phones
measured them, so a program that watched the exchange may differ by some hundredths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lab.phones.dialog import Dialog, Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class LegTruth:
    """One phone or outside party. `party` is an extension or a number ("" when it has none).

    The outcome of a caller is that of the call.
    """

    party: str
    role: str  # caller | called
    outcome: str  # answered | elsewhere | missed | cancelled | busy | failed | forwarded
    talk_seconds: float = 0.0  # joined with another person, holds included
    hold_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTruth:
    """One conversation. `caller` is "" when the caller sent no number."""

    direction: str  # inbound | outbound | internal
    caller: str
    dialled: str
    outcome: str  # answered | missed | cancelled | busy | failed
    answered_by: str = ""  # the first party that was rung and answered
    caller_name: str = ""
    line: str = ""
    queue: str = ""
    withheld: bool = False
    recorded: bool = False
    by_button: bool = False
    ring_seconds: float = 0.0  # from the start to the first answer, or to the end
    talk_seconds: float = 0.0  # from the first answer to the end
    hold_seconds: float = 0.0
    legs: tuple[LegTruth, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """`story` is one sentence for people."""

    story: str
    calls: tuple[CallTruth, ...]

    @property
    def call(self) -> CallTruth:
        """The only call. Raises ValueError when there are several."""
        (only,) = self.calls
        return only


def joined_at(one: Dialog, other: Dialog) -> float:
    """When both were answered: a queue answers its caller early, a pick-up its taker."""
    return max(one.answered_at, other.answered_at)


def leg(party: str, role: str, outcome: str, dialog: Dialog | None = None, since: float = 0.0) -> LegTruth:
    """A leg with the times that its phone measured; it talked from `since` when that is later."""
    if dialog is None or outcome != "answered":
        return LegTruth(party=party, role=role, outcome=outcome)
    return LegTruth(
        party=party,
        role=role,
        outcome=outcome,
        talk_seconds=round(dialog.ended_at - max(since, dialog.answered_at), 2),
        hold_seconds=round(dialog.held_seconds, 2),
    )


def losers(parties: Iterable[str], outcome: str) -> tuple[LegTruth, ...]:
    """Phones that rang and did not get the call."""
    return tuple(LegTruth(party=party, role="called", outcome=outcome) for party in parties)


def answered_call(caller: Outgoing, call: Dialog, extension: str) -> CallTruth:
    """An outside caller talked with one phone; further legs and facts by `dataclasses.replace`."""
    since = joined_at(caller, call)
    return replace(
        _inbound(caller, "answered"),
        answered_by=extension,
        ring_seconds=round(since - caller.invited_at, 2),
        talk_seconds=round(caller.ended_at - since, 2),
        hold_seconds=round(call.held_seconds, 2),
        legs=(
            leg(caller.number, "caller", "answered", call, since),
            leg(extension, "called", "answered", call, since),
        ),
    )


def lost_call(caller: Outgoing, outcome: str, *rung: str) -> CallTruth:
    """An outside caller whom nobody answered."""
    legs = (leg(caller.number, "caller", outcome), *losers(rung, outcome))
    return replace(_inbound(caller, outcome), ring_seconds=round(caller.ended_at - caller.invited_at, 2), legs=legs)


def _inbound(caller: Outgoing, outcome: str) -> CallTruth:
    return CallTruth(
        direction="inbound",
        caller=caller.number,
        caller_name=caller.name,
        dialled=caller.dialled,
        line=caller.dialled,
        outcome=outcome,
    )
