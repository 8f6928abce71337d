"""When events happened: Asterisk's stamps are taken, whatever its clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callcard.connectors.asterisk.frames import Frame
from callcard.connectors.asterisk.intake import Intake
from callcard.connectors.asterisk.moments import Moments
from callcard.connectors.asterisk.translate import Translator
from tests.connectors.recorder import Recorder

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def seconds(moment: datetime) -> float:
    return round((moment - NOON).total_seconds(), 3)


def seen(*told: tuple[float | str, float], clock_off: float = 0.0) -> list[float]:
    """(stamp, arrival) in seconds after noon -> the moments."""
    moments = Moments()
    return [
        seconds(moments.of(Frame(timestamp=s if isinstance(s, str) else f"{at(s + clock_off).timestamp():.6f}"), at(a)))
        for s, a in told
    ]


@pytest.mark.parametrize("clock_off", [0.0, 3600.0, -86400.0])
def test_a_stall_on_the_way_is_taken_out_whatever_the_clock_of_the_pbx_says(clock_off: float) -> None:
    told = seen((0.0, 0.001), (1.0, 3.0), (2.0, 3.0), (4.0, 4.001), clock_off=clock_off)
    assert told == pytest.approx([0.001, 1.001, 2.001, 4.001], abs=0.005)


def test_a_clock_that_is_set_back_or_forward_is_believed_from_then_on() -> None:
    assert seen((100.0, 1.0), (20.0, 2.0), (21.0, 5.0)) == pytest.approx([1.0, 2.0, 3.0], abs=0.005)
    assert seen((0.0, 1.0), (500.0, 2.0), (501.0, 5.0)) == pytest.approx([1.0, 2.0, 3.0], abs=0.005)


def test_a_clock_that_is_a_little_slow_is_followed() -> None:
    told = seen(*[(minute * 60 * 0.9995, float(minute * 60)) for minute in range(600)])
    assert max(abs(moment - minute * 60) for minute, moment in enumerate(told)) < 0.001


@pytest.mark.parametrize("stamp", ["", "nan", "inf", "-inf", "1e400", "soon", "12:00"])
def test_nonsense_is_the_time_of_arrival(stamp: str) -> None:
    assert seen((stamp, 7.0), (stamp, 8.0)) == [7.0, 8.0]


def test_moments_never_go_backwards() -> None:
    assert seen((10.0, 10.0), (5.0, 10.5), (11.0, 11.0)) == pytest.approx([10.0, 10.0, 11.0], abs=0.005)


def test_what_waited_together_keeps_its_own_times() -> None:
    sink = Recorder()
    intake = Intake(Translator(), sink, 100)
    intake.release()
    ringing = {"event": "Newstate", "channel": "PJSIP/301-1", "channelstate": "5", "uniqueid": "1"}
    intake([Frame(ringing, timestamp="1000.0"), Frame(ringing, uniqueid="2", timestamp="1002.5")], 0)
    first, second = sink.told
    # The stamp that took the shortest way is the second; what stood before it cannot be known to be earlier.
    assert second.at >= first.at
    intake([Frame(ringing, uniqueid="3", timestamp="1002.9")], 0)
    assert (sink.told[2].at - second.at).total_seconds() < 0.4
