"""A PBX's link: its connector, its tracker, and what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from callcard.switchboard.placed_rules import PlacedCalls
from callcard.switchboard.writer import CallWriter
from callcard.telephony.connector import Connector, LinkReport, LinkState, WireNote
from callcard.telephony.events import Event
from callcard.telephony.tracker import CallTracker

logger = logging.getLogger(__name__)

RESTART_SECONDS = 5.0
LOST_AFTER_SECONDS = 5.0


class PbxLink:
    """The sink of one connector. Everything here runs on the event loop and returns at once."""

    def __init__(self, pbx: str, connector: Connector, tracker: CallTracker, writer: CallWriter) -> None:
        self.pbx = pbx
        self.connector = connector
        self.report: LinkReport | None = None
        self._tracker = tracker
        self._writer = writer
        self._placed = PlacedCalls()
        self._losing: asyncio.TimerHandle | None = None

    @property
    def is_up(self) -> bool:
        return self.report is not None and self.report.state is LinkState.UP

    @property
    def is_refused(self) -> bool:
        """It will not come back by itself."""
        return self.report is not None and self.report.state is LinkState.REFUSED

    def events(self, events: Sequence[Event], received_ns: int) -> None:
        changes = self._tracker.feed_many(events)
        if changes:
            self._writer.put_changes(changes, self._tracker, received_ns)
            if news := self._placed.news(changes):
                self._writer.put_placed(self.pbx, news)

    def link(self, report: LinkReport) -> None:
        if self.report is None or (report.state, report.problem) != (self.report.state, self.report.problem):
            level = logging.INFO if not report.problem else logging.WARNING
            logger.log(level, "link to %s: %s %s %s", self.pbx, report.state, report.problem, report.detail)
            self._writer.put_report(self.pbx, report)
        self.report = report
        self._watch_line()

    def _watch_line(self) -> None:
        """A link that comes back at once need not trouble anybody."""
        if self.report is not None and self.is_up:
            self._stop_losing()
            self._writer.put_line_back(self.pbx, self.report.at)
        elif self._losing is None:
            loop = asyncio.get_running_loop()
            self._losing = loop.call_later(LOST_AFTER_SECONDS, self._writer.put_line_lost, self.pbx)

    def _stop_losing(self) -> None:
        if self._losing is not None:
            self._losing.cancel()
            self._losing = None

    def note(self, note: WireNote) -> None:
        self._writer.put_note(self.pbx, note)

    async def run(self) -> None:
        """Keep the connector running. A mistake in it must not silence the phones for good."""
        while True:
            try:
                await self.connector.run(self)
            except asyncio.CancelledError:
                self._stop_losing()
                raise
            except Exception:
                logger.exception("the connector of %s stopped by mistake and is started again", self.pbx)
            await asyncio.sleep(RESTART_SECONDS)
