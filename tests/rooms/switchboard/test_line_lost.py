"""While nothing is heard from a PBX nobody is shown a phone that rings for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from callcard.calls.models import Call, Notice
from callcard.calls.services import show_line_back, show_line_lost
from callcard.desk.popup import popups
from callcard.live.models import LiveEvent
from callcard.staff.models import Extension, User
from callcard.switchboard.links import PbxLink
from callcard.switchboard.switchboard import Switchboard
from callcard.switchboard.writer import CallWriter
from callcard.telephony.commands import Command, CommandRefused, TryPhone
from callcard.telephony.connector import Connector, LinkReport, LinkState
from callcard.telephony.tracker import CallTracker
from tests.rooms.switchboard.test_writer import ring, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna() -> User:
    anna = User.objects.create_user("anna")
    Extension.objects.create(number="301", user=anna)
    return anna


def told(user: User) -> int:
    return LiveEvent.objects.filter(user=user, kind="popup").count()


def test_the_card_says_so_and_the_line_that_is_back_mends_it(anna: User) -> None:
    writer, tracker = CallWriter(region="LA"), CallTracker("office")
    writer.start()
    try:
        ring(tracker, writer, "one")
        ring(tracker, writer, "over", ended=True)
        wait_for(lambda: Notice.objects.count() == 2)
        before = told(anna)
        writer.put_line_lost("elsewhere")
        writer.put_line_lost("office")
        wait_for(lambda: told(anna) == before + 1)
        call = Call.objects.get(key="one")
        assert dict(Notice.objects.values_list("call__key", "state")) == {"one": "lost", "over": "over"}
        popup = popups([(call.pk, anna.pk)])[(call.pk, anna.pk)]
        assert popup.state == "lost"
        assert "Line to the telephone system lost" in popup.html
        assert "Incoming call" not in popup.announce
        writer.put_line_back("office", datetime.now(UTC))
        wait_for(lambda: told(anna) == before + 2)
        assert Notice.objects.get(call=call).state == "ringing"
    finally:
        writer.stop()


def test_a_call_that_ended_while_the_line_was_lost_is_over_and_not_shown_as_lost_again(anna: User) -> None:
    writer, tracker = CallWriter(region="LA"), CallTracker("office")
    writer.start()
    ring(tracker, writer, "one")
    wait_for(lambda: Notice.objects.count() == 1)
    show_line_lost(pbx="office")
    ring(tracker, writer, "one", ended=True)
    writer.stop()
    show_line_back(pbx="office")
    assert Notice.objects.get().state == "over"
    show_line_lost(pbx="office")
    assert Notice.objects.get().state == "over"


class _Writer(CallWriter):
    def __init__(self) -> None:
        super().__init__(region="LA")
        self.lines: list[str] = []

    def put_report(self, pbx: str, report: LinkReport) -> None: ...

    def put_line_lost(self, pbx: str) -> None:
        self.lines.append("lost")

    def put_line_back(self, pbx: str, at: datetime) -> None:
        self.lines.append("back")


async def lines_after(states: Sequence[tuple[LinkState, float]]) -> list[str]:
    writer = _Writer()
    link = PbxLink("office", None, CallTracker("office"), writer)  # type: ignore[arg-type]
    for state, then_wait in states:
        link.link(LinkReport(state=state, at=datetime.now(UTC)))
        await asyncio.sleep(then_wait)
    return writer.lines


def test_only_a_link_that_stays_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcard.switchboard.links.LOST_AFTER_SECONDS", 0.2)
    up, down, refused = LinkState.UP, LinkState.DOWN, LinkState.REFUSED
    assert asyncio.run(lines_after([(up, 0), (down, 0.05), (up, 0.3)])) == ["back", "back"]
    assert asyncio.run(lines_after([(up, 0), (down, 0.15), (refused, 0.15), (down, 0.3), (up, 0)])) == [
        "back",
        "lost",
        "back",
    ]
    assert asyncio.run(lines_after([(LinkState.CONNECTING, 0.1), (down, 0.2)])) == ["lost"]


class Away:
    """A connector without a link."""

    async def execute(self, command: Command) -> None:
        raise CommandRefused("no_link")


@pytest.mark.parametrize(("state", "reason"), [(LinkState.DOWN, "no_link"), (LinkState.REFUSED, "link_refused")])
def test_nobody_is_told_to_try_a_link_again_that_is_refused(state: LinkState, reason: str) -> None:
    board = Switchboard()
    link = PbxLink("office", cast(Connector, Away()), CallTracker("office"), CallWriter(region="LA"))
    link.report, board.links["office"] = LinkReport(state=state, at=datetime.now(UTC)), link
    with pytest.raises(CommandRefused) as refusal:
        asyncio.run(board.execute("office", TryPhone(command_id="press-0001", extension="301")))
    assert refusal.value.reason == reason
