"""Whose phone is behind a channel: what the name, the context and the caller id tell.

Channel names are `Technology/endpoint-suffix` (Asterisk's channel drivers); `Local/x@context-suffix;1` and `;2` are
the two ends of an inner connection. The options decide; their defaults fit FreePBX and plain Asterisk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from fnmatch import translate

from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.telephony.call import Party

LONGEST_TEXT = 255
COMMAND_PREFIX = "callcard-"  # the uniqueid given to the first leg of a call that a button asked for

# Channels which Asterisk makes for itself: announcers, recorders, spies, text messages.
_INNER = frozenset(
    {"Announcer", "AsyncGoto", "Bridge", "CBAnn", "CBRec", "Message", "MulticastRTP", "OutgoingSpoolFailed"}
    | {"Recorder", "Snoop", "Surrogate", "UnicastRTP"}
)
_NO_NUMBER = frozenset({"unknown", "unavailable"})  # nobody's wish, unlike the next
_WITHHELD = frozenset({"anonymous", "restricted", "private", "withheld", "blocked", "hidden"})
# Channels of wired lines are named by the socket, not by the number.
_NAMED_BY_SOCKET = frozenset({"DAHDI", "Dongle", "Quectel", "Khomp"})
_SENT = re.compile(r"(?:sips?:)?(\+?[0-9*#]+)(?:@.*)?")


class Kind(Enum):
    PHONE = "phone"
    OUTSIDE = "outside"
    HELPER = "helper"
    INNER = "inner"


class Channels:
    """Tells phones from trunks by the administrator's options."""

    def __init__(self, options: AsteriskOptions) -> None:
        self._trunks = frozenset(options.trunks)
        self._is_trunk_context = re.compile("|".join(map(translate, options.trunk_contexts)) or "(?!)").match
        self._is_extension = re.compile(options.extension_pattern).fullmatch

    def kind_of(self, channel: str, context: str, caller_number: str) -> tuple[Kind, str]:
        """The kind, and the extension when it is a PHONE."""
        technology, _, rest = channel.partition("/")
        if technology == "Local":
            return Kind.HELPER, ""
        if technology in _INNER or not rest:
            return Kind.INNER, ""
        endpoint = rest.rpartition("-")[0] or rest
        if self._is_trunk(technology, endpoint, context):
            return Kind.OUTSIDE, ""
        if technology not in _NAMED_BY_SOCKET and self._is_extension(endpoint):
            return Kind.PHONE, endpoint
        may_be_phone = bool(self._trunks) or technology in _NAMED_BY_SOCKET
        if may_be_phone and self._is_extension(caller_number):
            return Kind.PHONE, caller_number
        return Kind.OUTSIDE, ""

    def _is_trunk(self, technology: str, endpoint: str, context: str) -> bool:
        if endpoint in self._trunks or f"{technology}/{endpoint}" in self._trunks:
            return True
        return self._is_trunk_context(context) is not None


def placed_by(leg: str) -> str:
    """The command_id of the Dial that asked for this leg; empty for any other leg."""
    return leg.removeprefix(COMMAND_PREFIX) if leg.startswith(COMMAND_PREFIX) else ""


def known(value: str | None) -> str:
    """The text, shortened to LONGEST_TEXT; empty for what Asterisk writes when it does not know."""
    if not value or value in ("<unknown>", "<null>"):
        return ""
    return value[:LONGEST_TEXT]


def outside_party(number: str, name: str, presentation: str = "") -> Party:
    """A caller from outside. `presentation` is CID-CallingPres, where there is one."""
    hides = number.lower() in _WITHHELD
    withheld = hides or "Prohibited" in presentation or (not number and name.lower() in _WITHHELD)
    return Party(
        number="" if hides or number.lower() in _NO_NUMBER else number,
        name="" if name.lower() in _WITHHELD | _NO_NUMBER else name,
        withheld=withheld,
    )


def dialled_exten(frame: Mapping[str, str]) -> str:
    """The extension of the dial plan in which a call is, when it is a number that somebody dialled."""
    exten = known(frame.get("exten"))
    return exten if exten[:1] in "+*#0123456789" else ""


def sent_number(dial_string: str) -> str:
    """The number in what Dial was given: `trunk/sip:+993…@host`, `+993…@trunk`, `i1/+993…`; or empty."""
    for part in reversed(dial_string.split("/")):
        match = _SENT.fullmatch(part)
        if match and len(match[1]) > 1:
            return match[1][:LONGEST_TEXT]
    return ""
