"""Recordings in a shared folder: found by their names, and never outside of it."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.calls.recordings.folders import ClimbsOut, Names, find_files, is_worth_looking, open_within
from callcard.calls.recordings.rules import Rule, addresses, days_kept, gives_up, pause_after, shortest_kept

DAY = date(2026, 11, 22)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.wav").write_bytes(b"secret")
    inside = tmp_path / "monitor"
    (inside / "2026/11/22").mkdir(parents=True)
    (inside / "2026/11/22/in-301-1700000000.12.wav").write_bytes(b"sound")
    (inside / "plain.wav").write_bytes(b"plain")
    os.symlink(tmp_path / "secret.wav", inside / "link.wav")
    os.symlink(tmp_path, inside / "up")
    os.mkfifo(inside / "pipe.wav")
    return inside


@pytest.mark.parametrize(
    "path",
    [
        *("../secret.wav", "2026/../../secret.wav", "/etc/passwd", "", ".", "..", "a//b", "plain.wav/", "./plain.wav"),
        *("link.wav", "up/secret.wav", "up/monitor/plain.wav", "plain\x00.wav", "pipe.wav", "2026"),
    ],
)
def test_no_path_leads_out(root: Path, path: str) -> None:
    with pytest.raises(ClimbsOut):
        open_within(str(root), path)


def test_what_is_inside_is_opened(root: Path) -> None:
    with open_within(str(root), "2026/11/22/in-301-1700000000.12.wav") as file:
        assert file.read() == b"sound"
    with pytest.raises(FileNotFoundError):
        open_within(str(root), "2026/11/22/none.wav")


@given(st.lists(st.sampled_from(["..", ".", "up", "link.wav", "2026", "monitor", "", "secret.wav", "x"]), max_size=6))
def test_any_steps_stay_inside(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    base = tmp_path_factory.getbasetemp() / "climbing"
    if not base.exists():
        (base / "monitor").mkdir(parents=True)
        (base / "secret.wav").write_bytes(b"secret")
        os.symlink(base, base / "monitor/up")
        os.symlink(base / "secret.wav", base / "monitor/link.wav")
    with pytest.raises((ClimbsOut, OSError)):
        open_within(str(base / "monitor"), "/".join(steps))


def test_links_and_pipes_are_not_even_found(root: Path) -> None:
    os.symlink(root / "plain.wav", root / "x-1700000000.12.wav")
    os.mkfifo(root / "y-1700000000.12.wav")
    found = list(find_files(str(root), ["1700000000.12"], [DAY]))
    assert found == [("1700000000.12", "2026/11/22/in-301-1700000000.12.wav")]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("1700000000.12.wav", "1700000000.12"),
        ("external-301-8562055512345-20261122-101010-1700000000.12.WAV", "1700000000.12"),
        ("1700000000.12-in.mp3", "1700000000.12"),
        ("q(sales)_1700000000.12.ogg", "1700000000.12"),
        ("pbx-2-1700000000.13.wav", "pbx-2-1700000000.13"),
        ("x-pbx-2-1700000000.13.wav", "pbx-2-1700000000.13"),
        ("11700000000.12.wav", ""),
        ("1700000000.123.wav", ""),
        ("2-1700000000.13.wav", ""),
        ("1700000000.12.txt", ""),
        ("1700000000.12", ""),
    ],
)
def test_names_tell_whole_ids_only(name: str, told: str) -> None:
    assert Names(["1700000000.12", "pbx-2-1700000000.13", ""]).told_by(name) == told


@pytest.mark.parametrize(
    ("path", "is_worth"),
    [
        *(("2026/11/22", True), ("2026/11/23", True), ("2026/11/21", True), ("2026/11/20", False)),
        *(("2026/10", False), ("2026/11", True), ("2025/11/22", False), ("queue/2026/11/20", False)),
        *(("20261122", True), ("20261120", False), ("2026-11-22", True), ("2026-11-20", False)),
        *(("2001", True), ("2025", True), ("sales", True), ("2026/11/20/mixed", True), ("301/sales", True)),
    ],
)
def test_folders_of_other_days_are_passed_by(path: str, is_worth: bool) -> None:
    days = {f"{DAY + timedelta(days=apart):%Y-%m-%d}" for apart in (-1, 0, 1)}
    assert is_worth_looking(path, days) is is_worth


def test_a_root_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(find_files(str(tmp_path / "none"), ["1"], [DAY]))


def test_addresses_of_a_call() -> None:
    template = "https://pbx/{year}/{month}/{day}/{id}.wav"
    assert list(addresses(template, ["1.2", "a/../b?c", "1.2"], DAY)) == [
        "https://pbx/2026/11/22/1.2.wav",
        "https://pbx/2026/11/22/a%2F..%2Fb%3Fc.wav",
    ]


def test_patience() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    lately, long_ago = now - timedelta(minutes=5), now - timedelta(days=4)
    assert [pause_after(n).total_seconds() for n in (1, 4, 5, 9, 10, 99)] == [15, 15, 60, 3600, 14400, 14400]
    assert not gives_up("not_there", attempts=99, ended_at=lately, now=now)
    assert gives_up("not_there", attempts=1, ended_at=long_ago, now=now)
    assert not gives_up("login", attempts=99, ended_at=long_ago, now=now)
    assert gives_up("climbs", attempts=1, ended_at=lately, now=now)
    assert not gives_up("empty", attempts=4, ended_at=lately, now=now)
    assert gives_up("empty", attempts=5, ended_at=lately, now=now)


def test_the_most_exact_rule_says_how_long() -> None:
    rules = [Rule("outbound", "", 30), Rule("", "100", 60), Rule("outbound", "100", 0)]
    told = [("inbound", ""), ("outbound", ""), ("inbound", "100"), ("outbound", "100"), ("", "")]
    assert [days_kept(direction, line, rules, 90) for direction, line in told] == [90, 30, 60, 0, 90]
    assert (shortest_kept(rules, 90), shortest_kept([], 0), shortest_kept(rules, 0)) == (30, 0, 30)
