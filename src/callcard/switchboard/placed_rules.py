"""How a call stands for the person who placed it by a button. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from callcard.telephony.call import Call, Role
from callcard.telephony.changes import CallMerged, Change


@dataclass(frozen=True, slots=True)
class Progress:
    """`state`: ringing (the own phone), calling, talking or over; `outcome` only when it is over."""

    command_id: str
    call_key: str
    state: str
    outcome: str = ""


def progress(call: Call) -> Progress | None:
    """None for a call that no button placed, and before anything rings."""
    if not call.placed_by_button:
        return None
    outcome = call.outcome.value if call.ended_at and call.outcome else ""
    state = _state(call)
    return Progress(call.placed_by_button, call.key, state, outcome) if state else None


def _state(call: Call) -> str:
    if call.ended_at:
        return "over"
    if call.answered_at:
        return "talking"
    if any(segment.role is Role.CALLED for segment in call.segments):
        return "calling"
    return "ringing" if any(segment.rang_at for segment in call.segments) else ""


@dataclass(slots=True)
class PlacedCalls:
    """Picks out of a PBX's changes what somebody who pressed a button wants to know, each thing once."""

    _told: dict[str, Progress] = field(default_factory=dict)  # call key -> the last

    def news(self, changes: Iterable[Change]) -> list[Progress]:
        found: dict[str, Progress] = {}
        for change in changes:
            if isinstance(change, CallMerged):
                self._absorb(change.absorbed_key, found)
            if change.call.placed_by_button:
                self._look(change.call, found)
        return list(found.values())

    def _look(self, call: Call, found: dict[str, Progress]) -> None:
        now = progress(call)
        if now is None or self._told.get(call.key) == now:
            return
        found[call.key] = self._told[call.key] = now
        if now.state == "over":
            del self._told[call.key]

    def _absorb(self, key: str, found: dict[str, Progress]) -> None:
        """It became part of another call, as when a customer was asked about while another one waited."""
        last = self._told.pop(key, None)
        if last is not None:
            found[key] = Progress(last.command_id, last.call_key, "over", "answered")
