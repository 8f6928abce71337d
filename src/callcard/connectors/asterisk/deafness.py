"""Finding out that an account is not told of calls. AMI has no question for it: an account without `read=call`
(or with a filter that is too wide) logs in, gets no error, and hears nothing."""

from __future__ import annotations

from collections.abc import Iterable

from callcard.connectors.asterisk.frames import Frame

LONG_ENOUGH = 2  # seconds; the events of a younger channel may still be on their way


def unheard_channel(channels: Iterable[Frame], listed_before: frozenset[str]) -> str:
    """The name of a channel that began after the link was up, while no event of any call came; else empty.

    `channels` is what CoreShowChannels lists now, `listed_before` the uniqueids it listed when the link came up.
    """
    for channel in channels:
        if channel.get("uniqueid", "") not in listed_before and _age_seconds(channel) >= LONG_ENOUGH:
            return channel.get("channel", "?")
    return ""


def _age_seconds(channel: Frame) -> int:
    """From Duration, hh:mm:ss."""
    seconds = 0
    for part in channel.get("duration", "").split(":"):
        if not part.isdecimal():
            return 0
        seconds = seconds * 60 + int(part)
    return seconds
