"""A PBX's link: its connector, its tracker, and what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from callcard.switchboard.writer import CallWriter
from callcard.telephony.connector import Connector, LinkReport, WireNote
from callcard.telephony.events import Event
from callcard.telephony.tracker import CallTracker

logger = logging.getLogger(__name__)

RESTART_SECONDS = 5.0


class PbxLink:
    """The sink of one connector. Everything here runs on the event loop and returns at once."""

    def __init__(self, pbx: str, connector: Connector, tracker: CallTracker, writer: CallWriter) -> None:
        self.pbx = pbx
        self.connector = connector
        self.report: LinkReport | None = None
        self._tracker = tracker
        self._writer = writer

    def events(self, events: Sequence[Event], received_ns: int) -> None:
        changes = self._tracker.feed_many(events)
        if changes:
            self._writer.put_changes(changes, self._tracker, received_ns)

    def link(self, report: LinkReport) -> None:
        if self.report is None or (report.state, report.problem) != (self.report.state, self.report.problem):
            level = logging.INFO if not report.problem else logging.WARNING
            logger.log(level, "link to %s: %s %s %s", self.pbx, report.state, report.problem, report.detail)
            self._writer.put_report(self.pbx, report)
        self.report = report

    def note(self, note: WireNote) -> None:
        self._writer.put_note(self.pbx, note)

    async def run(self) -> None:
        """Keep the connector running. A mistake in it must not silence the phones for good."""
        while True:
            try:
                await self.connector.run(self)
            except asyncio.CancelledError:
                raise
            except Exception:
                logger.exception("the connector of %s stopped by mistake and is started again", self.pbx)
            await asyncio.sleep(RESTART_SECONDS)
