"""The seam between a PBX and the program: everything a connector must offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from callcard.telephony.commands import Capability, Command
from callcard.telephony.events import Event


class LinkState(StrEnum):
    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"  # will be tried again by itself
    REFUSED = "refused"  # trying again will not help until somebody changes a setting


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkReport:
    """The state of the link to a PBX, with the reason in words an administrator can act on.

    `problem` is a stable word for translation ("wrong_secret", "no_permission",
    "unreachable", "tls", "lost", "overloaded", or one of the connector's own); `detail` is what the other side said.
    """

    state: LinkState
    at: datetime
    problem: str = ""
    detail: str = ""
    about: str = ""  # the PBX's own version, when it told


@dataclass(frozen=True, slots=True, kw_only=True)
class WireNote:
    """One line of what the PBX said, kept for the administrator's page "Why did nothing pop?"."""

    at: datetime
    summary: str


class Sink(Protocol):
    """Where a connector puts what it learned. Both calls return at once and are made on the event loop."""

    def events(self, events: Sequence[Event], received_ns: int) -> None:
        """`received_ns` is time.monotonic_ns() when the first byte of the batch was read."""

    def link(self, report: LinkReport) -> None: ...

    def note(self, note: WireNote) -> None: ...


class Connector(Protocol):
    capabilities: frozenset[Capability]

    async def run(self, sink: Sink) -> None:
        """Connect, feed the sink, reconnect; returns only when cancelled or when the link is refused for good."""

    async def execute(self, command: Command) -> None:
        """Raises CommandRefused."""
