"""The link to Asterisk: how it is made, kept, lost and made again."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import logging
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from callcard.connectors.asterisk.backoff import Backoff
from callcard.connectors.asterisk.connector import AsteriskConnector
from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.telephony.commands import Capability, CommandRefused, Dial, Hangup
from callcard.telephony.events import CallsInProgress, LegBegan, LegDialled, LinkLost
from tests.connectors.asterisk.fake_ami import ALL_RIGHTS, Action, FakeAmi, channel, message, newchannel
from tests.connectors.asterisk.linking import is_up, linked
from tests.connectors.recorder import Recorder, until

DIAL = Dial(command_id="c-1", extension="301", number="+99365777888", shown_name="Anna")
LEG = "callcard-c-1"


# Logging in


async def test_it_logs_in_without_sending_the_secret_and_tells_which_asterisk_it_is() -> None:
    ami = FakeAmi()
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        assert sink.states == ["connecting", "up"]
        assert sink.reports[-1].about == "Asterisk 22.10.1"
        assert connector.capabilities == set(Capability) - {Capability.HOLD, Capability.CONSULT}
    assert "right" not in str(ami.actions)


async def test_a_wrong_secret_is_refused_in_words_and_a_mended_one_works_by_itself() -> None:
    ami = FakeAmi(secret="other")
    async with linked(ami) as (_, sink):
        await until(lambda: len(sink.reports) > 1)
        assert sink.states[:2] == ["connecting", "refused wrong_secret"]
        assert sink.reports[1].detail == "Authentication failed"
        ami.secret = "right"
        await until(lambda: is_up(sink))


async def test_an_account_that_may_not_list_calls_is_refused_with_the_right_that_it_lacks() -> None:
    ami = FakeAmi(rights=("Ping", "Status"))
    async with linked(ami) as (_, sink):
        await until(lambda: len(sink.reports) > 1)
        assert sink.states[1] == "refused no_permission"
        assert sink.reports[1].detail == "write=reporting"


async def test_an_account_that_may_not_originate_offers_no_dialling() -> None:
    ami = FakeAmi(rights=[right for right in ALL_RIGHTS if right != "Originate"])
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        assert Capability.DIAL not in connector.capabilities
        assert Capability.HANGUP in connector.capabilities
        with pytest.raises(CommandRefused, match="unsupported"):
            await connector.execute(DIAL)
        assert ami.asked("Originate") == []


@pytest.mark.parametrize("banner", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"\xff" * 4096])
async def test_another_server_on_the_port_is_named_as_such(banner: bytes) -> None:
    async with linked(FakeAmi(banner=banner)) as (_, sink):
        await until(lambda: len(sink.reports) > 1)
        assert sink.states[1] == "down not_asterisk"


async def test_a_server_that_says_nothing_is_not_asterisk() -> None:
    async with linked(FakeAmi(banner=b""), answer_timeout=0.05) as (_, sink):
        await until(lambda: len(sink.reports) > 1)
        assert sink.states[1] == "down not_asterisk"
        assert sink.reports[1].detail == "no greeting within 0.05 s"


async def test_nobody_at_the_port_is_unreachable_and_tried_again() -> None:
    ami = FakeAmi()
    await ami.start()
    await ami.stop()
    async with linked(ami) as (_, sink):
        await until(lambda: len(sink.reports) > 1)
        assert sink.states[1] == "down unreachable"
        await ami.start()
        await until(lambda: is_up(sink))


async def test_it_stops_when_cancelled_while_it_waits_for_the_greeting() -> None:
    async with linked(FakeAmi(banner=b""), answer_timeout=60.0):
        await asyncio.sleep(0.05)  # leaving cancels, and would wait a minute


# TLS


def certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pbx")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    signed = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "pbx.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def served_with(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_a_plain_link_to_a_tls_port_is_told_apart(tmp_path: Path) -> None:
    async with linked(FakeAmi(), tls=served_with(certificate(tmp_path)), answer_timeout=0.1) as (_, sink):
        await until(lambda: len(sink.reports) > 1)
        assert sink.states[1] == "down needs_tls"


@pytest.mark.parametrize(
    ("options", "state", "detail"),
    [
        ({"ca_file": "pbx.pem"}, "up", ""),
        ({"verify": False}, "up", ""),
        ({}, "down tls", "the certificate is not trusted: self-signed certificate"),
        ({"ca_file": "missing.pem"}, "down tls", "the CA file cannot be read: [Errno 2] No such file or directory"),
    ],
)
async def test_over_tls_the_certificate_is_looked_at_as_it_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, object], state: str, detail: str
) -> None:
    monkeypatch.chdir(tmp_path)
    async with linked(FakeAmi(), tls=served_with(certificate(tmp_path)), tls_options={"tls": True, **options}) as (
        _,
        sink,
    ):
        await until(lambda: len(sink.reports) > 1)
        assert (sink.states[1], sink.reports[1].detail) == (state, detail)


async def test_tls_to_a_port_without_it_says_so() -> None:
    async with linked(FakeAmi(), tls_options={"tls": True}) as (_, sink):
        await until(lambda: len(sink.reports) > 1)
        assert sink.states[1] == "down no_tls"


# Keeping up


def begun(sink: Recorder) -> list[str]:
    return [event.leg for event in sink.of(LegBegan)]


async def test_events_go_on_in_order_with_the_moment_at_which_they_were_read() -> None:
    ami = FakeAmi()
    async with linked(ami) as (_, sink):
        await until(lambda: is_up(sink))
        before = time.monotonic_ns()
        ami.say(*(newchannel(f"1.{number}") for number in range(2000)))
        await until(lambda: len(begun(sink)) == 2000)
        assert begun(sink) == [f"1.{number}" for number in range(2000)]
        stamps = [received for events, received in sink.batches[1:]]
        assert stamps == sorted(stamps)
        assert before < stamps[0] < stamps[-1] < time.monotonic_ns()
        assert sink.notes[0].summary == "PJSIP/301-00000001: new, from 301 to 302"


async def test_calls_in_progress_are_told_first_and_what_came_meanwhile_after() -> None:
    ami = FakeAmi(channels=[channel("9.1", "PJSIP/301-00000009")])
    ami.before["Login"] = lambda: newchannel("1.1")
    ami.before["Status"] = lambda: newchannel("1.2") + newchannel("1.3")
    async with linked(ami) as (_, sink):
        await until(lambda: len(begun(sink)) == 3)
        assert isinstance(sink.told[0], CallsInProgress)
        assert [leg.leg for leg in sink.told[0].legs] == ["9.1"]
        assert begun(sink) == ["1.1", "1.2", "1.3"]
        asked = [action["Action"] for action in ami.actions][:8]
        assert asked[-4:] == ["CoreShowChannels", "Status", "BridgeList", "QueueStatus"]


async def test_a_link_that_was_cut_is_told_of_and_made_anew_with_the_calls_listed_again() -> None:
    ami = FakeAmi()
    async with linked(ami) as (_, sink):
        await until(lambda: is_up(sink))
        ami.channels = [channel("2.1", "PJSIP/302-00000002")]
        ami.cut()
        await until(lambda: len(sink.of(CallsInProgress)) == 2)
        assert [type(event) for event in sink.told] == [CallsInProgress, LinkLost, CallsInProgress]
        assert sink.states[:4] == ["connecting", "up", "down lost", "up"]
        assert [leg.leg for leg in sink.of(CallsInProgress)[1].legs] == ["2.1"]


async def test_an_asterisk_that_no_longer_answers_is_given_up() -> None:
    ami = FakeAmi()
    async with linked(ami, answer_timeout=0.2) as (_, sink):
        await until(lambda: is_up(sink))
        ami.say(newchannel("1.1"))
        await until(lambda: begun(sink))
        ami.silent = {"Ping"}
        await until(lambda: not is_up(sink))
        assert sink.states == ["connecting", "up", "down lost"]
        assert sink.reports[-1].detail == "no answer to Ping within 0.2 s"
        await until(lambda: ami.links == 2)


async def test_more_than_can_wait_makes_the_link_anew_instead_of_losing_some() -> None:
    ami = FakeAmi()
    ami.before["Status"] = lambda: b"".join(newchannel(f"1.{number}") for number in range(50))
    async with linked(ami, backlog_limit=49) as (_, sink):
        await until(lambda: len(sink.reports) > 1)
        assert sink.states[1] == "down overloaded"
        assert sink.told == []
        ami.before.clear()
        await until(lambda: is_up(sink))
        assert isinstance(sink.told[0], CallsInProgress)


async def test_a_fault_in_one_message_is_logged_and_costs_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    ami = FakeAmi()
    async with linked(ami) as (_, sink):
        await until(lambda: is_up(sink))
        ami.say(
            b"\x00\xff: \xff\r\nEvent: Newchannel\r\n\r\n", b"Event: Hangup\r\n\r\n", b"\r\n\r\n\r\n", newchannel("1.1")
        )
        await until(lambda: begun(sink))
        assert begun(sink) == ["1.1"]
        assert is_up(sink)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_an_account_that_is_not_told_of_calls_is_found_out_by_a_call() -> None:
    ami = FakeAmi(channels=[channel("1.0", "PJSIP/301-00000001")])
    async with linked(ami, refused_retry=30.0) as (_, sink):
        await until(lambda: len(ami.asked("CoreShowChannels")) > 3)
        assert is_up(sink)  # the call that was there before proves nothing
        ami.channels.append(channel("1.1", "PJSIP/302-00000002", duration="00:00:01"))
        looked = len(ami.asked("CoreShowChannels"))
        await until(lambda: len(ami.asked("CoreShowChannels")) > looked + 2)
        assert is_up(sink)  # too young: its events may be on their way
        ami.channels[1] = channel("1.1", "PJSIP/302-00000002", duration="00:00:02")
        await until(lambda: not is_up(sink))
        assert sink.states[-1] == "refused no_permission"
        assert sink.reports[-1].detail == "read=call: nothing was told of PJSIP/302-00000002"


async def test_an_account_that_is_told_of_calls_is_only_pinged() -> None:
    ami = FakeAmi()
    async with linked(ami) as (_, sink):
        await until(lambda: is_up(sink))
        ami.say(newchannel("1.1"))
        await until(lambda: len(ami.asked("Ping")) > 2)
        ami.channels = [channel("1.1", "PJSIP/302-00000002")]
        looked = len(ami.asked("CoreShowChannels"))
        await until(lambda: len(ami.asked("Ping")) > 5)
        assert len(ami.asked("CoreShowChannels")) == looked


# Commands


def rings(action: Action) -> bytes:
    return message("Event: Newstate", "Channel: PJSIP/301-1", "ChannelState: 5", f"Uniqueid: {action['ChannelId']}")


def fails(reason: str) -> bytes:
    return message("Event: OriginateResponse", "Response: Failure", f"Reason: {reason}", f"Uniqueid: {LEG}")


async def test_dialling_is_done_when_the_phone_rings_and_names_the_legs_beforehand() -> None:
    ami = FakeAmi()
    ami.after["Originate"] = rings
    async with linked(ami, dial_context="from-internal") as (connector, sink):
        await until(lambda: is_up(sink))
        await connector.execute(DIAL)
    sent = ami.asked("Originate")[0]
    del sent["Action"], sent["ActionID"]
    assert sent == {
        "Channel": "PJSIP/301",
        "Context": "from-internal",
        "Exten": "+99365777888",
        "Priority": "1",
        "Timeout": "1000",
        "CallerID": '"Anna" <+99365777888>',
        "Async": "true",
        "ChannelId": LEG,
        "OtherChannelId": f"{LEG}-far",
    }
    (wish,) = sink.of(LegDialled)
    assert (wish.leg, wish.by, wish.dialled) == (LEG, "", "+99365777888")


@pytest.mark.parametrize(("reason", "word"), [("0", "not_registered"), ("5", "busy"), ("8", "failed"), ("1", "failed")])
async def test_a_phone_that_cannot_be_rung_is_told_in_a_word(reason: str, word: str) -> None:
    ami = FakeAmi()
    ami.after["Originate"] = lambda action: fails(reason)
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        with pytest.raises(CommandRefused) as refusal:
            await connector.execute(DIAL)
    assert refusal.value.reason == word


async def test_a_phone_that_rejects_is_busy_even_when_the_response_overtakes_the_event() -> None:
    ami = FakeAmi()
    ended = message("Event: DialEnd", "DialStatus: BUSY", f"DestUniqueid: {LEG}")
    ami.after["Originate"] = lambda action: fails("0") + ended
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        with pytest.raises(CommandRefused) as refusal:
            await connector.execute(DIAL)
    assert refusal.value.reason == "busy"


async def test_a_phone_that_rejects_is_busy_though_the_reason_says_that_it_is_away() -> None:
    ami = FakeAmi()
    ended = message("Event: DialEnd", "DialStatus: BUSY", f"DestUniqueid: {LEG}")
    ami.after["Originate"] = lambda action: ended + fails("0")
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        with pytest.raises(CommandRefused) as refusal:
            await connector.execute(DIAL)
    assert refusal.value.reason == "busy"


@pytest.mark.parametrize(
    ("error", "word"),
    [("Permission denied", "not_allowed"), ("Extension does not exist.", "not_allowed"), ("Out of memory", "failed")],
)
async def test_what_asterisk_refuses_is_told_in_a_word(error: str, word: str) -> None:
    ami = FakeAmi(errors={"Originate": error, "Hangup": error})
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        for command in (DIAL, Hangup(command_id="h", call_key="1.1", segment_key="1.1")):
            with pytest.raises(CommandRefused) as refusal:
                await connector.execute(command)
            assert (refusal.value.reason, refusal.value.detail) == (word, error)


@pytest.mark.parametrize(
    "hostile",
    [
        {"number": "1\r\nAction: Reload"},
        {"number": "1&PJSIP/302"},
        {"number": "${SHELL(id)}"},
        {"number": ""},
        {"number": "9" * 41},
        {"extension": "301\nX: y"},
        {"extension": "301&PJSIP/302"},
        {"extension": "301@other/n"},
        {"extension": ""},
        {"command_id": "c\r\n"},
        {"command_id": "c,x"},
    ],
)
async def test_nothing_but_numbers_reaches_the_dial_plan(hostile: dict[str, str]) -> None:
    ami = FakeAmi()
    good = {"command_id": "c", "extension": "301", "number": "1"}
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        with pytest.raises(CommandRefused) as refusal:
            await connector.execute(Dial(**{**good, **hostile}))
        assert refusal.value.reason == "not_allowed"
    assert ami.asked("Originate") == []


async def test_a_name_is_shown_without_what_would_break_its_line() -> None:
    ami = FakeAmi()
    ami.after["Originate"] = rings
    hostile = Dial(command_id="c-1", extension="301", number="1", shown_name='A "B" <9>\r\nAction: Reload' + "x" * 500)
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        await connector.execute(hostile)
    shown = ami.asked("Originate")[0]["CallerID"]
    assert shown == '"' + ("A B 9 Action: Reload" + "x" * 500)[:60] + '" <1>'
    assert len(ami.asked("Reload")) == 0


async def test_without_a_link_nothing_can_be_asked() -> None:
    connector = AsteriskConnector(AsteriskOptions(secret="x"))
    with pytest.raises(CommandRefused, match="no_link"):
        await connector.execute(DIAL)


async def test_a_link_lost_while_dialling_is_told_at_once() -> None:
    ami = FakeAmi()
    async with linked(ami, dial_timeout=60.0) as (connector, sink):
        await until(lambda: is_up(sink))
        dialling = asyncio.create_task(connector.execute(DIAL))
        await until(lambda: ami.asked("Originate"))
        ami.cut()
        with pytest.raises(CommandRefused, match="unknown"):
            await dialling
        with pytest.raises(CommandRefused, match="no_link"):  # of this one it is certain: nothing was sent
            await connector.execute(DIAL)
    assert len(ami.asked("Originate")) == 1


async def test_a_dial_of_which_nothing_is_heard_fails() -> None:
    ami = FakeAmi()
    async with linked(ami, dial_timeout=0.01, answer_timeout=0.3) as (connector, sink):
        await until(lambda: is_up(sink))
        with pytest.raises(CommandRefused, match="unknown"):
            await connector.execute(DIAL)


async def test_a_whole_call_is_hung_up_phone_by_phone() -> None:
    ami = FakeAmi()
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        ami.channels = [
            channel("1.1", "PJSIP/301-1"),
            channel("1.2", "PJSIP/302-1", linkedid="1.1"),
            channel("1.3", "Local/302@x-1;1", linkedid="1.1"),
            channel("2.1", "PJSIP/303-1"),
        ]
        await connector.execute(Hangup(command_id="h", call_key="1.1"))
        assert [action["Channel"] for action in ami.asked("Hangup")] == ["1.1", "1.2"]


@pytest.mark.parametrize("key", ["/^PJSIP/", "1.1\r\nX: y", ""])
async def test_a_hangup_takes_only_the_id_of_a_call(key: str) -> None:
    ami = FakeAmi()
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        with pytest.raises(CommandRefused, match="not_allowed"):
            await connector.execute(Hangup(command_id="h", call_key=key))
    assert ami.asked("Hangup") == []


async def test_a_call_that_has_ended_cannot_be_hung_up() -> None:
    ami = FakeAmi(errors={"Hangup": "No such channel"})
    async with linked(ami) as (connector, sink):
        await until(lambda: is_up(sink))
        for command in (Hangup(command_id="h", call_key="1.1"), Hangup(command_id="h", call_key="1", segment_key="1")):
            with pytest.raises(CommandRefused) as refusal:
                await connector.execute(command)
            assert (refusal.value.reason, refusal.value.detail) == ("over", "the call has ended")


def test_waits_double_to_their_longest_and_begin_anew() -> None:
    backoff = Backoff(0.2, 30.0)
    waits = [backoff.seconds() for _ in range(12)]
    for wait, most in zip(waits, [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30, 30, 30], strict=True):
        assert most * 0.75 <= wait <= most
    backoff.reset()
    assert backoff.seconds() <= 0.2
