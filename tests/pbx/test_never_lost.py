"""Callcard is killed and its link is cut while calls come at 10/s: afterwards the log equals Asterisk's own CDR.

`NEVER_LOST_SECONDS=120` is the long version, with ten breaks.
"""

from __future__ import annotations

import asyncio
import csv
import os
import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from callcard.calls.models import Call
from callcard.calls.reconcile import services
from callcard.switchboard.models import Pbx
from callcard.switchboard.reconciling import reconcile_pbx
from lab.asterisk import records
from lab.asterisk.plan import Plan
from lab.asterisk.run import Asterisk
from lab.sipp.run import StaticPhones, load
from tests.pbx.breaks import Killed
from tests.pbx.company import PBX, connect_pbx, found_company
from tests.pbx.proxy import Wire
from tests.pbx.watching import in_thread, link_comes_up, newest_report

pytestmark = [pytest.mark.pbx, pytest.mark.django_db(transaction=True)]

SECONDS = float(os.environ.get("NEVER_LOST_SECONDS", "15"))
BREAKS = 3 if SECONDS < 60 else 10
CALLS_PER_SECOND = 10.0
RING_SECONDS, TALK_SECONDS = 0.5, 1.5
PHONES = ("301", "302", "303")
NOBODY = "304"  # has a line, but no phone
LINES = {f"+8562121280{number}": extension for number, extension in enumerate((*PHONES, NOBODY), 1)}
SETTLE = timedelta(seconds=2)
# Whole seconds and two clocks; the lab's machine plays all the telephones, too.
SLACK_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Spoken:
    """A call as both sides have it."""

    number: str
    direction: str
    answered_on: str
    talk_seconds: float


def test_the_log_equals_asterisks_own_record(tmp_path: Path) -> None:
    found_company(PHONES)
    plan = Plan(
        phones=(NOBODY,), static_phones=PHONES, web_phones=(), rings={}, queues={}, lines=LINES, keeps_records=True
    )
    with Asterisk(plan) as asterisk, StaticPhones(plan, ring_seconds=RING_SECONDS):
        asyncio.run(_live_through(asterisk, tmp_path))
        true = _record(records.custom_file(asterisk.base))
    assert len(true) == round(SECONDS * CALLS_PER_SECOND)
    logged = _log()
    assert {key: _without_times(call) for key, call in logged.items()} == {
        key: _without_times(call) for key, call in true.items()
    }
    apart = {key: (call, true[key]) for key, call in logged.items() if not _same_talk(call, true[key])}
    assert apart == {}
    assert Call.objects.count() == len(true)
    assert not Call.objects.filter(ended_at=None).exists()
    assert not Call.objects.filter(is_complete=False).exists()
    origins = set(Call.objects.values_list("origin", flat=True))
    assert origins == {"live", "record"}, "nothing was missed, so this proved nothing"


async def _live_through(asterisk: Asterisk, folder: Path) -> None:
    numbers = [f"+99365{n:06d}" for n in range(round(SECONDS * CALLS_PER_SECOND))]
    lines = list(LINES)
    calls = [(number, lines[n % len(lines)]) for n, number in enumerate(numbers)]
    async with Wire(asterisk.plan.ami_port) as wire:
        file = str(records.custom_file(asterisk.base))
        await in_thread(lambda: connect_pbx(PBX, wire.port, records=file, answer_timeout=1.0, trunks=["PJSIP/trunk"]))
        product = Killed(wire, folder)
        await product.start()
        try:
            await link_comes_up(0)
            talking = asyncio.create_task(
                load(asterisk.plan, calls, calls_per_second=CALLS_PER_SECOND, talk_seconds=TALK_SECONDS)
            )
            await _break_again_and_again(product, wire)
            await talking
            await asyncio.sleep(SETTLE.total_seconds() + 3)
            await in_thread(_reconcile)
        finally:
            await product.stop()


async def _break_again_and_again(product: Killed, wire: Wire) -> None:
    chance = random.Random(20261122)
    pause = SECONDS / BREAKS / 4
    for turn in range(BREAKS):
        await asyncio.sleep(chance.uniform(0.3, 1) * pause)
        reports = await newest_report()
        if turn % 2:
            await wire.cut()
            await asyncio.sleep(chance.uniform(0.5, 2) * pause)
            await wire.mend()
        else:
            await product.begin()
            await asyncio.sleep(chance.uniform(0.1, 1) * pause)
            await product.end()
        await link_comes_up(reports)


def _reconcile() -> None:
    """As the job does, which would wait longer for calls that are on their way into the log."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "SETTLE", SETTLE)
        found = reconcile_pbx(Pbx.objects.get(slug=PBX))
    assert found is not None
    assert found.problem == ""


def _record(path: Path) -> dict[str, Spoken]:
    """Read without any help of the product: a row for each call and for what came after it in the dial plan."""
    found: dict[str, Spoken] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for fields in csv.reader(lines):
            row = dict(zip(records.COLUMNS, fields, strict=True))
            answered = row["disposition"] == "ANSWERED" and bool(row["dstchannel"])
            on = row["dstchannel"].removeprefix("PJSIP/").partition("-")[0] if answered else ""
            if row["linkedid"] not in found or answered:
                talk = float(row["billsec"]) if answered else 0.0
                found[row["linkedid"]] = Spoken(row["src"], "inbound", on, talk)
    return found


def _log() -> dict[str, Spoken]:
    calls = Call.objects.filter(pbx=PBX).prefetch_related("segments")
    return {call.key: _spoken(call) for call in calls}


def _spoken(call: Call) -> Spoken:
    on = [each.extension for each in call.segments.all() if each.role == "called" and each.answered_at]
    if bool(on) != (call.outcome == "answered"):
        on = [f"{call.outcome} by {on}"]
    return Spoken(call.number, call.direction, ",".join(on), call.talk_seconds)


def _without_times(call: Spoken) -> tuple[str, str, str]:
    return call.number, call.direction, call.answered_on


def _same_talk(one: Spoken, other: Spoken) -> bool:
    return abs(one.talk_seconds - other.talk_seconds) <= SLACK_SECONDS
