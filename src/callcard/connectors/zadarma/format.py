"""Zadarma's notifications of calls (NOTIFY_*): forms, signed over some of their fields."""

from __future__ import annotations

import base64
import hmac
import re
from datetime import datetime
from hashlib import sha1
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from callcard.telephony.call import Party, SegmentOutcome
from callcard.telephony.hooks import Happened, HookNotice, HookRefused, HookRequest, HookTold, HookUnreadable

_ECHO = re.compile(r"[A-Za-z0-9_.=+/-]{1,200}")
_MOST_FIELDS = 60
_INCOMING = ("caller_id", "called_did", "call_start")
_OUTGOING = ("internal", "destination", "call_start")
_SIGNED = {
    "NOTIFY_START": _INCOMING,
    "NOTIFY_INTERNAL": _INCOMING,
    "NOTIFY_END": _INCOMING,
    "NOTIFY_IVR": _INCOMING,
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_OUT_START": _OUTGOING,
    "NOTIFY_OUT_END": _OUTGOING,
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
}
_HAPPENED = {
    "NOTIFY_START": Happened.BEGAN,
    "NOTIFY_INTERNAL": Happened.RANG,
    "NOTIFY_ANSWER": Happened.ANSWERED,
    "NOTIFY_END": Happened.ENDED,
    "NOTIFY_OUT_START": Happened.BEGAN,
    "NOTIFY_OUT_END": Happened.ENDED,
}
_OUTCOMES = {
    "answered": SegmentOutcome.ANSWERED,
    "busy": SegmentOutcome.BUSY,
    "cancel": SegmentOutcome.CANCELLED,
    "no answer": SegmentOutcome.MISSED,
}


class ZadarmaFormat:
    """Implements `callcard.telephony.hooks.HookFormat`. `zone`: that of the account, in which its times are."""

    def __init__(self, secret: str, zone: ZoneInfo) -> None:
        self._secret = secret.encode()
        self._zone = zone

    def greeting(self, request: HookRequest) -> bytes | None:
        """The address is entered only after it has said its `zd_echo` back."""
        asked = dict(parse_qsl(request.query[:2000], max_num_fields=_MOST_FIELDS))
        echo = asked.get("zd_echo", "") if request.method == "GET" else ""
        return echo.encode() if _ECHO.fullmatch(echo) else None

    def check(self, request: HookRequest) -> None:
        """Base64 of the HMAC-SHA1: of its hexadecimal digits as a rule, of its bytes in some texts."""
        given = request.headers.get("signature", "")
        if not given:
            raise HookRefused("unsigned", "the header Signature is missing")
        fields = _fields(request.body)
        names = _SIGNED.get(fields.get("event", ""), _INCOMING)
        signed = "".join(fields.get(name, "") for name in names).encode("latin-1")
        made = hmac.new(self._secret, signed, sha1)
        rights = [base64.b64encode(made.hexdigest().encode()), base64.b64encode(made.digest())]
        if not any(hmac.compare_digest(right, given.encode("latin-1", "replace")) for right in rights):
            raise HookRefused("wrong_signature")

    def read(self, request: HookRequest) -> HookTold:
        fields = {name: _shown(value) for name, value in _fields(request.body).items()}
        event, call = fields.get("event", ""), fields.get("pbx_call_id", "")
        if not event:
            raise HookUnreadable("event is missing")
        told = ("event", "pbx_call_id", "call_start", "internal", "destination", "call_id_with_rec", "duration")
        key = "|".join(fields.get(name, "") for name in told)[:200]
        happened = _HAPPENED.get(event)
        if happened is None:
            return HookTold(key=key)
        if not call:
            raise HookUnreadable("pbx_call_id is missing")
        return HookTold(key=key, notice=self._notice(happened, call, fields, request.received_at))

    def _notice(self, happened: Happened, call: str, fields: dict[str, str], received_at: datetime) -> HookNotice:
        """It has no time of its own: it is sent when it happens."""
        is_outgoing = fields["event"].startswith("NOTIFY_OUT_") or call.startswith("out_")
        internal = fields.get("internal", "")[:20]
        if is_outgoing and not internal:
            raise HookUnreadable("internal is missing: who calls?")
        number = fields.get("destination" if is_outgoing else "caller_id", "")[:64]
        is_known = any(mark.isdigit() for mark in number)
        return HookNotice(
            call=call[:120],
            what=happened,
            at=received_at,
            began_at=min(received_at, self._moment(fields.get("call_start", ""))),
            is_outgoing=is_outgoing,
            outside=Party(number=number if is_known else "", withheld=not is_known and not is_outgoing),
            line=fields.get("caller_id" if is_outgoing else "called_did", "")[:64],
            extension=internal if is_outgoing or happened in (Happened.RANG, Happened.ANSWERED) else "",
            outcome=_outcome(fields.get("disposition", "")) if happened is Happened.ENDED else None,
            recorded=fields.get("is_recorded") == "1",
        )

    def _moment(self, written: str) -> datetime:
        try:
            moment = datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=self._zone)
        except ValueError:
            raise HookUnreadable("call_start is not a moment such as 2026-11-23 08:15:02") from None
        if not 2000 <= moment.year < 2100:
            raise HookUnreadable("call_start is in another century")
        return moment


def _fields(body: bytes) -> dict[str, str]:
    """The last of each name, byte for byte: nothing is decoded before the signature was compared."""
    try:
        return dict(parse_qsl(body.decode("latin-1"), True, encoding="latin-1", max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


def _shown(value: str) -> str:
    text = value.encode("latin-1").decode("utf-8", "replace")
    return "".join(mark for mark in text if mark.isprintable()).strip()[:200]


def _outcome(disposition: str) -> SegmentOutcome:
    return _OUTCOMES.get(disposition, SegmentOutcome.FAILED)
