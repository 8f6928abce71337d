"""Who waits, decided from all calls of a person at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.calls.missed.rules import HELD_TOGETHER, Heard, Waiting, is_missed, is_reached, key_of, waiting

BEGAN = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


def call(number: int, minute: float, *, is_missed: bool = True, lasts: float = 1) -> Heard:
    at = BEGAN + timedelta(minutes=minute)
    return Heard(number, at, at + timedelta(minutes=lasts), is_missed)


CALLS = st.lists(
    st.builds(
        call,
        st.integers(1, 10**6),
        st.integers(0, 100_000),
        is_missed=st.booleans(),
        lasts=st.integers(0, 90),
    ),
    max_size=12,
    unique_by=lambda one: one.call_id,
)


@given(CALLS, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_count(calls: list[Heard], chance: object) -> None:
    shuffled = [*calls, *calls]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert waiting(shuffled, settled_at=None) == waiting(calls, settled_at=None)


@given(CALLS)
def test_only_the_newest_talk_counts(calls: list[Heard]) -> None:
    """So it is enough to read that one from the log."""
    talks = sorted((one for one in calls if not one.is_missed), key=lambda one: one.ended_at)
    enough = [one for one in calls if one.is_missed] + talks[-1:]
    assert waiting(enough, settled_at=None) == waiting(calls, settled_at=None)


@given(CALLS)
def test_who_waits_called_in_vain_after_the_last_talk(calls: list[Heard]) -> None:
    waits = waiting(calls, settled_at=None)
    last_talk = max((one.ended_at for one in calls if not one.is_missed), default=BEGAN - timedelta(days=1))
    unanswered = [one for one in calls if one.is_missed and one.started_at > last_talk]
    assert (waits is None) == (not unanswered)
    if waits is not None:
        assert waits.last_at == max(one.started_at for one in unanswered)
        assert last_talk < waits.first_at <= waits.last_at
        assert 1 <= waits.times <= len(unanswered)


@given(CALLS, st.integers(0, 100_000))
def test_after_somebody_settled_it_only_later_calls_count(calls: list[Heard], minute: int) -> None:
    at = BEGAN + timedelta(minutes=minute)
    later = [one for one in calls if not one.is_missed or one.started_at > at]
    assert waiting(calls, settled_at=at) == waiting(later, settled_at=None)


def test_a_call_in_vain_during_a_talk_is_answered_by_it() -> None:
    talk = call(1, 0, is_missed=False, lasts=30)
    assert waiting([talk, call(2, 20)], settled_at=None) is None
    assert waiting([talk, call(3, 31)], settled_at=None) == Waiting(
        BEGAN + timedelta(minutes=31), BEGAN + timedelta(minutes=31), 1, 3
    )


def test_calls_of_other_months_are_not_counted_together() -> None:
    old, new = call(1, 0), call(2, HELD_TOGETHER.total_seconds() / 60 + 1)
    waits = waiting([old, new], settled_at=None)
    assert waits is not None
    assert (waits.times, waits.first_at) == (1, new.started_at)


@pytest.mark.parametrize(
    ("customer_id", "e164", "number", "is_withheld", "key"),
    [
        (7, "+856205", "205", False, "c:7"),
        (7, "", "", True, "c:7"),
        (None, "+856205", "205", False, "n:+856205"),
        (None, "", "205", False, "n:205"),
        (None, "", "", True, "w:1"),
        (None, "", "", False, "w:1"),
        (None, "+856205", "205", True, "w:1"),
    ],
)
def test_whom_a_call_was_with(customer_id: int | None, e164: str, number: str, is_withheld: bool, key: str) -> None:
    assert key_of(call_id=1, customer_id=customer_id, e164=e164, number=number, is_withheld=is_withheld) == key


def test_what_is_missed_and_what_reaches() -> None:
    assert is_missed(direction="inbound", outcome="cancelled", match="none")
    assert not is_missed(direction="inbound", outcome="missed", match="own")
    assert not is_missed(direction="outbound", outcome="missed", match="none")
    assert is_reached(direction="outbound", outcome="answered", talk_seconds=5, is_by_hand=False)
    assert not is_reached(direction="outbound", outcome="answered", talk_seconds=4.9, is_by_hand=False)
    assert is_reached(direction="inbound", outcome="answered", talk_seconds=0, is_by_hand=True)
    assert not is_reached(direction="internal", outcome="answered", talk_seconds=60, is_by_hand=False)
