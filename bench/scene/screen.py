"""A real Chromium in which somebody sits, and the moment at which each pop-up is painted."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.chromium import find
from lab.debs import PeerMissing

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

_TRACED = ["devtools.timeline", "toplevel", "cc", "viz", "benchmark", "disabled-by-default-devtools.timeline", "blink"]
# Noted while it runs and fetched at the end, so that the bench itself asks nothing of the page meanwhile.
_WATCH = """
window.benchPaints = [];
window.benchHeard = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const call = entry.element?.closest("[data-call]")?.dataset.call;
    if (call) benchPaints.push([Number(call), entry.identifier, entry.renderTime, performance.now()]);
  }
}).observe({ type: "element", buffered: true });
document.addEventListener("live:hello", () => (document.documentElement.dataset.benchConnected = ""));
document.addEventListener("live:popup", ({ detail }) =>
  benchHeard.push([detail.call, detail.state, detail.received_ms, detail.server_ms, performance.now()]), true);
"""
# Date.now() is cut to whole milliseconds, so the largest difference of many is the clocks' own.
_OFFSET = """() => {
  let offset = -Infinity;
  for (const until = performance.now() + 100; performance.now() < until; )
    offset = Math.max(offset, Date.now() - performance.timeOrigin - performance.now());
  return performance.timeOrigin + offset;
}"""


@dataclass(frozen=True, slots=True)
class Painted:
    """One pop-up. Times are the wall clock in ms; `shown_as` is "popup" (the card) or "popup-line"."""

    call: int
    received_ms: float
    server_ms: float
    heard_ms: float
    painted_ms: float
    shown_as: str

    @property
    def whole_ms(self) -> float:
        """PBX's bytes to paint."""
        return self.painted_ms - self.received_ms


class Screen:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.noted = ""
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda told: self.complaints.append(told.text) if told.type == "error" else None)

    async def painted(self) -> list[Painted]:
        """Every call whose first ring was heard and painted so far."""
        zero = await self.page.evaluate(_OFFSET)
        paints = await self.page.evaluate("benchPaints")
        heard = await self.page.evaluate("benchHeard")
        self.noted = f"{len(heard)} events heard, {len(paints)} names painted"
        first_heard: dict[int, list[float]] = {}
        for call, state, *times in heard:
            if state == "ringing" and times[0] is not None:
                first_heard.setdefault(call, times)
        first_paint: dict[int, tuple[float, str]] = {}
        for call, shown_as, painted, _noticed in paints:
            if call not in first_paint or painted < first_paint[call][0]:
                first_paint[call] = (painted, shown_as)
        return [
            Painted(call, received, server, zero + at, zero + first_paint[call][0], first_paint[call][1])
            for call, (received, server, at) in first_heard.items()
            if call in first_paint
        ]


@asynccontextmanager
async def _traced(browser: Browser, page: Page) -> AsyncIterator[None]:
    """What Chromium did, into the file that CALLCARD_BENCH_TRACE names. That costs time: not for counting."""
    path = os.environ.get("CALLCARD_BENCH_TRACE")
    if not path:
        yield
        return
    await browser.start_tracing(page=page, path=path, categories=_TRACED)
    yield
    await browser.stop_tracing()


@asynccontextmanager
async def open_screen(port: int, session: str) -> AsyncIterator[Screen]:
    """The shell, open and connected, with the user of this session signed in. Raises PeerMissing."""
    from playwright.async_api import async_playwright

    program = find()
    if program is None:
        raise PeerMissing("install Chromium and try again")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            context = await browser.new_context(viewport={"width": 1400, "height": 900})
            url = f"http://127.0.0.1:{port}"
            await context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
            page = await context.new_page()
            screen = Screen(page)
            await page.add_init_script(_WATCH)
            await page.goto(f"{url}/")
            await page.wait_for_selector("html[data-bench-connected]", state="attached")
            if not await page.evaluate("crossOriginIsolated"):
                screen.complaints.append("not isolated: moments of paint are rounded up to 4 ms")
            await asyncio.sleep(1)  # it has just started: what is left of that is done by then
            async with _traced(browser, page):
                yield screen
        finally:
            await browser.close()
