"""However the lines of a record are mixed, doubled or torn: the same calls."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcard.telephony.call import Call
from callcard.telephony.records import RecordEntry
from tests.connectors.asterisk.cdr_scene import calls, copied, entries, portions, record

NAMES = ("answered", "attended", "blind", "blonde", "ring_group", "queue", "forward_302", "pickup_group", "two_calls")


class Quiet(list[Any]):
    """A list that does not fill the screen when a test fails."""

    def __repr__(self) -> str:
        return f"{len(self)} of them"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Lines of several flows, in the order in which they were written."""
    folder = tmp_path_factory.mktemp("day")
    return Quiet(line for name in NAMES for line in copied(name, folder).read_text(encoding="utf-8").splitlines())


def told(lines: list[str], folder: Path, end: str = "\n") -> list[RecordEntry]:
    path = folder / "Master.csv"
    path.write_text("".join(f"{line}{end}" for line in lines), encoding="utf-8")
    return list(entries(portions(record(path))))


@pytest.fixture(scope="module")
def truth(day: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    return Quiet(calls(told(day, tmp_path_factory.mktemp("truth"))))


@settings(max_examples=25, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_lines_in_any_order_and_twice(
    chance: random.Random, day: list[str], truth: list[Call], tmp_path_factory: pytest.TempPathFactory
) -> None:
    mixed = [*day, *chance.sample(day, chance.randrange(len(day)))]
    chance.shuffle(mixed)
    assert calls(told(mixed, tmp_path_factory.mktemp("mixed"))) == truth


@settings(max_examples=25, deadline=None)
@given(at=st.integers(min_value=1, max_value=9), cut=st.floats(min_value=0.01, max_value=0.99))
def test_a_torn_line_costs_itself_only(
    at: int, cut: float, day: list[str], truth: list[Call], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As after a full disk: the line stops, and the next one stands behind it. It comes again later, whole."""
    line = day[at]
    torn = [*day[:at], line[: max(1, int(len(line) * cut))] + day[at + 1], *day[at + 2 :], line]
    found = calls(told(torn, tmp_path_factory.mktemp("torn")))
    assert [_facts(call) for call in found] == [_facts(call) for call in truth]


def _facts(call: Call) -> tuple[object, ...]:
    """Without names: that of a caller may have been torn with the line before."""
    talks = [(each.party.extension, each.party.number, each.outcome, each.talk_seconds) for each in call.segments]
    return call.key, call.direction, call.outcome, call.started_at, call.ended_at, talks


@pytest.mark.parametrize("end", ["\r\n", "\n\n", "\n\x00"])
def test_odd_line_ends(end: str, day: list[str], truth: list[Call], tmp_path: Path) -> None:
    assert calls(told(day, tmp_path, end)) == truth


def test_a_last_line_without_its_end_waits(day: list[str], truth: list[Call], tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    text = "\n".join(day)
    path.write_text(text, encoding="utf-8")
    reader = record(path)
    first = portions(reader)
    assert sum(len(portion.entries) for portion in first) == len(told(day[:-1], tmp_path / "..", "\n"))
    path.write_text(text + "\n", encoding="utf-8")
    second = portions(record(path), first[-1].cursor)
    assert [entry.id for entry in entries(second)] == [told(day[-1:], tmp_path / "..")[0].id]
    assert calls([*entries(first), *entries(second)]) == truth


def test_reading_on_gives_what_came_since(day: list[str], truth: list[Call], tmp_path: Path) -> None:
    path, cursor = tmp_path / "Master.csv", ""
    found: list[RecordEntry] = []
    for number, line in enumerate(day):
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        if number % 3 == 2 or line is day[-1]:
            read = portions(record(path), cursor)
            cursor = read[-1].cursor
            found += entries(read)
    assert len(found) == len(told(day, tmp_path / ".."))
    assert calls(found) == truth


@pytest.mark.parametrize("rotated", ["Master.csv.1", "Master.csv-20261122"])
def test_a_rotated_file_is_read_to_its_end(rotated: str, day: list[str], truth: list[Call], tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text("".join(f"{line}\n" for line in day[:5]), encoding="utf-8")
    first = portions(record(path))
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in day[5:9]))
    path.rename(tmp_path / rotated)
    path.write_text("".join(f"{line}\n" for line in day[9:]), encoding="utf-8")
    second = portions(record(path), first[-1].cursor)
    found = [*entries(first), *entries(second)]
    assert len(found) == len(told(day, tmp_path / ".."))
    assert calls(found) == truth


def test_a_truncated_file_is_begun_anew(day: list[str], tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text("".join(f"{line}\n" for line in day), encoding="utf-8")
    first = portions(record(path))
    path.write_text("".join(f"{line}\n" for line in day[-2:]), encoding="utf-8")
    second = portions(record(path), first[-1].cursor)
    assert [entry.id for entry in entries(second)] == [entry.id for entry in list(entries(first))[-2:]]


def test_small_windows_split_nothing(day: list[str], truth: list[Call], tmp_path: Path) -> None:
    """Rows of one call stand near each other, so that few of them need to be held."""
    assert calls(told(day, tmp_path), held=12) == truth
