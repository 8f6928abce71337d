"""Which headers are read of the events that come by the thousand.

A frame that is taken apart by the shape of an earlier one holds only these. Of events that are not named here, and of
all that answers an action, every header is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

_ALWAYS = ("event", "timestamp")
_READ: dict[str, tuple[str, ...]] = {
    "Newchannel": (
        *("channel", "channelstate", "calleridnum", "calleridname"),
        *("context", "exten", "uniqueid", "linkedid"),
    ),
    "NewCallerid": (
        *("channel", "calleridnum", "calleridname", "context"),
        *("uniqueid", "linkedid", "cid-callingpres"),
    ),
    "Newstate": ("channel", "channelstate", "uniqueid"),
    "DialBegin": (
        *("channel", "exten", "uniqueid", "dialstring", "destchannel", "destcontext"),
        *("destcalleridnum", "destconnectedlinenum", "destuniqueid"),
    ),
    "DialState": ("uniqueid", "destuniqueid", "dialstatus"),
    "DialEnd": ("uniqueid", "destchannel", "destuniqueid", "dialstatus", "forward"),
    "BridgeEnter": ("bridgeuniqueid", "bridgetechnology", "channel", "uniqueid", "linkedid"),
    "BridgeLeave": ("bridgeuniqueid", "channel", "uniqueid"),
    "Hold": ("channel", "uniqueid"),
    "Unhold": ("channel", "uniqueid"),
    "HangupRequest": ("channel", "uniqueid"),
    "Hangup": ("channel", "uniqueid", "cause", "cause-txt"),
}


def read_headers(event: str, keys: Iterable[str]) -> frozenset[str]:
    """Those of `keys`, the lower-cased headers of one event, that anybody reads."""
    present = frozenset(keys)
    if event not in _READ or "actionid" in present:
        return present
    return present.intersection(_ALWAYS + _READ[event])
