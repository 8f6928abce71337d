"""The exchange of the benches: company lines, each ringing one phone, and Asterisk's own record of every call."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from lab.asterisk.plan import LEAST, Plan
from lab.asterisk.run import Asterisk

LINES = {f"+8562121280{number}": str(300 + number) for number in range(1, 6)}
"""Company number -> the phone it rings; both are in the seed."""


def plan() -> Plan:
    return Plan(phones=(), static_phones=tuple(LINES.values()), web_phones=(), rings={}, queues={}, lines=LINES)


def link_options(exchange: Plan) -> str:
    """What Callcard needs to know to hear it, as JSON."""
    return json.dumps(
        {"port": exchange.ami_port, "username": LEAST.name, "secret": LEAST.secret, "trunks": ["PJSIP/trunk"]}
    )


class RecordingAsterisk(Asterisk):
    """Writes a line for every call into a file, the way a billing programme wants it."""

    def __init__(self, exchange: Plan) -> None:
        super().__init__(exchange)
        etc = self.base / "etc"
        (self.base / "log/cdr-csv").mkdir(parents=True)
        with (etc / "modules.conf").open("a", encoding="utf-8") as modules:
            modules.write("load = cdr_csv.so\n")
        (etc / "cdr.conf").write_text(
            "[general]\nenable=yes\nunanswered=yes\n[csv]\nusegmtime=yes\nloguniqueid=yes\n", encoding="utf-8"
        )

    def __enter__(self) -> RecordingAsterisk:
        self.start()
        return self

    def records(self) -> list[CallRecord]:
        return read_records(self.base / "log/cdr-csv/Master.csv")


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A line of Master.csv. Durations are whole seconds."""

    uniqueid: str
    caller: str
    dialled: str
    answered: bool
    whole_seconds: int
    talk_seconds: int


def read_records(path: Path) -> list[CallRecord]:
    """The order of the columns is that of Asterisk's cdr_csv."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            CallRecord(row[16], row[1], row[2], row[14] == "ANSWERED", int(row[12]), int(row[13]))
            for row in csv.reader(lines)
        ]
