"""What Callcard asks of a PBX. Imperatives; a connector says which of them it can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    LIVE = "live"  # tells of calls while they happen
    RESYNC = "resync"  # can list the calls in progress
    DIAL = "dial"
    HANGUP = "hangup"
    HOLD = "hold"
    TRANSFER = "transfer"  # blind: handed on at once
    CONSULT = "consult"  # attended: the colleague is asked first


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
class TryPhone:
    """Ring nobody, but refuse as a Dial would if it is known that the phone of `extension` cannot be rung now."""

    command_id: str
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDial:
    """Give up the call that the Dial named `dial_id` began, whoever rings or talks in it."""

    command_id: str
    dial_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    command_id: str
    call_key: str
    segment_key: str = ""  # empty: the whole call


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfSegment:
    """Something that the person of one segment does with the others in the call."""

    command_id: str
    call_key: str
    segment_key: str


class Hold(_OfSegment):
    """The others hear music."""


class Unhold(_OfSegment):
    """The others are taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(_OfSegment):
    """Hand the others on to `to`, an extension or a number, at once; the segment's own phone is out."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult(_OfSegment):
    """The others wait while the segment's phone asks `to`; when it hangs up, they are joined with `to`."""

    to: str


Command = Dial | TryPhone | CancelDial | Hangup | Hold | Unhold | Transfer | Consult

NEEDED: dict[type[Command], Capability] = {
    Dial: Capability.DIAL,
    TryPhone: Capability.DIAL,
    CancelDial: Capability.HANGUP,
    Hangup: Capability.HANGUP,
    Hold: Capability.HOLD,
    Unhold: Capability.HOLD,
    Transfer: Capability.TRANSFER,
    Consult: Capability.CONSULT,
}


class CommandRefused(Exception):
    """The PBX did not do it, or with "unknown" nobody knows whether it did.

    `reason` is one of a few stable words, for messages in the user's language.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        # "busy", "not_registered", "not_allowed", "no_link", "unsupported", "over", "no_answer", "unknown", "failed";
        # of the switchboard also "link_refused"
        self.reason = reason
        self.detail = detail
