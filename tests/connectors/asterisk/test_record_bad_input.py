"""Records that are torn, of another time zone or of another system, and values that mean harm."""

from __future__ import annotations

import csv
import io
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callcard.connectors.asterisk.cdr_times import CdrTimes
from callcard.connectors.asterisk.channels import LONGEST_TEXT
from callcard.telephony.records import RecordProblem
from tests.connectors.asterisk.cdr_scene import LONG_AGO, calls, entries, portions, record

BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
EPOCH = int(BEGAN.timestamp())
MASTER_COLUMNS = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata"),
    *("start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
    *("uniqueid", "userfield", "peeraccount", "linkedid", "sequence"),
)


def row(number: int = 1, **values: str) -> list[str]:
    """A line of Master.csv with all its columns."""
    at = BEGAN + timedelta(minutes=number)
    given = {
        "src": "+99365123456",
        "dst": "301",
        "clid": '"Mali" <+99365123456>',
        "channel": f"PJSIP/trunk-{number:08x}",
        "dstchannel": f"PJSIP/301-{number:08x}",
        "lastapp": "Dial",
        "lastdata": "PJSIP/301,30",
        "start": f"{at:%Y-%m-%d %H:%M:%S}",
        "answer": f"{at + timedelta(seconds=5):%Y-%m-%d %H:%M:%S}",
        "end": f"{at + timedelta(seconds=65):%Y-%m-%d %H:%M:%S}",
        "disposition": "ANSWERED",
        "uniqueid": f"{EPOCH + 60 * number}.{number}",
        **values,
    }
    given.setdefault("linkedid", given["uniqueid"])
    return [given.get(name, "") for name in MASTER_COLUMNS]


def written(*rows: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue()


def file(folder: Path, text: str) -> Path:
    path = folder / "Master.csv"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "name",
    [
        "=HYPERLINK(1)",
        "<script>alert(1)</script>",
        "a\r\nb",
        "a\nb",
        "\x00\x00x",
        'quo"te',
        "a,b",
        "\u202egnol",
        "x" * 3000,
    ],
)
def test_hostile_names_cost_no_call(name: str, tmp_path: Path) -> None:
    path = file(tmp_path, written(row(1), row(2, clid=f'"{name}" <+99365123456>'), row(3)))
    found = calls(entries(portions(record(path))))
    assert [call.key for call in found] == [f"{EPOCH + 60 * n}.{n}" for n in (1, 2, 3)]
    assert [call.talk_seconds for call in found] == [60.0, 60.0, 60.0]


def test_words_are_cut_and_cleaned_as_those_told_live(tmp_path: Path) -> None:
    """What was dialled out of the house is a number or nothing; of names and numbers no sign steers or is endless."""
    outside = {"dst": 'annह् "x"', "dstchannel": "PJSIP/trunk-9", "lastdata": "PJSIP/trunk,30"}
    told = row(1, src=" +993\n65 12\x0034 ", clid='"Mali\x1b[1m\n  Souk" <+99365>', **outside)
    endless = row(2, src="9" * 5000, clid=f'"{"n" * 5000}" <1>')
    first, second = calls(entries(portions(record(file(tmp_path, written(told, endless))))))
    assert (first.caller.number, first.caller.name) == ("+993 65 1234", "Mali [1m Souk")
    assert [each.party.number for each in first.segments if each.party.number] == ["+993 65 1234"]
    assert (second.caller.number, second.caller.name) == ("9" * LONGEST_TEXT, "n" * LONGEST_TEXT)


