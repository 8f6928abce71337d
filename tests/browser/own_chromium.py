"""A Chromium that nobody steers but the test: its pages are hidden and seen as they are in front of a person.

Playwright tells every page of its own that it is seen, whatever lies before it. Here pages are tabs of one window, told
by the browser's own protocol (https://chromedevtools.github.io/devtools-protocol/).
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from lab.chromium import find
from tests.stories.product import wait_for

START_SECONDS = 30.0


class OwnChromium:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = itertools.count(1)

    def ask(self, method: str, session: str = "", **params: Any) -> Any:
        """The answer to one command, to the browser itself or to the page of this session."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        self._connection.send(json.dumps(message))
        while True:
            answer = json.loads(self._connection.recv(timeout=START_SECONDS))
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def sign_in(self, url: str, cookies: Mapping[str, str]) -> None:
        self.ask("Storage.setCookies", cookies=[{"name": n, "value": v, "url": url} for n, v in cookies.items()])

    def allow(self, url: str, name: str, setting: str) -> None:
        self.ask("Browser.setPermission", permission={"name": name}, setting=setting, origin=url)

    def open(self, url: str, *, before: str = "") -> OwnPage:
        """A new tab in front of the others. `before`: a script that runs before those of the page."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = OwnPage(self, target, session)
        if before:
            self.ask("Page.enable", session)
            self.ask("Page.addScriptToEvaluateOnNewDocument", session, source=before)
        self.ask("Page.navigate", session, url=url)
        return page


class OwnPage:
    def __init__(self, browser: OwnChromium, target: str, session: str) -> None:
        self._browser, self._target, self._session = browser, target, session

    def value(self, expression: str) -> Any:
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        return self._browser.ask("Runtime.evaluate", self._session, **asked)["result"].get("value")

    def wait_until(self, expression: str) -> None:
        wait_for(lambda: bool(self.value(expression)))

    def click(self, x: int, y: int) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            where = {"x": x, "y": y, "button": "left", "clickCount": 1}
            self._browser.ask("Input.dispatchMouseEvent", self._session, type=kind, **where)

    def come_to_front(self) -> None:
        self._browser.ask("Target.activateTarget", targetId=self._target)


@contextmanager
def own_chromium(folder: Path) -> Iterator[OwnChromium]:
    program = find()
    assert program, "install Chromium: make test does it where the machine can install packages"
    log = folder / "chromium.log"
    options = ["--headless=new", "--no-sandbox", "--no-first-run", "--mute-audio"]
    options += ["--remote-debugging-port=0", "--window-size=1280,800"]
    with log.open("wb") as output:
        command = [str(program), *options, f"--user-data-dir={folder / 'profile'}", "about:blank"]
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        with connect(_address(log, process), max_size=None) as connection:
            yield OwnChromium(connection)
    finally:
        process.terminate()
        process.wait(20)


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while True:
        said = re.search(r"DevTools listening on (ws://\S+)", log.read_text(errors="replace"))
        if said:
            return said[1]
        assert process.poll() is None, "Chromium ended while it started"
        assert time.monotonic() < deadline, "Chromium did not start"
        time.sleep(0.05)
