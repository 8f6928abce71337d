"""`make docs-screenshots`: the pictures in the docs, taken from the demo in a real browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from lab.chromium import find
from lab.ports import free_port

PROJECT = Path(__file__).parent.parent
IMAGES = PROJECT / "docs" / "images"
START_SECONDS = 120
# file name -> address of the window
WINDOWS = {
    "customers": "/customers/",
    "customer": "/customers/12/",
    "calls": "/calls/",
    "recent-calls": "/calls/recent/",
    "popup-settings": "/settings/popup",
    "telephone-systems": "/settings/pbx",
    "why": "/settings/why",
}
_PASSWORD = re.compile(r"^  (\w+)\s+([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})", re.MULTILINE)


def main() -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as (url, passwords), sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        take_windows(sign_in(browser, url, "admin", passwords["admin"]), url)
        for name, size in {"popup": (1280, 800), "popup-phone": (390, 844)}.items():
            take_popup(sign_in(browser, url, "manager", passwords["manager"], size), name)
        browser.close()
    return 0


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A running demo: its address and the passwords by user name."""
    port, log = free_port(), folder / "log"
    environment = {**os.environ, "CALLCARD_DATA_DIR": str(folder / "data"), "CALLCARD_DATABASE_URL": ""}
    command = [sys.executable, "-m", "callcard.config.command", "serve", "--demo", "--port", str(port)]
    with log.open("wb") as output:
        program = subprocess.Popen([*command, "--pbx", "simulator"], env=environment, stdout=output, stderr=output)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for_answer(f"{url}/sign-in", program)
        yield url, dict(_PASSWORD.findall(log.read_text()))
    finally:
        program.terminate()
        program.wait(20)


def wait_for_answer(url: str, program: subprocess.Popen[bytes]) -> None:
    for _ in range(START_SECONDS * 4):
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except OSError:
            if program.poll() is not None:
                raise SystemExit("the demo ended while it started") from None
            time.sleep(0.25)
    raise SystemExit("the demo did not start")


def sign_in(browser: Browser, url: str, name: str, password: str, size: tuple[int, int] = (1280, 800)) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, device_scale_factor=1)
    page = context.new_page()
    page.goto(url)
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("button[type=submit]")
    page.wait_for_selector("popup-stack", state="attached")
    return page


def take_popup(page: Page, name: str) -> None:
    """Of a known customer with something to see, as soon as one calls."""
    page.wait_for_selector("article.popup[data-state=ringing]:has(.owed):has(img.portrait)", timeout=300_000)
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / f"{name}.png")


def take_windows(page: Page, url: str) -> None:
    for name, address in WINDOWS.items():
        page.goto(url + address)
        page.evaluate("document.querySelector('popup-stack').hidden = true")
        page.wait_for_timeout(700)
        page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
