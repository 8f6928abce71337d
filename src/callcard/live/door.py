"""GET /live: the one Server-Sent Events stream of a user, spoken straight over ASGI.

Django would keep a thread and a database connection for as long as each stream is open; here an idle desk costs a
few kilobytes. The format is the HTML standard's "Server-sent events".
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import DisallowedHost
from django.db import close_old_connections
from django.http import HttpRequest

from callcard import __version__
from callcard.kit.ids import id_in
from callcard.live.hub import Hub, Message, Stream
from callcard.live.models import CHECK_SESSION
from callcard.live.queries import missed_events

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

# What a browser that comes, or comes back, is told at once beside what it missed. Runs in a thread.
Greeting = Callable[[], Mapping[str, Any]]

# The HTTP status for whoever is signed in, 200 if they may listen: (user, session, address). Runs in a thread.
Welcome = Callable[[Any, Any, str], int]

KEEP_ALIVE_SECONDS = 15.0
CHECK_SESSION_SECONDS = 60.0

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class LiveDoor:
    def __init__(self, hub: Hub, greeting: Greeting, welcome: Welcome) -> None:
        self.hub = hub
        self._welcome = welcome
        self._greeting = greeting
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="live-door")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_asked_as_us(scope):
            return await _refuse(send, 400)
        user_id, status = await self._in_thread(self.listener, scope)
        if status != 200:
            return await self.refuse(send, status)
        stream = await self.open(user_id)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await self._serve(stream, scope, receive, send)
            await send({"type": "http.response.body"})
        finally:
            await self.close(stream)

    # What another door than that of browsers does otherwise.

    def listener(self, scope: Scope) -> tuple[int, int]:
        """Id of whoever asks (0: nobody), and the status that they get. Asked again while the stream is open. Runs in
        a thread."""
        request = _request(scope)
        user = get_user(request) if request else None
        if request is None or user is None or not user.is_authenticated:
            return 0, 401
        return user.pk, self._welcome(user, request.session, (scope.get("client") or ("",))[0])

    def shown(self, scope: Scope, message: Message) -> Message | None:
        """What of a message is for who asked with this scope."""
        return message

    async def open(self, user_id: int) -> Stream:
        return self.hub.open(user_id)

    async def close(self, stream: Stream) -> None:
        self.hub.close(stream)

    async def refuse(self, send: Send, status: int) -> None:
        await _refuse(send, status)

    async def _serve(self, stream: Stream, scope: Scope, receive: Receive, send: Send) -> None:
        last_id = await self._catch_up(stream, scope, send)
        gone = asyncio.ensure_future(_until_disconnect(receive))
        writing = asyncio.ensure_future(self._write_on(stream, scope, send, last_id))
        try:
            await asyncio.wait({gone, writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            writing.cancel()
            await asyncio.gather(gone, writing, return_exceptions=True)

    async def _catch_up(self, stream: Stream, scope: Scope, send: Send) -> int:
        """Send what the browser missed; returns the last id it has."""
        greeting = await self._in_thread(self._greeting)
        await _write(send, [Message(0, "hello", {"version": __version__, **greeting})])
        since = _last_seen(scope)
        if since is None:
            return 0
        messages, is_whole = await self._in_thread(self._missed, stream.user_id, since)
        if not is_whole:
            await _write(send, [Message(0, "resync", {})])
            return 0
        told = [self.shown(scope, message) for message in messages if message.kind != CHECK_SESSION]
        await _write(send, [message for message in told if message])
        return max((message.id for message in messages), default=since)

    def _missed(self, user_id: int, since: int) -> tuple[list[Message], bool]:
        replay = missed_events(user_id, since=since)
        messages = self.hub.render(replay.events) if replay.events else []
        return [message for message in messages if message], replay.is_whole

    async def _write_on(self, stream: Stream, scope: Scope, send: Send, last_id: int) -> None:
        checked_at = time.monotonic()
        while True:
            try:
                message = await asyncio.wait_for(stream.queue.get(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
                message = None
            else:
                if message is None:
                    return
                is_new = (message.id == 0 or message.id > last_id) and message.kind != CHECK_SESSION
                told = self.shown(scope, message) if is_new else None
                if told is not None:
                    await self._write_now(send, told)
            is_asked = message is not None and message.kind == CHECK_SESSION
            if is_asked or time.monotonic() - checked_at > CHECK_SESSION_SECONDS:
                checked_at = time.monotonic()
                if await self._in_thread(self.listener, scope) != (stream.user_id, 200):
                    return

    async def _write_now(self, send: Send, message: Message) -> None:
        if message.received_ns is not None:
            server_ms = (time.monotonic_ns() - message.received_ns) / 1e6
            message.data["server_ms"] = round(server_ms, 3)
            message.data["received_ms"] = round(time.time() * 1000 - server_ms, 3)
        await _write(send, [message])

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._readers, _with_connection, function, *arguments)


def _with_connection(function: Callable[..., Any], *arguments: Any) -> Any:
    close_old_connections()
    try:
        return function(*arguments)
    finally:
        close_old_connections()


def _is_asked_as_us(scope: Scope) -> bool:
    """Whether Django would take the Host header too: else another site's name could lead here (DNS rebinding)."""
    request = HttpRequest()
    names = {b"host": "HTTP_HOST", b"x-forwarded-host": "HTTP_X_FORWARDED_HOST"}
    request.META = {names[name]: value.decode("latin-1") for name, value in scope["headers"] if name in names}
    request.META |= {"SERVER_NAME": "", "SERVER_PORT": "80"}
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]})
    await send({"type": "http.response.body"})


def _request(scope: Scope) -> HttpRequest | None:
    """With the session that its cookie names."""
    headers = dict(scope["headers"])
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return None
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    return request


def _last_seen(scope: Scope) -> int | None:
    """Last-Event-ID of a returning browser, else ?since= of a fresh page; None when neither is a number."""
    given = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    given = given or parse_qs(scope["query_string"].decode("latin-1")).get("since", [""])[0]
    return id_in(given)


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, messages: list[Message]) -> None:
    for message in messages:
        id_line = f"id: {message.id}\n" if message.id else ""
        text = f"{id_line}event: {message.kind}\ndata: {json.dumps(message.data, ensure_ascii=False)}\n\n"
        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
