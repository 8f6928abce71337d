"""Phones that Asterisk rings back because nobody took what they handed on.

Source: Asterisk's main/bridge_basic.c. Whoever hangs up while the colleague's phone still rings has handed the call on
(AttendedTransfer), but their channel stays. When nobody picks up, Asterisk rings their phone again by a channel that
names no other: a Linkedid of its own, and a DialBegin without the channel that dials. Were it not told whose it is, it
would be a call of its own, from that phone to nobody.

When the link was away meanwhile, the channel of whoever hung up is known by this: CoreShowChannels still lists it, as
up, while Status, which asks the channels themselves, does not.
"""

from __future__ import annotations

from collections.abc import Mapping

from callcard.connectors.asterisk.channels import placed_by
from callcard.connectors.asterisk.resync import Snapshot

_Frame = Mapping[str, str]
_RINGING, _UP = "5", "6"


class Recalls:
    """Remembers who handed on for as long as their channel lives, so it never holds more than there are channels."""

    def __init__(self) -> None:
        self._legs: dict[str, str] = {}  # phone -> its leg in the call that was handed on

    def note_handed_on(self, frame: _Frame) -> None:
        """`frame`: an AttendedTransfer that succeeded."""
        leg, channel = frame["origtransfereruniqueid"], frame.get("origtransfererchannel", "")
        if channel and leg == frame["secondtransfereruniqueid"]:  # with two lines of its own, a phone is not rung back
            self._legs[_phone(channel)] = leg

    def note_hangup(self, frame: _Frame) -> None:
        if self._legs and self._legs.get(phone := _phone(frame.get("channel", ""))) == frame["uniqueid"]:
            del self._legs[phone]

    def note_listed(self, snapshot: Snapshot) -> None:
        """Who handed on while nothing was heard, or before this program ran."""
        alive = {status.get("uniqueid") for status in snapshot.statuses}
        for frame in snapshot.channels:
            leg = frame.get("uniqueid", "")
            if leg and leg not in alive and frame.get("channelstate") == _UP:
                self._legs[_phone(frame.get("channel", ""))] = leg

    def rung_back(self, snapshot: Snapshot) -> dict[str, str]:
        """Of the legs that are listed: each that is rung back -> the leg for whose call it is."""
        calls = ((frame, self._legs.get(_phone(frame.get("channel", "")))) for frame in snapshot.channels)
        return {frame["uniqueid"]: leg for frame, leg in calls if leg and _rings_by_itself(frame)}

    def whose(self, frame: _Frame) -> str:
        """`frame`: a DialBegin. The leg for whose call a phone is rung back; empty: it is not rung back."""
        if not self._legs or frame.get("uniqueid") or placed_by(frame["destuniqueid"]):
            return ""
        return self._legs.get(_phone(frame["destchannel"]), "")


def _rings_by_itself(frame: _Frame) -> bool:
    leg = frame.get("uniqueid", "")
    return bool(leg) and frame.get("linkedid") == leg and frame.get("channelstate") == _RINGING and not placed_by(leg)


def _phone(channel: str) -> str:
    """`PJSIP/301-0000000d` -> `PJSIP/301`."""
    return channel.rpartition("-")[0]
