"""Of events that come often only some headers are kept: all that anybody asks for."""

from __future__ import annotations

import pytest

from callcard.connectors.asterisk import frames
from callcard.connectors.asterisk.connector import WANTED
from callcard.connectors.asterisk.dial import RingWatch
from callcard.connectors.asterisk.frames import parse_block
from callcard.connectors.asterisk.headers import read_headers
from callcard.connectors.asterisk.notes import summary_of
from callcard.connectors.asterisk.translate import Translator
from callcard.connectors.asterisk.wire import Parser
from tests.connectors.asterisk.replay import TRACES, stream

BLOCKS = [block for path in sorted(TRACES.rglob("*.raw")) for block in stream(path).split(b"\r\n\r\n")]
OF_CALLS = [block for block in BLOCKS if block.startswith(b"Event: ") and b"\r\nActionID: " not in block]


@pytest.fixture(autouse=True)
def nothing_seen_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_shapes", {})
    monkeypatch.setattr(frames, "_shape_count", 0)


class Asked(dict[str, str]):
    """A frame that notes what is asked of it. What it does not hold may have been meant, too."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(headers)
        self.keys_asked = set[str]()

    def __getitem__(self, key: str) -> str:
        self.keys_asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.keys_asked.add(key)
        return super().get(key, default)


def test_whatever_is_asked_of_an_event_is_kept() -> None:
    translator, seen = Translator(), set[str]()
    for block in OF_CALLS:
        frame = Asked(parse_block(block))
        event = frame["event"]
        if event.encode() in WANTED:
            seen.add(event)
            translator.translate(frame)
            summary_of(frame)  # type: ignore[arg-type]
            asked = frame.keys_asked & {*frame, "forward", "cid-callingpres"}
            assert asked <= read_headers(event, {*frame, *asked}), event
    assert len(seen) > 14


def test_a_kept_header_has_its_value_and_the_others_are_gone() -> None:
    reader = Parser(WANTED, banner_expected=False)
    for block in OF_CALLS:
        whole = parse_block(block)
        if whole.get("event", "").encode() in WANTED:
            (frame,) = reader.feed(block + b"\r\n\r\n")
            kept = read_headers(whole["event"], whole)
            assert frame in ({key: whole[key] for key in kept}, whole)


def test_of_an_event_seen_before_only_what_is_read_is_built() -> None:
    reader = Parser(WANTED, banner_expected=False)
    block = b"Event: Hangup\r\nLanguage: tk\r\nChannel: PJSIP/301-1\r\nUniqueid: 1.2\r\nCause: 16\r\n\r\n"
    reader.feed(block)
    assert reader.feed(block) == [{"event": "Hangup", "channel": "PJSIP/301-1", "uniqueid": "1.2", "cause": "16"}]


@pytest.mark.parametrize("first", [b"Event: CoreShowChannel", b"Event: Hangup\r\nActionID: 7"])
def test_what_answers_an_action_or_comes_seldom_is_kept_whole(first: bytes) -> None:
    reader = Parser(WANTED, banner_expected=False)
    block = first + b"\r\nLanguage: tk\r\nAccountCode: 9\r\n\r\n"
    reader.feed(block)
    (frame,) = reader.feed(block)
    assert frame["language"] == "tk"
    assert frame["accountcode"] == "9"


async def test_who_waits_for_a_phone_to_ring_finds_it_in_what_is_kept() -> None:
    for event, headers, busy in (("Newstate", "ChannelState: 5", False), ("DialEnd", "DialStatus: BUSY", True)):
        reader, rings = Parser(WANTED, banner_expected=False), RingWatch()
        waiting = rings.expect("1.2")
        block = f"Event: {event}\r\nLanguage: tk\r\nUniqueid: 1.2\r\n{headers}\r\n\r\n".encode()
        reader.feed(block)
        rings.see(reader.feed(block)[0])
        assert waiting.done()
        assert (waiting.exception() is not None) is busy
