"""What comes from outside as an id."""

from __future__ import annotations

import pytest

from callcard.kit.ids import id_in, ids_in, is_id


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("9" * 18, int("9" * 18))])
def test_digits_are_an_id(text: str, number: int) -> None:
    assert is_id(text)
    assert id_in(text) == number


@pytest.mark.parametrize("text", ["", " 1", "1 ", "+1", "-1", "1.0", "٣", "²", "one", "9" * 19])
def test_everything_else_is_none(text: str) -> None:
    assert not is_id(text)
    assert id_in(text) is None


def test_of_many_the_ids_are_left_in_their_order() -> None:
    assert ids_in(["3", "x", "", "1", "3", "9" * 19]) == [3, 1, 3]
