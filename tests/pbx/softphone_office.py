"""Callcard, a real Asterisk and a real Chromium whose microphone hears one tone; what was heard, at either end."""

from __future__ import annotations

import asyncio
import math
import struct
import threading
import time
import wave
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from callcard.staff.models import Extension, User
from callcard.staff.softphone.models import SipAccount, SoftphoneServer
from callcard.staff.softphone.queries import forget_server_origin
from lab.asterisk.pjsip import web_secret
from lab.asterisk.plan import Plan
from lab.asterisk.run import Asterisk
from lab.chromium import find
from lab.exchange import Exchange
from tests.pbx.company import PBX, connect_pbx, found_company, user_of
from tests.pbx.watching import PATIENCE_SECONDS, wait_for_links
from tests.stories.product import Desk, Product

T = TypeVar("T")

SOFT, OTHER_SOFT, DESK = "901", "902", "302"
PAGE_HERTZ, FAR_HERTZ = 1000.0, 440.0
MICROPHONE_RATE = 48_000
# The plain sound of a test tone is what browsers take for noise, and remove.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
AS_IT_IS = """localStorage.setItem("callcard-phone-devices", '{"clean": false}')"""
LISTEN = """async () => {
  const [call] = [...document.querySelector("soft-phone").phone.calls.values()].filter(({ shown }) => !shown.isHeld);
  const context = (window.listening ??= new AudioContext());
  await context.resume();
  const ear = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(call.audio.srcObject).connect(ear);
  await new Promise((done) => setTimeout(done, 500));
  const samples = new Float32Array(ear.fftSize);
  ear.getFloatTimeDomainData(samples);
  const strengths = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(strengths);
  const loudness = Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
  return [loudness, (strengths.indexOf(Math.max(...strengths)) * context.sampleRate) / ear.fftSize];
}"""


class Telephones:
    """The lab's exchange, in a thread of its own: the browser's driver holds the test's."""

    def __init__(self, asterisk: Asterisk) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.exchange = Exchange(asterisk)

    def __enter__(self) -> Telephones:
        self._thread.start()
        self.run(self.exchange.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self.exchange.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_SECONDS)
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)


@dataclass
class Office:
    """`sign_in` gives a browser in which that extension's user is signed in."""

    product: Product
    asterisk: Asterisk
    telephones: Telephones
    browser: Browser

    @contextmanager
    def sign_in(self, extension: str = SOFT, *, trusts_any: bool = False) -> Iterator[BrowserContext]:
        context = self.browser.new_context(permissions=["microphone"], ignore_https_errors=trusts_any)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(AS_IT_IS)
        url = f"http://127.0.0.1:{self.product.port}"
        cookies = Desk(self.product.port, user_of(extension)).cookies
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        try:
            yield context
        finally:
            context.close()

    def open(self, context: BrowserContext, state: str = "ready") -> Page:
        """A tab with the shell, whose softphone has come to this state."""
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{self.product.port}/")
        expect(page.locator("soft-phone")).to_have_attribute("data-state", state)
        return page


def loudness_and_hertz(page: Page) -> tuple[float, float]:
    """Of what the page's call hears now."""
    loudness, hertz = page.evaluate(LISTEN)
    return float(loudness), float(hertz)


def comes_to(look: Callable[[], bool], what: Callable[[], object]) -> None:
    """Until it is so; fails with what was there instead."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)


@dataclass
class Machines:
    """What does not depend on the database, and is started once."""

    asterisk: Asterisk
    telephones: Telephones
    browser: Browser


@contextmanager
def machines_running(folder: Path) -> Iterator[Machines]:
    with ExitStack() as stack:
        asterisk = stack.enter_context(Asterisk(Plan()))
        telephones = stack.enter_context(Telephones(asterisk))
        yield Machines(asterisk, telephones, stack.enter_context(_chromium(folder)))


@contextmanager
def opened_office(machines: Machines) -> Iterator[Office]:
    found_company((SOFT, OTHER_SOFT, DESK))
    give_softphones(machines.asterisk.plan.web_address)
    connect_pbx(PBX, machines.asterisk.plan.ami_port)
    product = Product()
    product.start()
    try:
        wait_for_links(PBX)
        yield Office(product, machines.asterisk, machines.telephones, machines.browser)
    finally:
        product.stop()


def give_softphones(address: str) -> None:
    for number in (SOFT, OTHER_SOFT):
        SipAccount.objects.create(extension=Extension.objects.get(number=number), secret=web_secret(number))
        User.objects.filter(username=user_of(number)).update(calls_with="soft")
    SoftphoneServer.objects.create(address=address)
    forget_server_origin()


@contextmanager
def _chromium(folder: Path) -> Iterator[Browser]:
    program = find()
    assert program, "install Chromium: make test does it where the machine can install packages"
    sound = folder / "microphone.wav"
    _write_tone(sound)
    flags = (
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}",
        "--autoplay-policy=no-user-gesture-required",
        "--allow-loopback-in-peer-connection",
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(flags))
        try:
            yield browser
        finally:
            browser.close()


def _write_tone(path: Path) -> None:
    """A second of it, which the browser plays over and over; whole waves, so that no click comes between."""
    turn = 2 * math.pi * PAGE_HERTZ / MICROPHONE_RATE
    samples = (int(8000 * math.sin(turn * n)) for n in range(MICROPHONE_RATE))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MICROPHONE_RATE)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
