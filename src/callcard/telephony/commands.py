"""What Callcard asks of a PBX. Imperatives; a connector says which of them it can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    LIVE = "live"  # tells of calls while they happen
    DIAL = "dial"
    HANGUP = "hangup"
    TRANSFER = "transfer"
    RESYNC = "resync"  # can list the calls in progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Ring `extension`, and when it is picked up, call `number`.

    `command_id` names the request; the call that comes of it carries it as `placed_by_button`.
    """

    command_id: str
    extension: str
    number: str
    shown_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    command_id: str
    call_key: str
    segment_key: str = ""  # empty: the whole call


Command = Dial | Hangup


class CommandRefused(Exception):
    """The PBX did not do it. `reason` is one of a few stable words, for messages in the user's language."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason  # "busy", "not_registered", "not_allowed", "no_link", "unsupported", "failed"
        self.detail = detail
