"""What an administrator reads of a recorded call."""

from __future__ import annotations

from pathlib import Path

from callcard.connectors.asterisk.connector import WANTED
from callcard.connectors.asterisk.notes import summary_of
from callcard.connectors.asterisk.wire import Parser

TRACES = Path(__file__).parent / "traces"


def notes_of(recording: str) -> list[str]:
    frames = Parser(WANTED, banner_expected=False).feed((TRACES / f"{recording}.raw").read_bytes())
    return [summary for frame in frames if (summary := summary_of(frame))]


def test_an_answered_call_reads_like_a_story() -> None:
    assert notes_of("answered") == [
        "PJSIP/trunk-00000000: new, from +99365123456 to 300",
        "PJSIP/301-00000001: new, from 301 to s",
        "PJSIP/trunk-00000000 dials PJSIP/301-00000001",
        "PJSIP/301-00000001: rings",
        "PJSIP/301-00000001: ANSWER",
        "PJSIP/301-00000001 joined bridge cd87d72f",
        "PJSIP/trunk-00000000 joined bridge cd87d72f",
        "PJSIP/trunk-00000000 left bridge cd87d72f",
        "PJSIP/301-00000001 left bridge cd87d72f",
        "PJSIP/trunk-00000000 hung up: Normal Clearing",
        "PJSIP/301-00000001 hung up: Normal Clearing",
    ]


def test_what_people_do_on_their_phones_is_told() -> None:
    assert "PJSIP/301-0000000d transfers (blind)" in notes_of("blind")
    assert [note for note in notes_of("hold") if note.endswith(("holds", "resumes"))] == [
        "PJSIP/301-0000000b holds",
        "PJSIP/301-0000000b resumes",
    ]
    assert "PJSIP/trunk-0000001c waits in queue regsales" in notes_of("queue5")
    assert "Originate of PJSIP/301-00000028: Success, reason 4" in notes_of("originate")
