"""AMI bytes to frames, whatever the network does to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.connectors.asterisk.frames import MAX_LINE, Frame, parse_block
from callcard.connectors.asterisk.wire import (
    MAX_BANNER,
    MAX_FRAME,
    HeaderNotSendable,
    Parser,
    encode_action,
)

WANTED = frozenset({b"Newchannel", b"Hangup"})
NEWCHANNEL = b"Event: Newchannel\r\nChannel: PJSIP/301-1\r\nExten: \r\n\r\n"
VARSET = b"Event: VarSet\r\nVariable: A\r\nValue: b: c\r\n\r\n"
HANGUP = b"Event: Hangup\r\nChannel: PJSIP/301-1\r\nCause-txt: Normal: Clearing\r\n\r\n"


def parser() -> Parser:
    return Parser(WANTED, banner_expected=False)


def test_a_message_becomes_a_frame_with_lower_cased_keys() -> None:
    assert parser().feed(HANGUP) == [{"event": "Hangup", "channel": "PJSIP/301-1", "cause-txt": "Normal: Clearing"}]


def test_an_empty_value_is_kept_as_empty() -> None:
    assert parser().feed(NEWCHANNEL)[0]["exten"] == ""


def test_events_that_nobody_wants_are_passed_over_and_counted() -> None:
    reader = parser()
    frames = reader.feed(VARSET + NEWCHANNEL + VARSET)
    assert [frame["event"] for frame in frames] == ["Newchannel"]
    assert reader.passed_over == 2
    assert reader.dropped == 0


def test_replies_are_always_wanted() -> None:
    assert parser().feed(b"Response: Success\r\nActionID: 7\r\n\r\n") == [{"response": "Success", "actionid": "7"}]


def test_keys_are_read_in_any_case_and_the_event_in_any_place() -> None:
    frames = parser().feed(b"EVENT:Newchannel\r\nchannel: a\r\n\r\nPrivilege: call\r\nEvent: VarSet\r\n\r\n")
    assert frames == [{"event": "Newchannel", "channel": "a"}]


def test_the_empty_line_too_many_after_a_test_event_costs_nothing() -> None:
    frames = parser().feed(b"Event: TestEvent\r\nState: x\r\n\r\n\r\n" + NEWCHANNEL + b"\r\n" + HANGUP)
    assert [frame["event"] for frame in frames] == ["Newchannel", "Hangup"]


def test_a_repeated_header_keeps_its_first_value_and_gives_all() -> None:
    frame = parser().feed(b"Response: Success\r\nOutput: one\r\nOutput: two\r\nMessage: m\r\n\r\n")[0]
    assert frame["output"] == "one"
    assert frame.all("output") == ["one", "two"]
    assert frame.all("message") == ["m"]
    assert frame.all("nothing") == []


def test_the_old_form_of_a_command_reply_is_one_frame() -> None:
    frames = parser().feed(b"Response: Follows\r\nPrivilege: Command\r\nline one\n--END COMMAND--\r\n\r\n" + HANGUP)
    assert [sorted(frame)[:1] for frame in frames] == [["line one\n--end command--"], ["cause-txt"]]
    assert frames[0]["response"] == "Follows"


def test_bytes_that_are_not_utf8_and_nuls_are_replaced() -> None:
    frame = parser().feed(b"Event: Newchannel\r\nCallerIDName: \xd0\xff\xed\xa0\x80 a\x00b\r\n\r\n")[0]
    name = frame["calleridname"]
    name.encode()  # no half characters
    assert name.endswith(" a\ufffdb")
    assert "\x00" not in name


def test_names_in_utf8_arrive_whole_though_torn_inside_a_letter() -> None:
    data = "Event: Newchannel\r\nCallerIDName: Гүлнар ສະບາຍດີ\r\n\r\n".encode()
    reader = parser()
    frames = [frame for i in range(len(data)) for frame in reader.feed(data[i : i + 1])]
    assert frames == [{"event": "Newchannel", "calleridname": "Гүлнар ສະບາຍດີ"}]


def test_the_greeting_is_taken_off() -> None:
    reader = Parser(WANTED)
    assert reader.feed(b"Asterisk Call Man") == []
    assert reader.banner is None
    frames = reader.feed(b"ager/11.0.0\r\n" + NEWCHANNEL)
    assert reader.banner == "Asterisk Call Manager/11.0.0"
    assert [frame["event"] for frame in frames] == ["Newchannel"]


def test_a_greeting_without_end_is_cut_short() -> None:
    reader = Parser(WANTED)
    reader.feed(b"x" * (MAX_BANNER + 1))
    assert reader.banner == "x" * MAX_BANNER


def test_a_line_that_is_too_long_costs_its_message_only() -> None:
    reader = parser()
    frames = reader.feed(b"Event: Newchannel\r\nExten: " + b"9" * (MAX_LINE + 1) + b"\r\n\r\n" + HANGUP)
    assert [frame["event"] for frame in frames] == ["Hangup"]
    assert reader.dropped == 1


@pytest.mark.parametrize("chunk", [1000, 65536, 10**6])
def test_a_message_without_end_is_dropped_in_bounded_memory(chunk: int) -> None:
    reader = parser()
    data = b"Event: Newchannel\r\n" + b"A: b\r\n" * MAX_FRAME + b"\r\n" + HANGUP + NEWCHANNEL
    frames = []
    for start in range(0, len(data), chunk):
        frames += reader.feed(data[start : start + chunk])
        assert len(reader._pending) <= MAX_FRAME
    assert [frame["event"] for frame in frames] == ["Hangup", "Newchannel"]
    assert reader.dropped == 1


@given(st.data())
def test_torn_anywhere_the_frames_are_the_same(data: st.DataObject) -> None:
    block = st.sampled_from(
        [NEWCHANNEL, VARSET, HANGUP, b"\r\n" + HANGUP, b"Response: Success\r\nMessage: \xff\r\n\r\n"]
    )
    stream = b"".join(data.draw(st.lists(block, max_size=8)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    torn, whole = parser(), parser()
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    frames = [frame for piece in pieces for frame in torn.feed(piece)]
    assert frames == whole.feed(stream)
    assert torn.passed_over == whole.passed_over


HOSTILE = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [b"\r\n", b"\r\n\r\n", b"\r", b"\n", b"\x00", b": ", b"Event: Newchannel", b"Event:", b"ActionID: 1"]
        ),
        st.just(b"A" * 20_000),
    ),
    max_size=40,
)


@given(HOSTILE, st.integers(1, 5000))
def test_hostile_bytes_never_raise_and_the_next_message_is_read(noise: list[bytes], chunk: int) -> None:
    reader = parser()
    data = b"".join(noise) + b"\r\n\r\n" + HANGUP
    frames: list[Frame] = []
    for start in range(0, len(data), chunk):
        frames += reader.feed(data[start : start + chunk])
        assert len(reader._pending) <= MAX_FRAME
    assert frames[-1] == parser().feed(HANGUP)[0]
    for frame in frames:
        "".join([*frame.keys(), *frame.values()]).encode()
        assert "\x00" not in "".join(frame.values())


@given(st.dictionaries(st.text("abcXYZ-", min_size=1), st.text().filter(lambda v: "\r\n" not in v), min_size=1))
def test_the_quick_way_reads_what_the_careful_way_reads(headers: dict[str, str]) -> None:
    block = "\r\n".join(f"{key}: {value}" for key, value in headers.items()).encode()
    careful = parse_block(block)
    quick = parse_block(block)  # by now its keys are known
    assert quick == careful
    first = {key.lower(): value for key, value in reversed(headers.items())}
    if "\x00" not in block.decode():
        assert careful == first


def test_an_action_is_encoded_in_order() -> None:
    encoded = encode_action("Originate", "7", [("Channel", "PJSIP/301"), ("CallerID", '"Жания" <1>')])
    assert encoded == 'Action: Originate\r\nActionID: 7\r\nChannel: PJSIP/301\r\nCallerID: "Жания" <1>\r\n\r\n'.encode()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Exten", "1\r\nAction: Reload"),
        ("Exten", "1\n2"),
        ("Exten", "1\r2"),
        ("Exten", "1\x002"),
        ("Exten\r\nAction", "Reload"),
        ("Exten: 1", "2"),
        ("", "2"),
        ("Exten", "\ud800"),
        ("Exten", "9" * 1000),
    ],
)
def test_what_would_break_out_of_its_line_is_refused(key: str, value: str) -> None:
    with pytest.raises(HeaderNotSendable):
        encode_action("Originate", "7", [(key, value)])


@given(st.text(), st.text())
def test_an_encoded_action_is_read_back_as_one_message_or_refused(key: str, value: str) -> None:
    try:
        encoded = encode_action("X", "1", [(key, value)])
    except HeaderNotSendable:
        return
    assert encoded.count(b"\r\n") == 4
    assert encoded.count(b"\r") == encoded.count(b"\n") == 4
