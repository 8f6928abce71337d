"""What plug-ins may use. Everything else of Callcard may change with any version.

A package that is installed beside Callcard names one object of it in its pyproject.toml:

    [project.entry-points."callcard.plugins"]
    bell = "callcard_plugin_bell:plugin"

which is a `Plugin`, or a function without arguments that makes one. docs/developer/plugins.md tells the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from callcard.telephony.call import Party, Role, SegmentOutcome
from callcard.telephony.commands import Capability, Command, CommandRefused
from callcard.telephony.connector import Connector, LinkReport, LinkState, Sink, WireNote
from callcard.telephony.events import (
    CallsInProgress,
    Event,
    LegAnswered,
    LegBegan,
    LegEnded,
    LegJoined,
    LegRang,
    LinkLost,
    RingingEnded,
)

__all__ = [
    "Caller",
    "CallsInProgress",
    "Capability",
    "Command",
    "CommandRefused",
    "Connector",
    "ConnectorKind",
    "Event",
    "LegAnswered",
    "LegBegan",
    "LegEnded",
    "LegJoined",
    "LegRang",
    "LinkLost",
    "LinkReport",
    "LinkState",
    "Party",
    "Plugin",
    "PopupPart",
    "Report",
    "RingingEnded",
    "Role",
    "SegmentOutcome",
    "Sink",
    "SmsGateway",
    "WireNote",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The customer on the card that is being shown, with nothing in it that the user who looks may not see.

    `number`: as the user reads it, perhaps veiled. `own_fields`: key -> value of the company's own
    fields on the pop-up.
    """

    customer_id: int
    name: str
    number: str
    direction: str  # inbound, outbound or internal
    category: str = ""
    city: str = ""
    country: str = ""
    language: str = ""
    own_fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PopupPart:
    """A part of the pop-up, which administrators show, hide and move like the others.

    `lines` gives the lines to show, none for no part. It is asked while the phone rings, so it reads no network and no
    disk: what is slower than 20 ms three times is asked no more. `needs`: a right, such as "sales.see", of those who
    see it.
    """

    key: str
    name: str
    lines: Callable[[Caller], Sequence[str]]
    needs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorKind:
    """A kind of telephone system. `make` gets what was entered in its settings (host, port, username, secret, tls,
    verify …; what was left empty is missing) and raises ValueError in words when that cannot be used."""

    key: str
    name: str
    make: Callable[[Mapping[str, Any]], Connector]


class SmsGateway(Protocol):
    """Sends text messages. Nothing of this version sends any yet: it is listed as installed."""

    key: str
    name: str

    def send(self, number: str, text: str) -> str:
        """`number` in E.164; the gateway's id of the message. Raises ValueError in words."""


class Report(Protocol):
    """A table of one's own. This version has no window for such yet: it is listed as installed."""

    key: str
    name: str

    def rows(self, since: Any, until: Any) -> Sequence[Sequence[object]]:
        """The head first. `since`, `until`: aware datetimes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """What a package adds. Keys are small letters, digits and hyphens, at most 20, and unique among their like."""

    name: str
    popup_parts: Sequence[PopupPart] = ()
    connectors: Sequence[ConnectorKind] = ()
    sms_gateways: Sequence[SmsGateway] = ()
    reports: Sequence[Report] = ()