def test_a_line_of_ten_megabytes_is_passed_over(tmp_path: Path) -> None:
    path = file(tmp_path, f"{written(row(1))}{'x' * 10_000_000}\n{written(row(2))}")
    read = portions(record(path))
    assert [fault.problem for portion in read for fault in portion.faults] == ["too_long"]
    assert len(calls(entries(read))) == 2


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"start": "2026-13-45 99:00:00"}, "no_time"),
        ({"start": "0000-00-00 00:00:00"}, "no_time"),
        ({"start": "9999-12-31 23:59:59", "uniqueid": "x"}, "no_time"),
        ({"end": "2020-01-01 00:00:00"}, "no_time"),
        ({"end": "soon"}, "no_time"),
        ({"uniqueid": ""}, "no_id"),
        ({"uniqueid": "9" * 400}, "no_id"),
        ({"disposition": "DROP TABLE"}, "not_a_row"),
    ],
)
def test_a_row_that_cannot_be_is_told_and_passed_over(values: dict[str, str], problem: str, tmp_path: Path) -> None:
    path = file(tmp_path, written(row(1), row(2, **values), row(3)))
    read = portions(record(path))
    assert [fault.problem for portion in read for fault in portion.faults] == [problem]
    assert len(calls(entries(read))) == 2


@pytest.mark.parametrize("hours", [-11, -3, 3, 5, 13])
def test_another_time_zone_is_noticed_and_put_right(hours: int, tmp_path: Path) -> None:
    off = timedelta(hours=hours)
    rows = []
    for number in range(1, 7):
        at = BEGAN + timedelta(minutes=number) + off
        times = {"start": at, "answer": at + timedelta(seconds=5), "end": at + timedelta(seconds=65)}
        rows.append(row(number, **{name: f"{moment:%Y-%m-%d %H:%M:%S}" for name, moment in times.items()}))
    told = record(file(tmp_path, written(*rows)))
    found = calls(entries(portions(told)))
    assert [call.started_at for call in found] == [BEGAN + timedelta(minutes=n) for n in range(1, 7)]
    assert told.shift == -off


def test_the_hour_that_a_clock_shows_twice_is_told_by_the_ids(tmp_path: Path) -> None:
    """Berlin puts its clocks back on 25 October 2026 at 03:00 summer time, which is 01:00 UTC."""
    rows, true = [], []
    for minutes in (0, 30, 60, 90, 120):
        at = datetime(2026, 10, 25, 0, 10, tzinfo=UTC) + timedelta(minutes=minutes)
        local = at.replace(tzinfo=None) + timedelta(hours=2 if minutes < 50 else 1)
        times = {"start": local, "answer": local, "end": local + timedelta(seconds=60)}
        texts = {name: f"{moment:%Y-%m-%d %H:%M:%S}" for name, moment in times.items()}
        rows.append(row(minutes, uniqueid=f"{int(at.timestamp())}.{minutes}", **texts))
        true.append(at)
    found = calls(entries(portions(record(file(tmp_path, written(*rows)), zone="Europe/Berlin"))))
    assert [(call.started_at, call.talk_seconds) for call in found] == [(at, 60.0) for at in true]


def test_a_long_call_does_not_look_like_another_time_zone() -> None:
    times = CdrTimes(UTC)
    uniqueid = f"{EPOCH}.1"
    assert times.began(f"{BEGAN:%Y-%m-%d %H:%M:%S}", uniqueid) == (BEGAN, timedelta(0))
    later = BEGAN + timedelta(hours=1)
    assert times.began(f"{later:%Y-%m-%d %H:%M:%S}", uniqueid) == (later, timedelta(0))


def test_another_systems_rows_are_refused_by_name(tmp_path: Path) -> None:
    path = file(tmp_path, written(row(1), row(2)))
    with pytest.raises(RecordProblem, match="other_pbx"):
        portions(record(path, system_name="branch"))


