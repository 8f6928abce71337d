"""/hook/<telephone system>/<token>: where providers tell of calls. Spoken straight over ASGI: no session, no page.

Answered once the request is kept; what it tells is worked on afterwards. A wrong address is 404, a wrong signature 401.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from hmac import compare_digest

from callcard.live.door import Receive, Scope, Send
from callcard.switchboard.hook_inbox import soon
from callcard.switchboard.hook_receiver import HookAnswer, HookReceiver
from callcard.switchboard.journal import write_hook_refused
from callcard.telephony.hooks import HookRequest

LARGEST_BYTES = 256 * 1024
_READ_SECONDS = 10.0
_ADDRESS = re.compile(r"/hook/(?P<pbx>[-a-zA-Z0-9_]{1,40})/(?P<token>[-a-zA-Z0-9_]{1,100})")


def is_for_hooks(scope: Scope) -> bool:
    return _ADDRESS.fullmatch(scope["path"]) is not None


class HookDoor:
    """`receivers`: those of the telephone systems that are switched on, by their short names."""

    def __init__(self, receivers: Mapping[str, HookReceiver]) -> None:
        self._receivers = receivers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received_ns = time.monotonic_ns()
        found = _ADDRESS.fullmatch(scope["path"])
        receiver = self._receivers.get(found["pbx"]) if found else None
        if found is None or receiver is None or not compare_digest(receiver.token, found["token"]):
            await _say(send, HookAnswer(404))
            return
        answer = await self._answered(receiver, scope, receive)
        await _say(send, answer)
        if answer.refused:
            who = str((scope.get("client") or ("",))[0])
            await soon(partial(write_hook_refused, receiver.pbx, answer.refused, who))
        if answer.news is not None:
            # Perhaps another one by now: the settings may have been changed meanwhile.
            present = self._receivers.get(receiver.pbx, receiver)
            present.tell(*answer.news, received_ns)

    async def _answered(self, receiver: HookReceiver, scope: Scope, receive: Receive) -> HookAnswer:
        if scope["method"] not in ("GET", "POST"):
            return HookAnswer(405)
        try:
            async with asyncio.timeout(_READ_SECONDS):
                body = await _body(receive)
        except TimeoutError:
            return HookAnswer(408)
        if body is None:
            return HookAnswer(413)
        return await receiver.accept(_request(scope, body))


def _request(scope: Scope, body: bytes) -> HookRequest:
    return HookRequest(
        body=body,
        received_at=datetime.now(UTC),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        method=scope["method"],
        query=bytes(scope.get("query_string", b"")).decode("latin-1"),
    )


async def _body(receive: Receive) -> bytes | None:
    """None when it is too large, or whoever sent it has gone."""
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        piece = message.get("body", b"")
        size += len(piece)
        if size > LARGEST_BYTES:
            return None
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)


async def _say(send: Send, answer: HookAnswer) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(answer.text)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if answer.status == 503:
        headers.append((b"retry-after", b"10"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.text})
