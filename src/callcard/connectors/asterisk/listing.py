"""The lists of channels, bridges and queues that Asterisk gives on request, to one event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from callcard.connectors.asterisk.channels import Channels, Kind, dialled_exten, known, outside_party, placed_by
from callcard.connectors.asterisk.frames import Frame
from callcard.connectors.asterisk.resync import Snapshot
from callcard.telephony.call import Party, Role
from callcard.telephony.events import CallsInProgress, LegInProgress

_Frame = Mapping[str, str]
_WAITING_ROOMS = frozenset({"holding_bridge"})
_RINGING, _UP = "5", "6"


def calls_in_progress(snapshot: Snapshot, channels: Channels, rung_back: Mapping[str, str]) -> CallsInProgress:
    """Channels without a Uniqueid, and those Asterisk keeps for itself, are left out. `rung_back`: see recalls."""
    call_ids = {frame.get("uniqueid"): frame.get("linkedid") for frame in snapshot.channels}
    statuses = {frame["uniqueid"]: frame for frame in snapshot.statuses if "uniqueid" in frame}
    rooms = _rooms(snapshot)
    queues = {frame.get("uniqueid", ""): known(frame.get("queue")) for frame in snapshot.queue_entries}
    legs = []
    for frame in snapshot.channels:
        name = frame.get("uniqueid", "")
        if not name:
            continue
        if name in rung_back:
            frame = Frame(frame, linkedid=call_ids[rung_back[name]] or rung_back[name])
        status: _Frame = statuses.get(name, {})
        queue = queues.get(name) or _queue_of(frame)
        leg = _leg(frame, status, channels, snapshot.asked_at, rooms.get(name, ""), queue)
        if leg is not None:
            legs.append(leg)
    return CallsInProgress(at=snapshot.asked_at, legs=tuple(legs))


def _queue_of(frame: _Frame) -> str:
    """The queue through which a channel came to the one it talks with; Queue() lasts until they part."""
    if frame.get("application") != "Queue":
        return ""
    return known(frame.get("applicationdata", "").partition(",")[0])


def is_waiting_room(bridge: _Frame) -> bool:
    """A bridge in which nobody hears another: parked calls, waiting rooms."""
    return bridge.get("bridgetechnology") in _WAITING_ROOMS


def _rooms(snapshot: Snapshot) -> dict[str, str]:
    """Leg -> the room it is in. The channel list tells it; older releases tell it only in the bridge's own."""
    waiting = {frame.get("bridgeuniqueid", "") for frame in snapshot.bridges if is_waiting_room(frame)}
    found = {frame.get("uniqueid", ""): frame.get("bridgeuniqueid", "") for frame in snapshot.bridge_members}
    found |= {frame.get("uniqueid", ""): frame["bridgeid"] for frame in snapshot.channels if frame.get("bridgeid")}
    return {leg: room for leg, room in found.items() if room and room not in waiting}


def _leg(
    frame: _Frame, status: _Frame, channels: Channels, at: datetime, room: str, queue: str
) -> LegInProgress | None:
    leg, channel = frame["uniqueid"], frame.get("channel", "")
    call = frame.get("linkedid") or leg
    number, name = known(frame.get("calleridnum")), known(frame.get("calleridname"))
    kind, extension = channels.kind_of(channel, frame.get("context", ""), number)
    if kind is Kind.INNER:
        return None
    role = Role.CALLER if call == leg else Role.CALLED
    dialled = known(status.get("dnid")) or dialled_exten(frame)
    return LegInProgress(
        leg=leg,
        call=call,
        began_at=at - timedelta(seconds=_age_seconds(frame, status)),
        role=role,
        party=Party(extension=extension, name=name) if extension else outside_party(number, name),
        pipe=(channel.rpartition(";")[0] or channel) if kind is Kind.HELPER else "",
        dialled=dialled if role is Role.CALLER else "",
        placed_by=placed_by(leg),
        ringing=frame.get("channelstate") == _RINGING,
        answered=frame.get("channelstate") == _UP,
        room=room,
        queue=queue,
    )


def _age_seconds(frame: _Frame, status: _Frame) -> int:
    """`Seconds` of Status, or `Duration` (hours:minutes:seconds) of the channel list; 0 when neither is told."""
    seconds = status.get("seconds", "")
    if seconds.isascii() and seconds.isdigit() and len(seconds) < 9:
        return int(seconds)
    parts = frame.get("duration", "").split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        return 0
    hours, minutes, rest = (int(part) for part in parts)
    return hours * 3600 + minutes * 60 + rest
