"""A bench must not pass on a noisy machine, nor by a rounding of its figures."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from bench import __main__ as command
from bench import harness
from bench.harness import Conditions, Counted, Figure, closing, measured, percentile
from bench.load import ForeignLoad
from bench.table import number, table

QUIET = Conditions(foreign_share=0.1, calibration_before_ms=100, calibration_after_ms=110)
BUSY = "import time\nend = time.monotonic() + 2\nwhile time.monotonic() < end: pass"


@pytest.mark.parametrize(
    ("share", "after_ms", "quiet"),
    [(0.19, 100.0, True), (0.20, 100.0, False), (0.0, 115.0, True), (0.0, 116.0, False), (0.0, 80.0, False)],
)
def test_a_run_counts_on_a_quiet_and_steady_machine_only(share: float, after_ms: float, quiet: bool) -> None:
    conditions = Conditions(foreign_share=share, calibration_before_ms=100.0, calibration_after_ms=after_ms)
    assert conditions.are_quiet is quiet


def test_noisy_runs_are_made_again(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    calibrations = iter([100.0, 130.0, 100.0, 100.0, 100.0, 101.0])
    monkeypatch.setattr(harness, "calibrate", lambda: next(calibrations))
    monkeypatch.setattr(ForeignLoad, "share", lambda self: 0.0)
    results = iter(["noisy", "first", "second"])
    counted = measured(lambda: next(results), runs=2, rest_seconds=0)
    assert counted.results == ["first", "second"]
    assert counted.is_quiet
    assert (
        "run 1: foreign load 0%, calibration 100.0 ms before and 130.0 ms after: not counted" in capsys.readouterr().out
    )


def test_a_machine_that_never_rests_gives_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForeignLoad, "share", lambda self: 0.5)
    monkeypatch.setattr(harness, "calibrate", lambda: 100.0)
    counted = measured(lambda: 7, runs=1, tries=2, rest_seconds=0)
    assert (counted.results, counted.is_quiet) == ([7], False)
    assert closing("ring", [Figure(name="paint", value=1, at_most=25)], counted) == 2


@pytest.mark.parametrize(
    ("figure", "code"),
    [
        (Figure(name="ms", value=25.0, at_most=25), 0),
        (Figure(name="ms", value=25.01, at_most=25), 1),
        (Figure(name="ratio", value=2.99, at_least=3), 1),
        (Figure(name="ratio", value=3.0, at_least=3), 0),
        (Figure(name="nothing measured", value=float("nan"), at_most=25), 1),
        (Figure(name="floor", value=1e9), 0),
    ],
)
def test_the_exit_code_tells_whether_a_bar_is_short(figure: Figure, code: int) -> None:
    assert closing("x", [figure], Counted([1], [QUIET], True)) == code


def test_the_table_shows_value_peer_bar_and_verdict() -> None:
    figure = Figure(name="events/CPU s", value=61234.4, unit="/s", at_least=60000, beside="peer 20,000/s")
    assert table([figure]).splitlines()[2].split("  ") == [
        "events/CPU s",
        "61,234 /s",
        "peer 20,000/s",
        "≥ 60,000",
        "ok",
    ]


@pytest.mark.parametrize(("value", "text"), [(12345.6, "12,346"), (25, "25"), (12.34, "12.3"), (0.01234, "0.0123")])
def test_numbers_show_what_matters(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1), (0.001, 1)])
def test_percentiles_are_values_that_occurred(share: float, value: int) -> None:
    assert percentile(range(1, 101), share) == value


def test_a_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@pytest.mark.skipif(sys.platform != "linux", reason="benches read /proc")
def test_what_we_start_is_no_foreign_load_even_when_it_leaves_our_process_tree() -> None:
    others = ForeignLoad()
    detached = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BUSY!r}])"
    subprocess.run([sys.executable, "-c", detached], check=True)
    with_ours = others._by_others().keys()
    time.sleep(0.3)
    orphans = [pid for pid in others._by_others().keys() - with_ours if BUSY[:20] in _command_line(pid)]
    assert orphans == []


@pytest.mark.skipif(sys.platform != "linux", reason="benches read /proc")
def test_what_others_start_is_foreign_load() -> None:
    others = ForeignLoad()
    # Without our mark and out of our tree: as another person's program would be.
    shell = f"env -u CALLCARD_BENCH_RUN setsid {sys.executable} -c '{BUSY}' >/dev/null 2>&1 & echo $!"
    started = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True, timeout=10)
    assert int(started.stdout) in others._by_others()  # while it is busy


def _command_line(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as text:
            return text.read().decode(errors="replace")
    except OSError:
        return ""


def test_an_unknown_bench_is_answered_with_those_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["nonsense"]) == 2
    assert "one of: " in capsys.readouterr().err
