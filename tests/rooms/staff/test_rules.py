"""Pure decisions about people."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.staff.rules import ExtensionNotValid, fresh_password, is_found, read_extensions


@pytest.mark.parametrize(
    ("typed", "extensions"),
    [
        ("", ()),
        (" 301 ", ("301",)),
        ("301, 302;303\n304/305", ("301", "302", "303", "304", "305")),
        ("301 301", ("301",)),
        ("٣٠١، ۳۰۲ ໓໐໓", ("301", "302", "303")),
        ("３０１", ("301",)),
        ("anna.p, *45, 100#2", ("anna.p", "*45", "100#2")),
    ],
)
def test_extensions_are_read_in_any_writing(typed: str, extensions: tuple[str, ...]) -> None:
    assert read_extensions(typed) == extensions


@pytest.mark.parametrize("typed", ["<b>", "301\x00", "анна", "3" * 33, "301, a'b", "301|302"])
def test_what_is_no_extension_is_named(typed: str) -> None:
    with pytest.raises(ExtensionNotValid) as refused:
        read_extensions(typed)
    assert refused.value.word in typed


@given(st.text(max_size=200))
def test_reading_ends_in_extensions_or_in_words(typed: str) -> None:
    with suppress(ExtensionNotValid):
        found = read_extensions(typed)
        assert read_extensions(", ".join(found)) == found


def test_words_are_looked_for_in_every_text() -> None:
    assert is_found("ПЕТР anna", among=("Anna", "Петрова"))
    assert not is_found("petr otto", among=("Anna", "Petrova"))
    assert is_found("", among=())


def test_a_fresh_password_is_fresh() -> None:
    assert len({fresh_password() for _ in range(200)}) == 200
