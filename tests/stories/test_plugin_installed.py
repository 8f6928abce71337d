"""The example plug-in as a company has it: built, installed beside Callcard, and at work in its own process."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import PROJECT
from tests.stories.product import PASSWORD, Desk

EXAMPLE = PROJECT / "examples/callcard-plugin-doorbell"
PATIENCE_SECONDS = 90.0
SECRET = "a-bell-of-brass"
_BROKEN = """[callcard.plugins]
broken = callcard_plugin_broken:plugin
"""
_PREPARE = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
import sys
from callcard.customers.services import create_customer
from callcard.staff.models import Extension, User
from callcard.switchboard.models import Pbx
user = User.objects.create_user("anna", password={PASSWORD!r}, role="administrator")
Extension.objects.create(number="301", user=user)
create_customer(name="Mali <b>", responsible=user, numbers=["+8562055512345"], language="lo")
options = {{"host": "127.0.0.1", "port": int(sys.argv[1]), "secret": {SECRET!r}}}
Pbx.objects.create(slug="door", name="The door", kind="doorbell", options=options)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example installed, and with a plug-in that cannot be loaded."""
    folder = tmp_path_factory.mktemp("plugins")
    build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheels"))
    subprocess.run(build, cwd=EXAMPLE, check=True, capture_output=True)
    (wheel,) = (folder / "wheels").glob("*.whl")
    install = (sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--target", str(folder / "site"))
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    about = folder / "site/callcard_plugin_broken-2.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: callcard-plugin-broken\nVersion: 2.0\n")
    (about / "entry_points.txt").write_text(_BROKEN)
    return folder / "site"


@pytest.fixture
def served(place: Path, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The ports of Callcard and of the door."""
    port, door = _free_port(), _free_port()
    given = {name: value for name, value in os.environ.items() if not name.startswith("CALLCARD_")} | {
        "PYTHONPATH": os.pathsep.join([str(place), str(PROJECT / "src")]),
        "CALLCARD_DATA_DIR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "callcard.config.settings",
    }
    subprocess.run([sys.executable, "-c", _PREPARE, str(door)], env=given, cwd=tmp_path, check=True)
    command = [sys.executable, "-m", "callcard.config.command", "serve", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=given, cwd=tmp_path, stdout=log, stderr=log)
    try:
        for each in (port, door):
            _wait_for(each, process, tmp_path / "log")
        yield port, door
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_an_installed_plugin_brings_its_calls_and_its_part_of_the_card(served: tuple[int, int]) -> None:
    port, door = served
    desk = Desk(port, "anna")
    status, page = desk.get("/settings/pbx")
    assert status == 200
    assert "Doorbell (HTTP)" in page
    assert '<option value="doorbell"' in desk.get("/settings/pbx/new")[1]
    stream = desk.listen()
    try:
        ringing = {"call": "7", "state": "ringing", "number": "+8562055512345", "extension": "301"}
        assert _tell(door, ringing, secret="another") == 401
        assert _tell(door, {"call": "7", "state": "sleeping"}) == 400
        assert _tell(door, ringing) == 204
        popup = stream.popup("ringing")
        assert "ສະບາຍດີ, Mali &lt;b&gt;!" in popup["html"]
        assert _tell(door, {"call": "7", "state": "answered"}) == 204
        stream.popup("talking")
        assert _tell(door, {"call": "7", "state": "ended"}) == 204
        stream.popup("over")
    finally:
        stream.close()
    _status, page = desk.get("/settings/plugins")
    for words in ("callcard-plugin-doorbell 1.0.0", "Part of the pop-up: <bdi>Say</bdi>", "callcard-plugin-broken 2.0"):
        assert words in page
    assert "ModuleNotFoundError: No module named &#x27;callcard_plugin_broken&#x27;" in page
    assert "Say" in desk.get("/settings/popup")[1]


def _tell(door: int, said: dict[str, Any], *, secret: str = SECRET) -> int:
    line = http.client.HTTPConnection("127.0.0.1", door, timeout=PATIENCE_SECONDS)
    line.request("POST", "/", json.dumps(said), {"Authorization": f"Bearer {secret}"})
    status = line.getresponse().status
    line.close()
    return status


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)
