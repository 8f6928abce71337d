"""Single frames: what they say in Callcard's words, and that odd ones say nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.connectors.asterisk.channels import Channels, Kind, outside_party, sent_number
from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.connectors.asterisk.translate import INTERESTING_EVENTS, Translator
from callcard.telephony import events
from callcard.telephony.call import Party, Role, SegmentOutcome
from callcard.telephony.tracker import CallTracker

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRUNK = {
    "event": "Newchannel",
    "channel": "PJSIP/trunk-0000000c",
    "channelstate": "4",
    "calleridnum": "+99365123456",
    "calleridname": "Customer One",
    "context": "from-trunk",
    "exten": "100",
    "uniqueid": "1.1",
    "linkedid": "1.1",
}
FIELDS = [
    *("channel", "destchannel", "uniqueid", "destuniqueid", "linkedid", "calleridnum", "calleridname", "exten"),
    *("context", "channelstate", "dialstatus", "forward", "bridgeuniqueid", "bridgetechnology", "targetuniqueid"),
    *("queue", "cause", "dialstring", "origtransfereruniqueid", "secondtransfereruniqueid", "result"),
    *("cid-callingpres", "destconnectedlinenum", "destcalleridnum", "destcontext"),
]


def told(**fields: str) -> list[events.Event]:
    return Translator().translate(fields, AT)


def began(**changed: str) -> events.LegBegan:
    (event,) = told(**(TRUNK | changed))
    assert isinstance(event, events.LegBegan)
    return event


def test_a_call_from_outside() -> None:
    assert began() == events.LegBegan(
        at=AT,
        leg="1.1",
        call="1.1",
        role=Role.CALLER,
        party=Party(number="+99365123456", name="Customer One"),
        dialled="100",
    )


def test_a_phone_that_is_called() -> None:
    leg = began(channel="PJSIP/301-0000000d", context="internal", exten="s", uniqueid="1.2", calleridnum="301")
    assert (leg.role, leg.party, leg.dialled) == (
        Role.CALLED,
        Party(extension="301", name="Customer One"),
        "",
    )


@pytest.mark.parametrize(
    ("number", "name", "party"),
    [
        ("<unknown>", "<unknown>", Party()),
        ("", "", Party()),
        ("unknown", "Unknown", Party()),
        ("Unavailable", "", Party()),
        ("+993", "unavailable", Party(number="+993")),
        ("anonymous", "Anonymous", Party(withheld=True)),
        ("Restricted", "", Party(withheld=True)),
        ("<unknown>", "Anonymous", Party(withheld=True)),
        ("+993", "Anonymous", Party(number="+993")),
        ("+993", "<b>x</b>", Party(number="+993", name="<b>x</b>")),
        ("9" * 400, "n" * 400, Party(number="9" * 255, name="n" * 255)),
    ],
)
def test_who_calls(number: str, name: str, party: Party) -> None:
    assert began(calleridnum=number, calleridname=name).party == party


def test_presentation_prohibited_is_withheld() -> None:
    assert outside_party("+993", "", "32 (Presentation Prohibited, Not Screened)").withheld is True
    assert outside_party("+993", "", "0 (Presentation Allowed, Not Screened)").withheld is False


@pytest.mark.parametrize(
    ("channel", "context", "number", "kind", "extension"),
    [
        ("PJSIP/301-0000000d", "from-internal", "301", Kind.PHONE, "301"),
        ("SIP/301-0000000d", "from-internal", "+99365777888", Kind.PHONE, "301"),
        ("PJSIP/operator-0000000d", "from-pstn", "301", Kind.OUTSIDE, ""),
        ("PJSIP/operator-0000000d", "default", "301", Kind.OUTSIDE, ""),
        ("PJSIP/12345-0000000d", "from-trunk-sip-12345", "+993", Kind.OUTSIDE, ""),
        ("PJSIP/99312345678-0000000d", "incoming", "+993", Kind.OUTSIDE, ""),
        ("DAHDI/12-1", "from-internal", "301", Kind.PHONE, "301"),
        ("DAHDI/i1/99365777888-5", "from-digital", "99365777888", Kind.OUTSIDE, ""),
        ("Local/301@from-queue-00000003;2", "from-queue", "", Kind.HELPER, ""),
        ("Message/ast_msg_queue", "default", "", Kind.INNER, ""),
        ("Snoop/1.1-0000000d", "default", "", Kind.INNER, ""),
        ("nonsense", "default", "", Kind.INNER, ""),
    ],
)
def test_whose_channel(channel: str, context: str, number: str, kind: Kind, extension: str) -> None:
    channels = Channels(AsteriskOptions())
    assert channels.kind_of(channel, context, number) == (kind, extension)


def test_the_administrator_may_name_trunks_and_extensions() -> None:
    channels = Channels(AsteriskOptions(trunks=("PJSIP/555",), extension_pattern="[a-z]+"))
    assert channels.kind_of("PJSIP/555-01", "x", "") == (Kind.OUTSIDE, "")
    assert channels.kind_of("PJSIP/anna-01", "x", "") == (Kind.PHONE, "anna")
    assert channels.kind_of("PJSIP/0004f2-01", "x", "ben") == (Kind.PHONE, "ben")


@pytest.mark.parametrize(
    ("dial_string", "number"),
    [
        ("trunk/sip:+99365777888@127.0.0.1:5090", "+99365777888"),
        ("+99365777888@trunk", "+99365777888"),
        ("i1/99365777888", "99365777888"),
        ("g0/99365777888/extra", "99365777888"),
        ("trunk", ""),
        ("", ""),
    ],
)
def test_the_number_in_a_dial_string(dial_string: str, number: str) -> None:
    assert sent_number(dial_string) == number


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("CANCEL", SegmentOutcome.CANCELLED),
        ("NOANSWER", SegmentOutcome.MISSED),
        ("BUSY", SegmentOutcome.BUSY),
        ("CHANUNAVAIL", SegmentOutcome.FAILED),
    ],
)
def test_an_end_of_ringing(status: str, outcome: SegmentOutcome) -> None:
    assert told(event="DialEnd", destuniqueid="1.2", dialstatus=status) == [
        events.RingingEnded(at=AT, leg="1.2", outcome=outcome)
    ]


def test_a_forward() -> None:
    (event,) = told(event="DialEnd", destuniqueid="1.2", dialstatus="CANCEL", forward="Local/302@internal")
    assert event == events.RingingEnded(at=AT, leg="1.2", outcome=SegmentOutcome.FORWARDED)


def test_a_parked_caller_is_in_no_room() -> None:
    fields = {"event": "BridgeEnter", "bridgeuniqueid": "b", "uniqueid": "1.1"}
    assert told(**fields, bridgetechnology="holding_bridge") == []
    assert told(**fields, bridgetechnology="simple_bridge") == [events.LegJoined(at=AT, leg="1.1", room="b")]


def test_a_call_by_callcards_own_button() -> None:
    leg = began(channel="PJSIP/301-01", context="internal", exten="s", uniqueid="callcard-7", linkedid="callcard-7")
    assert (leg.placed_by, leg.role) == ("7", Role.CALLER)


def test_the_answer_to_a_button_tells_whom_it_is_for() -> None:
    fields = {"event": "OriginateResponse", "exten": "+993", "response": "Failure"}
    assert told(**fields, uniqueid="1.1") == [events.LegDialled(at=AT, leg="1.1", dialled="+993")]
    assert told(**fields, uniqueid="<null>") == []


def test_a_frame_without_a_needed_field_is_counted_and_says_nothing() -> None:
    translator = Translator()
    assert translator.translate({"event": "Newchannel"}, AT) == []
    assert translator.translate({"event": "VarSet"}, AT) == []
    assert translator.translate({}, AT) == []
    assert translator.unusable == 1


texts = st.one_of(
    st.sampled_from(["", "<unknown>", "1.1", "1.2", "5", "6", "BUSY", "ANSWER", "Local/1@x-1;1", "PJSIP/301-1"]),
    st.text(max_size=300),
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(name.decode() for name in INTERESTING_EVENTS)),
            st.dictionaries(st.sampled_from(FIELDS), texts),
        ),
        max_size=40,
    )
)
def test_whatever_frames_come_nothing_raises(frames: list[tuple[str, dict[str, str]]]) -> None:
    translator, tracker = Translator(), CallTracker("main", remembered=2)
    for name, fields in frames:
        for event in translator.translate({"event": name, **fields}, AT):
            tracker.feed(event)
