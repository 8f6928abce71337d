"""Requests that are too big are refused before they are read: a file of a gigabyte would fill the disk first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class TooBig(Exception):
    """More came than was said."""


def with_body_limit(pages: App, *, path: str, most: int) -> App:
    """An ASGI application that answers 413 to a body of more than `most` bytes at this path, announced or not."""

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != path:
            await pages(scope, receive, send)
            return
        if _said(scope) > most:
            await _refuse(send, most)
            return
        read = 0

        async def counted() -> dict[str, Any]:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise TooBig
            return message

        try:
            await pages(scope, counted, send)
        except TooBig:
            await _refuse(send, most)

    return limited


def _said(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


async def _refuse(send: Send, most: int) -> None:
    words = f"This is too big: at most {most >> 20} MB can be sent.".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": words})
