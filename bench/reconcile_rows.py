"""A record as Asterisk would have written it, with as many rows as wished."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.seed import number_of

_BEGAN = 1_780_000_000
_SECONDS_BETWEEN = 0.8
_CUSTOMERS = 40_000
_KINDS = ("answered", "missed", "group", "transfer", "outbound")
_OFTEN = (50, 12, 13, 5, 20)


def write_rows(path: Path, count: int) -> tuple[int, int]:
    """At least `count` rows; gives how many, and how many calls they are."""
    chance = random.Random(count)
    rows = calls = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        while rows < count:
            kind = chance.choices(_KINDS, _OFTEN)[0]
            found = _rows(kind, _BEGAN + calls * _SECONDS_BETWEEN, calls, chance)
            writer.writerows(found)
            rows, calls = rows + len(found), calls + 1
    return rows, calls


def _rows(kind: str, at: float, number: int, chance: random.Random) -> list[list[object]]:
    caller, talk = number_of(chance.randrange(1, _CUSTOMERS)), chance.randrange(5, 300)
    phone = str(301 + chance.randrange(5))
    if kind == "outbound":
        return [_row(at, number, f"PJSIP/{phone}", "PJSIP/trunk", phone, caller, 6, talk, "ANSWERED")]
    if kind == "missed":
        return [_row(at, number, "PJSIP/trunk", f"PJSIP/{phone}", caller, phone, 30, 0, "NO ANSWER")]
    answered = _row(at, number, "PJSIP/trunk", f"PJSIP/{phone}", caller, phone, 6, talk, "ANSWERED")
    if kind == "group":
        others = [str(301 + n) for n in range(5) if str(301 + n) != phone]
        lost = [
            _row(at, number, "PJSIP/trunk", f"PJSIP/{other}", caller, "600", 6, 0, "NO ANSWER", more)
            for more, other in enumerate(others, 1)
        ]
        return [*lost, answered]
    if kind == "transfer":
        later = _row(at + 6 + talk, number, "PJSIP/trunk", "PJSIP/306", caller, "306", 0, 60, "ANSWERED", 9)
        return [answered, later]
    return [answered]


def _row(
    at: float, number: int, channel: str, to: str, src: str, dst: str, ring: int, talk: int, how: str, more: int = 0
) -> list[object]:
    def written(moment: float) -> str:
        return str(datetime.fromtimestamp(int(moment), UTC).replace(tzinfo=None))

    uniqueid = f"{int(_BEGAN + number * _SECONDS_BETWEEN)}.{number * 10}"
    return [
        *(f'"Caller {number}" <{src}>', src, dst, "from-trunk" if "trunk" in channel else "internal"),
        *(f"{channel}-{number * 10:08x}", f"{to}-{number * 10 + more + 1:08x}", "Dial", f"{to}&{to},30"),
        *(written(at), written(at + ring) if talk else "", written(at + ring + talk), ring + talk, talk, how),
        *("DOCUMENTATION", "", uniqueid, "", number * 10 + more, uniqueid),
    ]


def began_at() -> datetime:
    return datetime.fromtimestamp(_BEGAN, UTC) - timedelta(days=1)
