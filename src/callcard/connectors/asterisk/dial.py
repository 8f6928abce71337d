"""Click-to-call: what Originate is sent, and what Asterisk's answer means."""

from __future__ import annotations

import asyncio
import re

from callcard.connectors.asterisk.channels import COMMAND_PREFIX
from callcard.connectors.asterisk.frames import Frame
from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.connectors.asterisk.session import Session
from callcard.telephony.commands import CommandRefused, Dial, TryPhone

# Everything that reaches a dial plan is spelled from these letters alone: a dial plan may well hand EXTEN on to
# Dial(), where "&" would ring further phones and "," would add options.
_EXTENSION = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")
_COMMAND_ID = re.compile(r"[A-Za-z0-9-]{1,80}")
_NOT_SHOWN = re.compile(r'[\x00-\x1f\x7f"<>\\]+')
_MAX_SHOWN = 60

_RINGING_OR_UP = frozenset({"5", "6"})

# Of a phone that talks ("INUSE") the line may still be free, as that of most desk phones is.
_AWAY = {"UNAVAILABLE": "not_registered", "INVALID": "not_registered", "BUSY": "busy"}
_OTHER_WAY = "Local/"  # what such a channel rings is the dial plan's to say

_OVERTAKING_SECONDS = 0.3

# `Reason` of OriginateResponse is the last control frame that was seen (include/asterisk/frame.h).
_REASONS = {"0": "not_registered", "5": "busy"}


def leg_ids(command_id: str) -> tuple[str, str]:
    """The uniqueids that Asterisk is told to give the first leg, and the far end of it if it is a Local channel."""
    return f"{COMMAND_PREFIX}{command_id}", f"{COMMAND_PREFIX}{command_id}-far"


def originate_headers(command: Dial, options: AsteriskOptions) -> list[tuple[str, str]]:
    """Raises CommandRefused when a value does not look like what it should be."""
    _check(_COMMAND_ID, command.command_id, "command id")
    _check(_EXTENSION, command.extension, "extension")
    number = dialled_number(command.number)
    first, far = leg_ids(command.command_id)
    return [
        ("Channel", options.dial_channel.replace("{extension}", command.extension)),
        ("Context", options.dial_context),
        ("Exten", number),
        ("Priority", "1"),
        ("Timeout", str(int(options.dial_timeout * 1000))),
        ("CallerID", shown(command.shown_name, number)),
        ("Async", "true"),
        ("ChannelId", first),
        ("OtherChannelId", far),
    ]


async def try_phone(session: Session, command: TryPhone, options: AsteriskOptions) -> None:
    """Raises CommandRefused, and what `Session.ask` raises."""
    _check(_EXTENSION, command.extension, "extension")
    device = options.dial_channel.replace("{extension}", command.extension)
    if device.startswith(_OTHER_WAY):
        return
    asked = [("Variable", f"DEVICE_STATE({device})")]
    answer = await session.ask("Getvar", asked, within=options.answer_timeout)
    state = answer.get("value", "")
    if state in _AWAY:
        raise CommandRefused(_AWAY[state], f"{device} is {state}")


def dialled_number(number: str) -> str:
    """The number as it may reach a dial plan. Raises CommandRefused."""
    _check(_NUMBER, number, "number")
    return number


def shown(name: str, number: str) -> str:
    """What the phone displays while it rings: the customer, not the employee's own number."""
    name = " ".join(_NOT_SHOWN.sub(" ", name).split())[:_MAX_SHOWN]
    return f'"{name}" <{number}>' if name else f"<{number}>"


def _check(pattern: re.Pattern[str], value: str, what: str) -> None:
    if not pattern.fullmatch(value):
        raise CommandRefused("not_allowed", f"not a {what}: {value[:60]!r}")


class RingWatch:
    """Who waits to hear whether the phone of a Dial rings."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def expect(self, leg: str) -> asyncio.Future[None]:
        """Done when the leg rings or is answered; fails with CommandRefused when it cannot be rung."""
        ringing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[leg] = ringing
        ringing.add_done_callback(lambda _: self._waiting.pop(leg, None))
        return ringing

    def see(self, frame: Frame) -> None:
        """Takes every frame; cheap while nobody waits."""
        if not self._waiting:
            return
        ringing = self._waiting.get(frame.get("uniqueid") or frame.get("destuniqueid", ""))
        if ringing is None or ringing.done():
            return
        if frame.get("event") == "OriginateResponse":
            # It may overtake the event that says whether the phone is busy or away.
            patience = _OVERTAKING_SECONDS if frame.get("reason") == "0" else 0.0
            asyncio.get_running_loop().call_later(patience, _settle, ringing, frame)
        elif frame.get("dialstatus") == "BUSY":  # the response that follows gives the reason of a phone that is away
            _fail(ringing, CommandRefused("busy", "the phone is busy"))
        elif frame.get("channelstate") in _RINGING_OR_UP:
            ringing.set_result(None)

    def give_up(self) -> None:
        """The link is gone; what became of the calls will be told by the resync."""
        for ringing in list(self._waiting.values()):
            if not ringing.done():
                _fail(ringing, CommandRefused("unknown", "the link was lost while dialling"))


def _settle(ringing: asyncio.Future[None], response: Frame) -> None:
    if ringing.done():
        return
    if response.get("response", "").lower() == "success":
        ringing.set_result(None)
        return
    code = response.get("reason", "")
    _fail(ringing, CommandRefused(_REASONS.get(code, "failed"), f"Originate failed with reason {code}"))


def _fail(ringing: asyncio.Future[None], refusal: CommandRefused) -> None:
    ringing.set_exception(refusal)
    ringing.exception()  # whoever waited may have gone; then nobody is to be warned of it
