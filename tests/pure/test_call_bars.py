"""A call drawn as bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from callcard.calls.timeline_bar import Scale, Stretch, scale_of, stretches

BEGAN = datetime(2026, 11, 2, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


@dataclass
class Part:
    role: str = "called"
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None


def test_ringing_and_talking_stand_where_they_were() -> None:
    part = Part(rang_at=at(10), answered_at=at(20), ended_at=at(80))
    assert stretches(part, Scale(at(0), at(100))) == [Stretch("rang", 10.0, 10.0), Stretch("talked", 20.0, 60.0)]


def test_what_goes_on_reaches_until_now_and_a_record_that_is_not_exact_stays_inside() -> None:
    scale = scale_of(at(0), None, [Part(ended_at=at(500))], now=at(100))
    assert (scale.begin, scale.end) == (at(0), at(500))
    assert stretches(Part(role="caller"), scale) == [Stretch("rang", 0.0, 100.0)]


moments = st.none() | st.integers(-50, 500).map(at)


@given(rang=moments, answered=moments, ended=moments, length=st.integers(0, 300))
def test_nothing_is_drawn_outside(
    rang: datetime | None, answered: datetime | None, ended: datetime | None, length: int
) -> None:
    part = Part("called", rang, answered, ended)
    for drawn in stretches(part, scale_of(at(0), at(length), [part], now=at(length))):
        assert 0 <= drawn.start <= 100
        assert 0 < drawn.width <= 100.01
        assert drawn.start + drawn.width <= 100.02
