"""A receiver of webhooks on this machine, and an endpoint that tells it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

from callcard.api.webhooks.delivering import deliver
from callcard.api.webhooks.models import Delivery, Endpoint
from callcard.jobs.kinds import Run

Answer = Callable[[BaseHTTPRequestHandler], None]


def good(request: BaseHTTPRequestHandler) -> None:
    request.send_response(204)
    request.end_headers()


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


class Receiver:
    """`answer` may be changed at any time. `heard`: (headers, body) of each message."""

    def __init__(self, port: int = 0) -> None:
        self.answer: Answer = good
        self.heard: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                outer.answer(self)

            def log_message(self, *_words: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_of: Any) -> None:
                """Who hangs up while we still speak is what some tests are about."""

        self._server = Server(("127.0.0.1", port), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/callcard?from=test"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def verified(self, secret: str) -> list[Any]:
        """What was heard, each message checked as a receiver does. Raises when one is not signed with this secret."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.heard]

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.heard]

    def wait_for(self, number: int, seconds: float = 60.0) -> None:
        until = time.monotonic() + seconds
        while len(self.heard) < number:
            assert time.monotonic() < until, f"{len(self.heard)} of {number} messages"
            time.sleep(0.02)


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    receiver = Receiver(port)
    try:
        yield receiver
    finally:
        receiver.stop()


def tell_all() -> None:
    """What the job does until nothing is due, without its clock."""
    deliver(A_RUN, seconds=0)


class _Run(Run):
    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """There is no row of a job."""


A_RUN = _Run(0, None, {}, 1, "", None)  # type: ignore[arg-type]


def due_now(endpoint: Endpoint) -> None:
    """As if the pause were over."""
    Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING).update(next_at="2020-01-01T00:00:00Z")
