from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from lab.asterisk.run import Asterisk
from lab.phones.crowd import ring_in
from lab.phones.phone import Trunk
from lab.sipp.run import LoadFailed, StaticPhones, load


def test_sipp_calls_at_a_steady_rate_and_every_call_is_counted() -> None:
    calls = [(f"+9936510{n:04d}", "+85621000112") for n in range(20)]
    with Asterisk() as asterisk, StaticPhones(asterisk.plan, ring_seconds=0.1):
        result = asyncio.run(load(asterisk.plan, calls, calls_per_second=20, talk_seconds=0.2))
        nobody = [("+99365", "999999")]
        refused = asyncio.run(load(asterisk.plan, nobody, calls_per_second=20))
    assert (result.calls, result.succeeded, result.failed) == (20, 20, 0)
    assert result.seconds >= 0.9
    assert (refused.succeeded, refused.failed) == (0, 1)


def test_a_caller_who_loses_patience_gives_up_and_the_static_phones_stop_ringing() -> None:
    async def impatient(asterisk: Asterisk) -> int:
        trunk = await Trunk(asterisk.plan.sip_port).open()
        (placed,) = await ring_in(trunk, "600", ["+99365"], calls_per_second=1, patience_seconds=0.2)
        trunk.close()
        await asyncio.sleep(0.2)
        return placed.status

    with Asterisk() as asterisk, StaticPhones(asterisk.plan, ring_seconds=20):
        assert asyncio.run(impatient(asterisk)) == 487
        assert asterisk.cli("core show channels count").startswith("0 active channels")


def test_a_load_that_cannot_run_says_so() -> None:
    with Asterisk() as asterisk, StaticPhones(asterisk.plan):
        taken = replace(asterisk.plan, trunk_port=asterisk.plan.static_port)
        with pytest.raises(LoadFailed, match="bind"):
            asyncio.run(load(taken, [("+99365", "101")], calls_per_second=1))
