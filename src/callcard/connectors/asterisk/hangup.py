"""Hanging up by command."""

from __future__ import annotations

import re

from callcard.connectors.asterisk.dial import leg_ids
from callcard.connectors.asterisk.problems import ActionRefused
from callcard.connectors.asterisk.session import Session
from callcard.telephony.commands import CancelDial, CommandRefused, Hangup

# Asterisk takes a uniqueid where it takes a channel's name, but what begins with "/" as a pattern for many.
_UNIQUEID = re.compile(r"[A-Za-z0-9_.:-][A-Za-z0-9_.;:-]{0,149}")


async def hang_up(session: Session, command: Hangup, *, within: float) -> None:
    """Raises CommandRefused, and what `Session.ask` raises."""
    key = channel_of(command.segment_key or command.call_key)
    legs = [key] if command.segment_key else await _legs_of(session, key, within)
    await _end(session, legs, within)


async def cancel_dial(session: Session, command: CancelDial, *, within: float) -> None:
    """The first leg's end is the end of whatever it began. Raises as `hang_up`."""
    await _end(session, [channel_of(leg_ids(command.dial_id)[0])], within)


def channel_of(key: str) -> str:
    """The key as it may be named to Asterisk. Raises CommandRefused."""
    if not _UNIQUEID.fullmatch(key):
        raise CommandRefused("not_allowed", f"not a channel: {key[:60]!r}")
    return key


async def _end(session: Session, legs: list[str], within: float) -> None:
    ended = 0
    for leg in legs:
        try:
            await session.ask("Hangup", [("Channel", leg)], within=within)
        except ActionRefused as error:
            if "no such channel" not in str(error).lower():
                raise
        else:
            ended += 1
    if not ended:
        raise CommandRefused("over", "the call has ended")


async def _legs_of(session: Session, call_key: str, within: float) -> list[str]:
    """The uniqueids of the call's channels, Local ones left out: they end with the phones that they join."""
    channels = await session.ask_list("CoreShowChannels", within=within)
    return [
        channel.get("uniqueid", "")
        for channel in channels
        if channel.get("linkedid") == call_key and not channel.get("channel", "").startswith("Local/")
    ]
