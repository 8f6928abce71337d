"""Asterisk's queue_log: who waited in which queue, since when, and how that ended.

Source: Asterisk's documentation of queue logs: `epoch|callid|queue|agent|event|data…`; the callid is the uniqueid of
the caller's channel. A queue answers its callers itself, so only this file tells when somebody talked with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_OVER = frozenset({"ABANDON", "EXITWITHTIMEOUT", "EXITWITHKEY", "EXITEMPTY", "COMPLETEAGENT", "COMPLETECALLER"})
_REMEMBERED = 20_000


@dataclass(slots=True)
class QueueFacts:
    """Of one caller; of the last queue, when there were several."""

    queue: str = ""
    entered_at: datetime | None = None
    connected_at: datetime | None = None
    abandoned: bool = False
    is_over: bool = False


class QueueLog:
    """`facts` by uniqueid of the caller's channel; of the last 20,000 callers."""

    def __init__(self) -> None:
        self.facts: dict[str, QueueFacts] = {}
        self.unreadable = 0

    def take(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._take(line)

    def _take(self, line: str) -> None:
        parts = line.rstrip("\r\n").split("|")
        if len(parts) < 5:
            self.unreadable += bool(line.strip())
            return
        at, caller, queue, _agent, event = parts[:5]
        try:
            moment = datetime.fromtimestamp(float(at), UTC)
        except (ValueError, OverflowError, OSError):
            self.unreadable += 1
            return
        if event == "ENTERQUEUE":
            self._enter(caller, queue, moment)
        elif (facts := self.facts.get(caller)) is not None:
            _note(facts, event, moment)

    def _enter(self, caller: str, queue: str, at: datetime) -> None:
        earlier = self.facts.get(caller)
        if earlier is not None and earlier.entered_at == at:
            return  # the line came twice
        self.facts[caller] = QueueFacts(queue=queue[:80], entered_at=at)
        if len(self.facts) > _REMEMBERED:
            del self.facts[next(iter(self.facts))]


def _note(facts: QueueFacts, event: str, at: datetime) -> None:
    if event == "CONNECT" and facts.connected_at is None:
        facts.connected_at = at
    if event in _OVER:
        facts.is_over = True
        facts.abandoned = facts.abandoned or event == "ABANDON"
