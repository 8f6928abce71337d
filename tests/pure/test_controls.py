"""Text from a network neither turns nor hides what stands round it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.kit.controls import without_controls

OVERRIDE, POP = "\u202e", "\u202c"
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Mali Souk", "Mali Souk"),
        (f"{OVERRIDE}ilaM", "ilaM"),
        (f"Mali{OVERRIDE} (moc.knab){POP}", "Mali (moc.knab)"),
        ("a\u2067b\u2069c", "abc"),
        ("bell\x07 nul\x00 new\r\nline\x85", "bell nul newline"),
        ("two\u2028lines", "twolines"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # without its joiner the word is another one
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("مرحبا\u200f!", "مرحبا\u200f!"),
        ("\u00a0Åsa\u3000", "\u00a0Åsa\u3000"),
    ],
)
def test_what_acts_unseen_goes_and_every_letter_stays(sent: str, kept: str) -> None:
    assert without_controls(sent) == kept


@given(st.text())
def test_nothing_that_turns_or_breaks_a_line_is_left_and_nothing_else_goes(text: str) -> None:
    clean = without_controls(text)
    assert not set(clean) & set(TURNING)
    assert len(clean.splitlines()) <= 1
    assert without_controls(clean) == clean
    assert [mark for mark in text if mark.isprintable()] == [mark for mark in clean if mark.isprintable()]
