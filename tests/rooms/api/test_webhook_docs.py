"""docs/admin/webhooks.md: its table is the program's, and its receiver works as it stands there."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callcard.api.webhooks.events import EVENTS
from callcard.api.webhooks.rules import MOST_TRIES, pause_after
from callcard.api.webhooks.services import make_endpoint, send_test
from tests.architecture.source import PROJECT
from tests.rooms.api.receiver import tell_all
from tests.rooms.staff.windows import person

PAGE = (PROJECT / "docs/admin/webhooks.md").read_text()
PATIENCE_SECONDS = 30.0


def test_the_table_names_every_event_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z.]+)` \| (\w+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [(event.key, event.subject, str(event.words)) for event in EVENTS.values()]


def test_the_pauses_are_those_of_the_page() -> None:
    pauses = [pause_after(tries, 0.0) for tries in range(1, MOST_TRIES + 1)]
    minutes, hours = 60, 3600
    assert pauses == [5, 5 * minutes, 30 * minutes, *(n * hours for n in (2, 5, 10, 14, 20, 24)), None]
    assert "after 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours" in PAGE
    assert pause_after(1, 1.0) == 6


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Any]:
    """Starts the receiver of the page with a secret; gives its process."""
    started: list[subprocess.Popen[str]] = []
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    program = tmp_path / "receiver.py"
    program.write_text(source)

    def start(secret: str, port: int) -> subprocess.Popen[str]:
        given = {**os.environ, "SECRET": secret, "PORT": str(port)}
        process = subprocess.Popen([sys.executable, str(program)], env=given, stdout=subprocess.PIPE, text=True)
        started.append(process)
        until = time.monotonic() + PATIENCE_SECONDS
        while not _listens(port):
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.05)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.django_db
def test_the_receiver_of_the_page_takes_what_is_signed_and_nothing_else(example: Any, settings: Any) -> None:
    settings.WEBHOOKS_PRIVATE = True
    port = _free_port()
    endpoint = make_endpoint(name="Docs", address=f"http://127.0.0.1:{port}/", events=EVENTS, by=person("mali"))
    receiver = example(endpoint.secret, port)
    send_test(endpoint=endpoint)
    tell_all()
    assert receiver.stdout.readline() == "webhook.test {'endpoint': 'Docs'}\n"
    assert endpoint.deliveries.get().status == 204
    endpoint.secret = "whsec_b3RoZXI="
    endpoint.save()
    send_test(endpoint=endpoint)
    tell_all()
    assert endpoint.deliveries.latest("pk").status == 400


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
