"""One try of one message, over HTTP. Knows no database, so many of them wait side by side."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings

from callcard import __version__
from callcard.api.webhooks.rules import problem_of, shown_answer, signed_headers
from callcard.calls.recordings.web import Access, FetchFailed, Resolve, away, line_to, place_of, resolve

CONNECT_SECONDS = 5.0  # to each of a host's addresses, of which four at most are tried
ANSWER_SECONDS = 15.0  # from the connection to the end of what is read
_READ_BYTES = 4096
_MOST_BODY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """`secrets`: with each of them it is signed."""

    address: str
    message_id: str
    body: bytes
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`problem` is empty when it has arrived; words for it: webhooks.words. `status` is None without an answer."""

    problem: str
    status: int | None
    answer: str
    milliseconds: int


def send(message: Message, look_up: Resolve = resolve) -> Outcome:
    """Never raises. Redirects are not followed: they would lead a signed message to where nobody entered."""
    began = time.monotonic()
    status, start = None, b""
    try:
        status, start = _post(message, look_up)
        problem = problem_of(status)
    except FetchFailed as error:
        problem, start = error.problem, error.detail.encode()
    return Outcome(problem, status, shown_answer(start), round((time.monotonic() - began) * 1000))


def _post(message: Message, look_up: Resolve) -> tuple[int, bytes]:
    """The status and how the answer begins. Raises FetchFailed."""
    if len(message.body) > _MOST_BODY_BYTES:
        raise FetchFailed("too_large")
    own = place_of(message.address) if settings.WEBHOOKS_PRIVATE else None
    line = line_to(message.address, Access(own=own, pause_seconds=CONNECT_SECONDS, resolve=look_up))
    line.connection.sock.settimeout(ANSWER_SECONDS)
    late = threading.Event()
    timer = threading.Timer(ANSWER_SECONDS, _cut, [line.connection.sock, late])  # one who answers byte by byte too
    timer.daemon = True
    timer.start()
    try:
        line.connection.request("POST", line.path, message.body, _headers(message, line.host))
        response = line.connection.getresponse()
        start = response.read(_READ_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise FetchFailed("slow") if late.is_set() else away(error) from error
    finally:
        timer.cancel()
        line.connection.close()
    if late.is_set():  # an answer that was cut off looks like a short one
        raise FetchFailed("slow")
    return response.status, start


def _headers(message: Message, host: str) -> dict[str, str]:
    return {
        "Host": host,
        "Content-Type": "application/json",
        "User-Agent": f"Callcard/{__version__}",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **signed_headers(message.secrets, message.message_id, int(time.time()), message.body),
    }


def _cut(line: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
