"""The whole product, running: pages, live stream, switchboard and simulator, in a thread of the test's process."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlencode

from callcard.config.asgi import office
from callcard.config.server import Server
from callcard.connectors.simulator.connector import SimulatorConnector

T = TypeVar("T")

PASSWORD = "a good long password"
PATIENCE_SECONDS = 20.0


class Product:
    """Serves on `port`, or a free one, until `stop`. `ring` and the like are said to its simulator."""

    def __init__(self, port: int = 0, **options: Any) -> None:
        self._server = Server(host="127.0.0.1", port=port, **options)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._server.started:
            assert time.monotonic() < deadline, "the product did not start"
            assert self._thread.is_alive(), "the product stopped while starting"
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive(), "the product did not stop"

    @property
    def port(self) -> int:
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    @property
    def simulator(self) -> SimulatorConnector:
        connector = office.switchboard.links["simulator"].connector
        assert isinstance(connector, SimulatorConnector)
        return connector

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE_SECONDS)

    def _serve(self) -> None:
        async def serve() -> None:
            self.loop = asyncio.get_running_loop()
            await self._server.serve()

        asyncio.run(serve())


class Desk:
    """A user with a browser that knows no JavaScript: cookies, forms and the live stream."""

    def __init__(self, port: int, username: str) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.streams: list[Stream] = []
        self.get("/sign-in")
        status, _ = self.post("/sign-in", username=username, password=PASSWORD)
        assert status == 302, "the sign-in was refused"

    def get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path, None)

    def post(self, path: str, **form: str) -> tuple[int, str]:
        return self._ask("POST", path, urlencode(form))

    def listen(self, *, since: int | None = None, last_event_id: int | None = None) -> Stream:
        self.streams.append(Stream(self.port, self._cookie(), since=since, last_event_id=last_event_id))
        return self.streams[-1]

    def headers(self) -> dict[str, str]:
        return {"Cookie": self._cookie(), "X-CSRFToken": self.cookies.get("csrftoken", "")}

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = self.headers()
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = response.read().decode()
        connection.close()
        return response.status, text

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


class Stream:
    """An open live stream; `next` gives (kind, data, id)."""

    def __init__(
        self,
        port: int,
        cookie: str,
        *,
        since: int | None = None,
        last_event_id: int | None = None,
        path: str = "/live",
        token: str = "",
    ) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {token}"} if token else {"Cookie": cookie}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self._connection.request("GET", path + (f"?since={since}" if since is not None else ""), headers=headers)
        self._socket = self._connection.sock
        self.response = self._connection.getresponse()
        self._socket.settimeout(None)  # a quiet desk is no failure
        self.last_id = 0
        self._heard: queue.Queue[tuple[str, dict[str, Any], int]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def next(self, seconds: float = PATIENCE_SECONDS) -> tuple[str, dict[str, Any]]:
        kind, data, self.last_id = self._heard.get(timeout=seconds)
        return kind, data

    def popup(self, state: str) -> dict[str, Any]:
        """The next pop-up in this state; others before it are passed over."""
        while True:
            kind, data = self.next()
            if kind == "popup" and data["state"] == state:
                return data

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing is told but how the links are, of which everybody hears whenever one comes up."""
        until = time.monotonic() + seconds
        try:
            while self.next(max(0.0, until - time.monotonic()))[0] == "link":
                pass
        except queue.Empty:
            return True
        return False

    def ends_within(self, seconds: float) -> bool:
        """Whether the server ends it, unasked."""
        self._reader.join(seconds)
        return not self._reader.is_alive()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join(PATIENCE_SECONDS)
        self.response.close()
        self._connection.close()
        self._socket.close()

    def _read(self) -> None:
        kind, event_id = "", 0
        try:
            for raw in self.response:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("id: "):
                    event_id = int(line[4:])
                elif line.startswith("data: "):
                    self._heard.put((kind, json.loads(line[6:]), event_id))
        except (OSError, ValueError, http.client.HTTPException):
            return


def words(html: str) -> str:
    """What a person reads of it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def wait_for(condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
