"""Calls of a PBX that nobody listens to any more."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from callcard.calls.demo import PBX as DEMO_PBX
from callcard.calls.models import Call
from callcard.switchboard.diagnosis import diagnose_recent_calls
from callcard.switchboard.journal import write_link_report
from callcard.switchboard.models import Pbx
from callcard.switchboard.queries import lamp, link_of
from callcard.switchboard.switchboard import Switchboard
from callcard.telephony.connector import LinkReport, LinkState

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


async def start_and_stop() -> None:
    switchboard = Switchboard()
    await switchboard.start()
    await switchboard.stop()


def test_calls_of_a_pbx_that_is_off_or_gone_do_not_go_on_for_ever() -> None:
    Pbx.objects.create(slug="off", name="Off", kind="asterisk", is_enabled=False)
    Pbx.objects.create(slug="broken", name="Its settings will be mended", kind="asterisk", options={"port": "x"})
    for pbx in ("off", "gone", "broken"):
        Call.objects.create(pbx=pbx, key="1", direction="inbound", started_at=NOW, answered_at=NOW, tracking={})
    asyncio.run(start_and_stop())
    closed = Call.objects.exclude(ended_at=None).order_by("pbx")
    assert list(closed.values_list("pbx", "outcome", "is_complete")) == [
        ("gone", "answered", False),
        ("off", "answered", False),
    ]
    assert Call.objects.get(ended_at=None).pbx == "broken"


def test_settings_that_cannot_be_used_are_said_where_the_link_is() -> None:
    """As after a restored backup, whose secrets another key has sealed."""
    pbx = Pbx.objects.create(slug="office", name="Office", kind="asterisk", options={"host": "127.0.0.1"})
    write_link_report("office", LinkReport(state=LinkState.UP, at=NOW))
    asyncio.run(start_and_stop())
    link = link_of(pbx)
    assert link.last
    assert (link.last.state, link.last.problem) == ("refused", "settings")
    assert "secret" in link.last.detail
    assert "typed anew" in link.explanation
    assert lamp() == {"links": ["refused"]}


def test_a_demo_companys_past_is_not_explained() -> None:
    for pbx in (DEMO_PBX, "office"):
        Call.objects.create(pbx=pbx, key="1", direction="inbound", started_at=NOW, ended_at=NOW)
    assert [diagnosis.call.pbx for diagnosis in diagnose_recent_calls()] == ["office"]


def test_when_a_pbx_was_last_heard_is_written_while_its_link_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcard.switchboard.switchboard.LOOK_FOR_CHANGES_SECONDS", 0.05)
    Pbx.objects.create(slug="play", name="Play", kind="simulator", options={"mean_interval": 0})
    Pbx.objects.create(slug="dead", name="Dead", kind="asterisk", options={"secret": "x", "port": 1})

    async def run_a_moment() -> None:
        switchboard = Switchboard()
        await switchboard.start()
        await asyncio.sleep(0.5)
        await switchboard.stop()

    before = datetime.now(UTC)
    asyncio.run(run_a_moment())
    heard_at = Pbx.objects.get(slug="play").heard_at
    assert heard_at is not None
    assert before < heard_at <= datetime.now(UTC)
    assert Pbx.objects.get(slug="dead").heard_at is None
