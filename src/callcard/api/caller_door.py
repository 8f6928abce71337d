"""GET /pbx/lookup: who calls, for a telephone system that waits. Spoken straight over ASGI: no session, no page.

`?number=` is the caller's; `&format=json` for JSON. The key stands in the address (/pbx/KEY/lookup) or in the header
"Authorization: Bearer KEY". Plain text is one line for a dial plan: "0,301,Mali Souk" (blocked, extension, name).
Whatever is wrong with the key is 404.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from dataclasses import dataclass
from functools import partial
from hmac import compare_digest
from urllib.parse import parse_qs

from django.db import connection
from django.utils import timezone

from callcard.api.limits import has_failed_too_often, is_too_often
from callcard.api.models import PbxKey
from callcard.api.rules import is_in, read_networks
from callcard.calls.screening.looking import ask_soon, look_up_here
from callcard.kit.ids import is_id
from callcard.live.door import Receive, Scope, Send
from callcard.staff.statements import select
from callcard.telephony.callers import CallerTold

logger = logging.getLogger(__name__)

FAILURES_A_MINUTE = 20
ASKED_A_MINUTE = 12_000
_NOTED_EVERY_SECONDS = 60.0
_LONGEST_NUMBER = 255
_ADDRESS = re.compile(r"/pbx/(?:(?P<key>[^/]{1,100})/)?lookup")


def is_for_callers(scope: Scope) -> bool:
    return _ADDRESS.fullmatch(scope["path"]) is not None


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    text: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()


class CallerDoor:
    def __init__(self) -> None:
        self._noted: dict[int, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _say(send, await self._answered(scope), is_head=scope["method"] == "HEAD")

    async def _answered(self, scope: Scope) -> _Answer:
        if scope["method"] not in ("GET", "HEAD"):
            return _Answer(405)
        who = str((scope.get("client") or ("",))[0])
        if has_failed_too_often("pbx-failures", who, most=FAILURES_A_MINUTE) or is_too_often(
            "pbx", who, most=ASKED_A_MINUTE
        ):
            return _Answer(429, headers=((b"retry-after", b"60"),))
        question = _question(scope)
        try:
            found = await ask_soon(partial(_answer, _key(scope), who, question.get("number", "")))
        except Exception:
            logger.exception("who calls could not be looked up")
            return _Answer(503)
        if found is None:
            is_too_often("pbx-failures", who, most=0)
            return _Answer(404)
        key_id, told = found
        media_type, text = written(told, as_json=question.get("format") == "json")
        self._note(key_id)
        return _Answer(200, text, ((b"content-type", media_type),))

    def _note(self, key_id: int) -> None:
        """Beside the answer, for a write may have to wait for others."""
        now = time.monotonic()
        if now - self._noted.get(key_id, -_NOTED_EVERY_SECONDS) >= _NOTED_EVERY_SECONDS:
            self._noted[key_id] = now
            asyncio.get_running_loop().run_in_executor(None, _note, key_id)


def written(told: CallerTold, *, as_json: bool) -> tuple[bytes, bytes]:
    """(media type, text)."""
    if as_json:
        values = {"kind": told.kind, "name": told.name, "extension": told.extension, "blocked": told.is_blocked}
        return b"application/json", json.dumps(values, ensure_ascii=False).encode()
    return b"text/plain; charset=utf-8", f"{int(told.is_blocked)},{told.extension},{told.name}".encode()


def _question(scope: Scope) -> dict[str, str]:
    """The last of each. A plus that was not written as %2B is meant as one where a number begins."""
    text = bytes(scope.get("query_string", b""))[:2000].decode("latin-1")
    try:
        asked = parse_qs(text, encoding="utf-8", errors="replace", max_num_fields=20)
    except ValueError:
        return {}
    values = {name: given[-1] for name, given in asked.items()}
    number = values.get("number", "")[:_LONGEST_NUMBER]
    return values | {"number": "+" + number[1:] if number.startswith(" ") else number}


def _key(scope: Scope) -> str:
    found = _ADDRESS.fullmatch(scope["path"])
    if found and found["key"]:
        return found["key"]
    header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    return header[7:].strip() if header[:7].lower() == "bearer " else ""


def _answer(key: str, who: str, number: str) -> tuple[int, CallerTold] | None:
    key_id = _known(key, who)
    return None if key_id is None else (key_id, look_up_here(number))


def _known(key: str, who: str) -> int | None:
    """The key's id, when it is one that may ask from there. Asked each time, without the ORM: a caller waits."""
    number, _, token = key.partition("-")
    rows = select(PbxKey, ("token", "is_enabled", "networks"), id=int(number)) if is_id(number) else []
    kept, is_enabled, named = rows[0] if rows else ("-", False, "")
    # Compared even when there is no such key, so that the time tells nothing.
    is_known = compare_digest(kept.encode(), token.encode())
    if not is_known or not is_enabled:
        return None
    networks = read_networks(named)
    return int(number) if not networks or is_in(who, networks) else None


def _note(key_id: int) -> None:
    try:
        PbxKey.objects.filter(pk=key_id).update(asked_at=timezone.now())
    finally:
        connection.close()


async def _say(send: Send, answer: _Answer, *, is_head: bool) -> None:
    length = str(len(answer.text)).encode()
    headers = [(b"cache-control", b"private, no-store"), (b"content-length", length), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else answer.text})
