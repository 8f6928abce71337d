"""Tries a PBX's settings without touching the link that runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from callcard.switchboard.kinds import make_connector, make_record
from callcard.switchboard.models import Pbx
from callcard.switchboard.record_words import explain_problem
from callcard.telephony.connector import LinkReport, LinkState, WireNote
from callcard.telephony.events import Event
from callcard.telephony.records import RecordProblem

TRIAL_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class RecordTrial:
    """`newest`: when the call ended that is to be read next, if there is any; `problem`: in words."""

    newest: str = ""
    problem: str = ""


def try_record(pbx: Pbx) -> RecordTrial | None:
    """Look at its own records without reading them into the log. None when none are set."""
    try:
        record = make_record(pbx)
        return RecordTrial(newest=record.try_out()) if record else None
    except RecordProblem as problem:
        return RecordTrial(problem=explain_problem(problem.problem, problem.detail))


class _Listener:
    """Takes the first report that says something final."""

    def __init__(self) -> None:
        self.report: LinkReport | None = None
        self.decided = asyncio.Event()

    def events(self, events: Sequence[Event], received_ns: int) -> None:
        pass

    def note(self, note: WireNote) -> None:
        pass

    def link(self, report: LinkReport) -> None:
        if report.state is not LinkState.CONNECTING:
            self.report = report
            self.decided.set()


async def try_pbx(pbx: Pbx) -> LinkReport:
    """Connect once. Raises ValueError in words when the settings are not usable."""
    listener = _Listener()
    running = asyncio.ensure_future(make_connector(pbx).run(listener))
    try:
        await asyncio.wait_for(listener.decided.wait(), TRIAL_SECONDS)
    except TimeoutError:
        pass
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return listener.report or LinkReport(
        state=LinkState.DOWN, at=datetime.now(UTC), problem="unreachable", detail="no answer"
    )
