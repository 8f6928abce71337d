"""A PBX that takes every command, or refuses each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from callcard.telephony.commands import Capability, Command, CommandRefused, TryPhone


@dataclass
class FakePbx:
    """Takes every command, or refuses each with `refusal`; `meanwhile` happens while it thinks."""

    sent: list[Command] = field(default_factory=list)
    tried: list[TryPhone] = field(default_factory=list)
    refusal: str = ""
    able: frozenset[Capability] = frozenset(Capability)
    meanwhile: Callable[[], None] = lambda: None

    def execute(self, pbx: str, command: Command) -> None:
        if isinstance(command, TryPhone):
            self.tried.append(command)
        else:
            self.sent.append(command)
        self.meanwhile()
        if self.refusal:
            raise CommandRefused(self.refusal)