@pytest.mark.parametrize("text", ["", "\n\n\n", "\x00" * 100])
def test_an_empty_file_is_no_problem(text: str, tmp_path: Path) -> None:
    assert calls(entries(portions(record(file(tmp_path, text))))) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name,phone\nMali,123\n" * 30, "not_a_record"),
        ("\x89PNG\r\n" * 40, "not_a_record"),
        (written(*[each[:16] for each in (row(1), row(2))]), "no_ids"),
    ],
)
def test_a_file_that_is_no_record_is_refused_in_words(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(RecordProblem) as refusal:
        portions(record(file(tmp_path, text)))
    assert refusal.value.problem == problem


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ("/nowhere/Master.csv", "no_file"),
        ("/", "is_folder"),
        ("sqlite:////nowhere/master.db", "no_database"),
        ("oracle://root@localhost/cdr", "no_such_database"),
        ("postgresql://nobody:hush@127.0.0.1:1/cdr", "no_database"),
    ],
)
def test_a_place_that_is_none_is_refused_in_words(place: str, problem: str) -> None:
    with pytest.raises(RecordProblem) as refusal:
        portions(record(place))
    assert refusal.value.problem == problem
    assert "hush" not in refusal.value.detail


def table(folder: Path, columns: str, rows: list[tuple[str, ...]]) -> str:
    path = folder / "master.db"
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE cdr ({columns})")
        if rows:
            database.executemany(f"INSERT INTO cdr VALUES ({', '.join('?' * len(rows[0]))})", rows)
    return f"sqlite:///{path}"


COLUMNS = "calldate, end, channel, dstchannel, src, dst, disposition, uniqueid, linkedid"


def table_row(number: int) -> tuple[str, ...]:
    names = dict(zip(("calldate", "end"), (row(number)[9], row(number)[11]), strict=True))
    of = row(number)
    return (names["calldate"], names["end"], of[5], of[6], of[1], of[2], of[14], of[16], of[19])


def test_a_table_is_read_by_its_counter(tmp_path: Path) -> None:
    rows = [(str(n), *table_row(n)) for n in range(1, 451)]
    place = table(tmp_path, f"AcctId INTEGER PRIMARY KEY, {COLUMNS}", rows)
    read = portions(record(place))
    assert [len(portion.entries) for portion in read] == [200, 200, 50]
    assert len(calls(entries(read))) == 450
    assert portions(record(place), read[-1].cursor) == []
    assert len(list(entries(portions(record(place), read[0].cursor)))) == 250


def test_a_table_without_a_counter_is_read_by_time(tmp_path: Path) -> None:
    place = table(tmp_path, COLUMNS, [table_row(n) for n in range(1, 451)])
    read = portions(record(place))
    assert len(calls(entries(read))) == 450
    assert len(list(entries(portions(record(place), read[-1].cursor, LONG_AGO)))) == 450  # of a day: read again


def test_a_table_without_what_is_needed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordProblem, match="no_ids"):
        portions(record(table(tmp_path, "calldate, channel, disposition", [])))
    with pytest.raises(RecordProblem, match="no_table"):
        portions(record(f"sqlite:///{tmp_path / 'master.db'}?table=others"))


def test_a_recording_is_believed_only_of_a_call_that_was_answered(tmp_path: Path) -> None:
    """FreePBX names the file when it is ready to record, also where nobody picks up and none is written."""
    lines = [
        [*row(1), "external-301-1.wav"],
        [*row(2, disposition="NO ANSWER", answer=""), "external-301-2.wav"],
        [*row(3), "x" * 5000],
        [*row(4), " "],
    ]
    told = record(file(tmp_path, written(*lines)), records_columns=(*MASTER_COLUMNS, "recordingfile"))
    found = [(entry.recorded, entry.recording) for entry in entries(portions(told))]
    assert found == [(True, "external-301-1.wav"), (False, ""), (True, "x" * 400), (False, "")]


@pytest.mark.parametrize(
    ("told", "is_forwarded"), [("PJSIP/302,30", True), ("PJSIP/301,30", False), ("PJSIP/302&" * 8, False)]
)
def test_what_asterisk_cut_says_nothing_of_who_was_not_called(told: str, is_forwarded: bool, tmp_path: Path) -> None:
    """It keeps 79 signs of what it dialled: a long group does not end with whoever stood last."""
    path = file(tmp_path, written(row(lastdata=told[:79])))
    (entry,) = entries(portions(record(path)))
    assert entry.forwarded is is_forwarded
