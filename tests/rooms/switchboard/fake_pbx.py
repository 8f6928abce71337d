"""A PBX that takes every command, or refuses each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from callcard.telephony.commands import CancelDial, Capability, Command, CommandRefused, TryPhone


@dataclass
class FakePbx:
    """Takes every command, or refuses each with `refusal`, or a cancel alone; `meanwhile` happens while it thinks."""

    sent: list[Command] = field(default_factory=list)
    tried: list[TryPhone] = field(default_factory=list)
    refusal: str = ""
    refuses_cancel: str = ""
    able: frozenset[Capability] = frozenset(Capability)
    meanwhile: Callable[[], None] = lambda: None

    def execute(self, pbx: str, command: Command) -> None:
        if isinstance(command, TryPhone):
            self.tried.append(command)
        else:
            self.sent.append(command)
        self.meanwhile()
        refusal = self.refusal or (self.refuses_cancel if isinstance(command, CancelDial) else "")
        if refusal:
            raise CommandRefused(refusal)
