"""What is done in a call by command: handing it on, cancelling a call that a button asked for."""

from __future__ import annotations

import pytest

from callcard.telephony.commands import CancelDial, CommandRefused, Consult, Hold, Transfer, TryPhone, Unhold
from tests.connectors.asterisk.fake_ami import FakeAmi
from tests.connectors.asterisk.linking import is_up, linked
from tests.connectors.recorder import until

TALK = {"command_id": "t-1", "call_key": "1.1", "segment_key": "1.2"}


async def test_a_call_is_handed_on_in_the_context_of_own_phones() -> None:
    ami = FakeAmi()
    async with linked(ami, attended_transfer=True) as (connector, sink):
        await until(lambda: is_up(sink))
        await connector.execute(Transfer(**TALK, to="302"))
        await connector.execute(Consult(**TALK, to="+99365777888"))
    first, second = ami.asked("BlindTransfer") + ami.asked("Atxfer")
    assert {name: first[name] for name in ("Channel", "Exten", "Context")} == {
        "Channel": "1.2",
        "Exten": "302",
        "Context": "from-internal",
    }
    assert (second["Channel"], second["Exten"]) == ("1.2", "+99365777888")


@pytest.mark.parametrize(
    "hostile", [{"to": "302&PJSIP/303"}, {"to": "302\r\nX: y"}, {"to": ""}, {"segment_key": "/^P/"}]
)
async def test_a_transfer_takes_only_a_number_and_the_id_of_a_leg(hostile: dict[str, str]) -> None:
    ami = FakeAmi()
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        with pytest.raises(CommandRefused, match="not_allowed"):
            await connector.execute(Transfer(**{**TALK, "to": "302", **hostile}))
    assert ami.asked("BlindTransfer") == []


@pytest.mark.parametrize(
    ("error", "word"),
    [
        ("Channel specified does not exist", "over"),
        ("Transfer invalid", "over"),
        ("Transfer not permitted", "not_allowed"),
        ("Transfer failed", "failed"),
    ],
)
async def test_why_a_call_was_not_handed_on_is_told_in_a_word(error: str, word: str) -> None:
    ami = FakeAmi(errors={"BlindTransfer": error})
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        with pytest.raises(CommandRefused, match=f"^{word}: {error}$"):
            await connector.execute(Transfer(**TALK, to="302"))


async def test_what_asterisk_cannot_do_is_not_sent_to_it() -> None:
    ami = FakeAmi()
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        for command in (Hold(**TALK), Unhold(**TALK), Consult(**TALK, to="302")):
            with pytest.raises(CommandRefused, match="unsupported"):
                await connector.execute(command)
    assert ami.asked("Atxfer") == []


async def test_a_dial_is_cancelled_by_its_own_name() -> None:
    ami = FakeAmi()
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        await connector.execute(CancelDial(command_id="x", dial_id="c-1"))
        assert [action["Channel"] for action in ami.asked("Hangup")] == ["callcard-c-1"]
        with pytest.raises(CommandRefused, match="not_allowed"):
            await connector.execute(CancelDial(command_id="x", dial_id="c\r\nX: y"))


@pytest.mark.parametrize(
    ("state", "word"), [("UNAVAILABLE", "not_registered"), ("INVALID", "not_registered"), ("BUSY", "busy")]
)
async def test_a_phone_that_cannot_be_rung_is_known_before_anybody_is_asked(state: str, word: str) -> None:
    ami = FakeAmi(device_state=state)
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        with pytest.raises(CommandRefused, match=f"^{word}: PJSIP/301 is {state}$"):
            await connector.execute(TryPhone(command_id="t", extension="301"))
    assert [action["Variable"] for action in ami.asked("Getvar")] == ["DEVICE_STATE(PJSIP/301)"]


@pytest.mark.parametrize("state", ["NOT_INUSE", "INUSE", "RINGING", "UNKNOWN", ""])
async def test_any_other_phone_may_be_tried(state: str) -> None:
    async with linked(FakeAmi(device_state=state)) as (connector, sink):
        await until(lambda: is_up(sink))
        await connector.execute(TryPhone(command_id="t", extension="301"))


async def test_nothing_but_an_extension_is_asked_about() -> None:
    ami = FakeAmi()
    async with linked(ami, dial_channel="Local/{extension}@from-internal") as (connector, sink):
        await until(lambda: is_up(sink))
        await connector.execute(TryPhone(command_id="t", extension="301"))
        for hostile in ("301)", "301\r\nX: y", "SHELL(ls)", ""):
            with pytest.raises(CommandRefused, match="not_allowed"):
                await connector.execute(TryPhone(command_id="t", extension=hostile))
    assert ami.asked("Getvar") == []
