"""What is too large is refused before Django sees it: Django writes a whole body to the disk first, whoever sent it."""

from __future__ import annotations

import asyncio
import io
import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from callcard.customers.files import largest_file_mb
from callcard.live.door import Receive, Scope, Send
from callcard.ui.middleware import ALONE, POLICY

_MEGABYTE = 1_000_000
# A browser that still sends does not hear an answer that is followed by a closed line.
_LISTEN_ON_SECONDS = 5.0


class BodyLimit:
    """An ASGI application that gives to `pages` what is no larger than the largest upload that is allowed."""

    def __init__(self, pages: Any) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if await _is_over(_length(headers)):
            await _refuse(scope, receive, send)
            return
        counting = _Counting(receive) if b"transfer-encoding" in headers else None
        await self._pages(scope, counting or receive, send)
        if counting and counting.is_over:
            await _refuse(scope, receive, send)


class _Counting:
    """Passes a body of unknown length on, and breaks off when it gets too long: Django then answers nothing."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._seen = 0
        self.is_over = False

    async def __call__(self) -> dict[str, Any]:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        self.is_over = self.is_over or await _is_over(self._seen)
        return {"type": "http.disconnect"} if self.is_over else message


def _length(headers: dict[bytes, bytes]) -> int:
    said = headers.get(b"content-length", b"").decode("latin-1")
    return int(said) if said.isascii() and said.isdigit() else 0


async def _is_over(size: int) -> bool:
    """The database is asked for the administrator's limit only when the one of the environment is not enough."""
    return size > _with_room(settings.IMPORT_LARGEST_MB) and size > _with_room(await _limit_mb())


def _with_room(megabytes: int) -> int:
    """Bytes, with those of the other fields of the form."""
    return (megabytes << 20) + _MEGABYTE


async def _limit_mb() -> int:
    return await asyncio.to_thread(_read_limit_mb)


def _read_limit_mb() -> int:
    try:
        return max(int(settings.IMPORT_LARGEST_MB), largest_file_mb())
    finally:
        connection.close()


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    words, page = await asyncio.to_thread(_say, scope, await _limit_mb())
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(page)),
        "Connection": "close",
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY,
        "HX-Trigger": json.dumps({"callcard:said": words}),  # in ASCII, whatever the language
        **ALONE,
    }
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "headers": raw})
    await send({"type": "http.response.body", "body": page, "more_body": True})
    await _listen_on(receive)
    await send({"type": "http.response.body"})


def _say(scope: Scope, limit_mb: int) -> tuple[str, bytes]:
    request = ASGIRequest(scope, io.BytesIO())
    with translation.override(translation.get_language_from_request(request)):
        words = _(
            "This is larger than %(limit)d MB, so it was not taken. Send a smaller file, or fewer at once. "
            "Your administrator can allow larger ones."
        ) % {"limit": limit_mb}
        return words, render_to_string("413.html", {"words": words}).encode()


async def _listen_on(receive: Receive) -> None:
    try:
        async with asyncio.timeout(_LISTEN_ON_SECONDS):
            while (message := await receive())["type"] == "http.request" and message.get("more_body"):
                pass
    except TimeoutError:
        pass
