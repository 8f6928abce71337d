"""What Asterisk said, in one short line for the administrator's page."""

from __future__ import annotations

from collections.abc import Callable

from callcard.connectors.asterisk.frames import Frame

_RINGING = "5"


def summary_of(frame: Frame) -> str | None:
    """A line for an event that a person would ask about; None for the others."""
    write = _LINES.get(frame.get("event", ""))
    return write(frame) if write else None


def _began(frame: Frame) -> str:
    return f"{_channel(frame)}: new, from {_number(frame)} to {frame.get('exten') or '-'}"


def _state(frame: Frame) -> str | None:
    return f"{_channel(frame)}: rings" if frame.get("channelstate") == _RINGING else None


def _dialled(frame: Frame) -> str:
    return f"{_channel(frame) or 'Originate'} dials {frame.get('destchannel', '')}"


def _dial_ended(frame: Frame) -> str:
    return f"{frame.get('destchannel', '')}: {frame.get('dialstatus', '')}"


def _entered(frame: Frame) -> str:
    return f"{_channel(frame)} joined {_bridge(frame)}"


def _left(frame: Frame) -> str:
    return f"{_channel(frame)} left {_bridge(frame)}"


def _hung_up(frame: Frame) -> str:
    return f"{_channel(frame)} hung up: {frame.get('cause-txt') or frame.get('cause', '')}"


def _originated(frame: Frame) -> str:
    return f"Originate of {_channel(frame)}: {frame.get('response', '')}, reason {frame.get('reason', '')}"


def _plain(word: str) -> Callable[[Frame], str]:
    return lambda frame: f"{_channel(frame) or frame.get('transfererchannel', '')} {word}"


def _queued(frame: Frame) -> str:
    return f"{_channel(frame)} waits in queue {frame.get('queue', '')}"


def _channel(frame: Frame) -> str:
    return frame.get("channel", "")


def _number(frame: Frame) -> str:
    return frame.get("calleridnum") or "-"


def _bridge(frame: Frame) -> str:
    return f"bridge {frame.get('bridgeuniqueid', '')[:8]}"


_LINES: dict[str, Callable[[Frame], str | None]] = {
    "Newchannel": _began,
    "Newstate": _state,
    "DialBegin": _dialled,
    "DialEnd": _dial_ended,
    "BridgeEnter": _entered,
    "BridgeLeave": _left,
    "Hangup": _hung_up,
    "OriginateResponse": _originated,
    "Hold": _plain("holds"),
    "Unhold": _plain("resumes"),
    "BlindTransfer": _plain("transfers (blind)"),
    "AttendedTransfer": lambda frame: f"{frame.get('origtransfererchannel', '')} transfers (attended)",
    "Pickup": _plain("picks up"),
    "QueueCallerJoin": _queued,
}
