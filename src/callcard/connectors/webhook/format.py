"""The documented webhook for whatever has no connector of its own: JSON, signed by Standard Webhooks."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from callcard.kit.standard_webhooks import is_signed
from callcard.telephony.call import Party, SegmentOutcome
from callcard.telephony.hooks import Happened, HookNotice, HookRefused, HookRequest, HookTold, HookUnreadable

TOLERANCE = timedelta(minutes=5)
_LONGEST = 200
_LONGEST_OF = {"call": 120, "extension": 20, "number": 64, "line": 64}
_OUTCOMES = {each.value: each for each in SegmentOutcome}


class WebhookFormat:
    """Implements `callcard.telephony.hooks.HookFormat`."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def check(self, request: HookRequest) -> None:
        """Three headers: webhook-id, webhook-timestamp and webhook-signature."""
        given = request.headers.get("webhook-signature", "")
        message_id, timestamp = _id_of(request), request.headers.get("webhook-timestamp", "")
        if not given or not message_id or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
            raise HookRefused("unsigned", "webhook-id, webhook-timestamp or webhook-signature is missing")
        if not is_signed(self._secret, message_id, int(timestamp), request.body, given):
            raise HookRefused("wrong_signature")
        apart = abs(request.received_at.timestamp() - int(timestamp))
        if apart > TOLERANCE.total_seconds():
            raise HookRefused("too_old", f"{int(apart)} s between the clocks")

    def greeting(self, request: HookRequest) -> bytes | None:
        return None

    def read(self, request: HookRequest) -> HookTold:
        try:
            told = json.loads(request.body)
        except (ValueError, RecursionError):
            raise HookUnreadable("this is not JSON") from None
        if not isinstance(told, dict):
            raise HookUnreadable("this is not an object")
        return HookTold(key=_id_of(request), notice=_notice(told))


def _notice(told: dict[str, Any]) -> HookNotice:
    direction = _text(told, "direction") or "in"
    if direction not in ("in", "out"):
        raise HookUnreadable("direction is neither in nor out")
    is_outgoing, extension = direction == "out", _text(told, "extension")
    if is_outgoing and not extension:
        raise HookUnreadable("extension is missing: who calls?")
    number = _text(told, "number")
    at = _moment(told, "at")
    return HookNotice(
        call=_text(told, "call", needed=True),
        what=_event(told),
        at=at,
        began_at=_moment(told, "began_at"),
        is_outgoing=is_outgoing,
        outside=Party(number=number, name=_text(told, "name"), withheld=not number and not is_outgoing),
        line=_text(told, "line"),
        extension=extension,
        outcome=_outcome(told),
        recorded=told.get("recorded") is True,
    )


def _id_of(request: HookRequest) -> str:
    return request.headers.get("webhook-id", "")[:_LONGEST]


def _event(told: dict[str, Any]) -> Happened:
    try:
        return Happened(_text(told, "event"))
    except ValueError:
        raise HookUnreadable("event is none of began, rang, answered, stopped, ended") from None


def _outcome(told: dict[str, Any]) -> SegmentOutcome | None:
    word = _text(told, "outcome")
    if word and word not in _OUTCOMES:
        raise HookUnreadable("outcome is none of " + ", ".join(_OUTCOMES))
    return _OUTCOMES.get(word)


def _text(told: dict[str, Any], name: str, *, needed: bool = False) -> str:
    value = told.get(name, "")
    if value is None or isinstance(value, bool) or not isinstance(value, str | int):
        raise HookUnreadable(f"{name} is not text")
    try:
        text = "".join(mark for mark in str(value) if mark.isprintable()).strip()
    except ValueError:  # a number of thousands of digits
        raise HookUnreadable(f"{name} is not text") from None
    if needed and not text:
        raise HookUnreadable(f"{name} is missing")
    longest = _LONGEST_OF.get(name, _LONGEST)
    if len(text) > longest:
        raise HookUnreadable(f"{name} is longer than {longest} characters")
    return text


def _moment(told: dict[str, Any], name: str) -> datetime:
    """Years that every time zone can hold."""
    try:
        moment = datetime.fromisoformat(_text(told, name, needed=True))
    except ValueError:
        raise HookUnreadable(f"{name} is not a moment such as 2026-11-23T08:15:02.120Z") from None
    if moment.tzinfo is None or not 2000 <= moment.year < 2100:
        raise HookUnreadable(f"{name} has no time zone, or is in another century")
    return moment
