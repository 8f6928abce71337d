"""The exchange of the benches: company lines, each ringing one phone, and Asterisk's own record of every call."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from lab.asterisk.plan import LEAST, Plan
from lab.asterisk.run import Asterisk

_RECORDS = "calls.csv"
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
        with (etc / "modules.conf").open("a", encoding="utf-8") as modules:
            for name in ("res_cdrel_custom", "cdr_custom"):  # the first is new in Asterisk 22
                if (self.installed.modules / f"{name}.so").exists():
                    modules.write(f"load = {name}.so\n")
        columns = ("uniqueid", "src", "dst", "disposition", "duration,f", "billsec,f")
        line = ",".join(f"${{CDR({column})}}" for column in columns)
        (etc / "cdr_custom.conf").write_text(f"[mappings]\n{_RECORDS} => {line}\n", encoding="utf-8")

    def __enter__(self) -> RecordingAsterisk:
        self.start()
        return self

    def records(self) -> list[CallRecord]:
        return read_records(self.base / "log/cdr-custom" / _RECORDS)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What Asterisk keeps of a call, measured by itself to the microsecond."""

    uniqueid: str
    caller: str
    dialled: str
    answered: bool
    whole_seconds: float
    talk_seconds: float


def read_records(path: Path) -> list[CallRecord]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            CallRecord(uniqueid, caller, dialled, how == "ANSWERED", float(whole), float(talk))
            for uniqueid, caller, dialled, how, whole, talk in csv.reader(lines)
        ]
