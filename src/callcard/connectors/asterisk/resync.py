"""Asking Asterisk which calls are in progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from callcard.connectors.asterisk.frames import Frame
from callcard.connectors.asterisk.problems import ActionRefused
from callcard.connectors.asterisk.session import Session

# Only what is read: a queue's members and figures are passed over as bytes.
LISTED = frozenset(
    {
        *(b"CoreShowChannel", b"CoreShowChannelsComplete", b"Status", b"StatusComplete"),
        *(b"BridgeListItem", b"BridgeListComplete", b"BridgeInfoChannel", b"BridgeInfoComplete"),
        *(b"QueueEntry", b"QueueStatusComplete"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The answers, frame by frame. `asked_at` is before the first of them."""

    asked_at: datetime
    channels: list[Frame]  # CoreShowChannel
    statuses: list[Frame]  # Status
    bridges: list[Frame]  # BridgeListItem
    bridge_members: list[Frame]  # BridgeInfoChannel, each with its `bridgeuniqueid`
    queue_entries: list[Frame]  # QueueEntry

    @property
    def uniqueids(self) -> frozenset[str]:
        return frozenset(channel.get("uniqueid", "") for channel in self.channels)


async def take_snapshot(session: Session, *, within: float) -> Snapshot:
    """`within` is for each action. Raises ActionUnanswered, ActionRefused (channels, statuses), LinkProblem."""
    asked_at = datetime.now(UTC)
    channels = await session.ask_list("CoreShowChannels", within=within)
    statuses = await session.ask_list("Status", within=within)
    bridges = await _list_if_offered(session, "BridgeList", within)
    members: list[Frame] = []
    for bridge in bridges:
        members += await _members(session, bridge.get("bridgeuniqueid", ""), within)
    return Snapshot(
        asked_at=asked_at,
        channels=channels,
        statuses=statuses,
        bridges=bridges,
        bridge_members=members,
        queue_entries=await _list_if_offered(session, "QueueStatus", within),
    )


async def _members(session: Session, bridge: str, within: float) -> list[Frame]:
    try:
        members = await session.ask_list("BridgeInfo", [("BridgeUniqueid", bridge)], within=within)
    except ActionRefused:  # it ended since it was listed
        return []
    for member in members:
        member["bridgeuniqueid"] = bridge
    return members


async def _list_if_offered(session: Session, action: str, within: float) -> list[Frame]:
    """Nothing when Asterisk runs without the module that knows the action."""
    try:
        return await session.ask_list(action, within=within)
    except ActionRefused:
        return []
