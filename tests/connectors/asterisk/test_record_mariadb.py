"""The table in which FreePBX keeps its calls, in a real MariaDB."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pymysql
import pytest

from callcard.connectors.asterisk.cdr_columns import columns_of
from callcard.connectors.asterisk.cdr_mariadb import MariaDb as Reading
from callcard.telephony.call import Call
from callcard.telephony.records import RecordProblem
from lab.mariadb import DATABASE, OWNER, MariaDb
from tests.connectors.asterisk.cdr_scene import RECORDS, calls, entries, portions, record

COLUMNS = (
    *("calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "duration"),
    *("billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield", "did", "recordingfile", "cnum"),
    *("cnam", "outbound_cnum", "outbound_cnam", "dst_cnam", "linkedid", "peeraccount", "sequence"),
)
KINDS = {"calldate": "DATETIME NOT NULL", **dict.fromkeys(("duration", "billsec", "amaflags", "sequence"), "INT")}
# A queue that rang one phone and within the same second the others too: here the caller seems to have given up later.
ONE_AFTER_OTHER = "1795317783.115"
_numbers = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[MariaDb]:
    with MariaDb() as running:
        yield running


@pytest.fixture
def table(server: MariaDb) -> Iterator[Table]:
    made = Table(server)
    yield made
    made.own.close()


class Table:
    """One of its own for each test, as FreePBX makes it."""

    def __init__(self, server: MariaDb) -> None:
        self._server = server
        self.name = f"cdr{next(_numbers)}"
        self.own = self.connection()

    @property
    def place(self) -> str:
        return f"{self._server.url()}?table={self.name}"

    def make(self, *, extra: str = "", options: str = "", kinds: dict[str, str] | None = None) -> None:
        told = KINDS | (kinds or {})
        columns = [f"`{name}` {told.get(name, 'VARCHAR(255)')}" for name in COLUMNS]
        self.run(f"CREATE TABLE {self.name} ({', '.join(columns)}, KEY (calldate) {extra}) {options}")

    def add(self, *rows: dict[str, object]) -> None:
        for row in rows:
            names = ", ".join(f"`{name}`" for name in row)
            self.run(f"INSERT INTO {self.name} ({names}) VALUES ({', '.join(['%s'] * len(row))})", list(row.values()))

    def run(self, sql: str, values: Sequence[object] | None = None) -> None:
        with self.own.cursor() as cursor:
            cursor.execute(sql, values)

    def connection(self, **more: Any) -> Any:
        where = {"host": "127.0.0.1", "port": self._server.port, "database": DATABASE}
        who = {"user": OWNER, "password": self._server.password}
        return pymysql.connect(**where, **who, autocommit=True, sql_mode="", **more)


def row(number: int, **changed: object) -> dict[str, object]:
    began = datetime.fromtimestamp(1795317000 + 10 * number, UTC)
    told: dict[str, object] = {
        "calldate": f"{began:%Y-%m-%d %H:%M:%S}",
        "clid": '"Mali" <+8562012345678>',
        "src": "+8562012345678",
        "dst": "301",
        "dcontext": "from-pstn",
        "channel": f"PJSIP/trunk-{number:08x}",
        "dstchannel": f"PJSIP/301-{number:08x}",
        "lastapp": "Dial",
        "lastdata": "PJSIP/301/sip:301@10.0.0.7:5060,,HhTtr",
        "duration": 9,
        "billsec": 6,
        "disposition": "ANSWERED",
        "uniqueid": f"{1795317000 + 10 * number}.{number}",
        "linkedid": f"{1795317000 + 10 * number}.{number}",
        "did": "85621999000",
        "recordingfile": "",
        "sequence": number,
    }
    return told | changed


def found(table: Table) -> list[Call]:
    return calls(entries(portions(record(table.place))))


def test_a_row_becomes_the_call_that_it_tells_of(table: Table) -> None:
    table.make()
    table.add(row(1))
    (call,) = found(table)
    began = datetime.fromtimestamp(1795317010, UTC)
    assert (call.key, call.started_at) == ("1795317010.1", began)
    assert (call.caller.number, call.caller.name, call.dialled) == ("+8562012345678", "Mali", "85621999000")
    assert call.answered_by is not None
    assert call.answered_by.party.extension == "301"
    assert call.talk_seconds == 6


def test_every_flow_is_told_as_by_the_file(table: Table, tmp_path: Path) -> None:
    """The table lacks columns of the file, such as the end; what it tells comes to the same."""
    texts = [each.read_text(encoding="utf-8") for each in sorted(RECORDS.glob("*.plain.csv"))]
    file = tmp_path / "Master.csv"
    file.write_text("".join(texts), encoding="utf-8")
    table.make()
    for line in csv.reader(io.StringIO("".join(texts), newline="")):
        told = dict(zip(columns_of(line) or (), line, strict=True))
        told["calldate"] = told["start"]
        table.add({name: told[name] for name in COLUMNS if name in told})
    by_file = calls(entries(portions(record(file))))
    assert len(by_file) > 40
    same = [facts(one) == facts(other, slack=1) for one, other in zip(found(table), by_file, strict=True)]
    assert [call.key for call, is_same in zip(by_file, same, strict=True) if not is_same] == [ONE_AFTER_OTHER]


def facts(call: Call, *, slack: float | None = None) -> dict[str, object]:
    """With `slack`: when it was answered and ended is reckoned from whole seconds."""
    assert call.ended_at is not None
    talk, lasted = call.talk_seconds, (call.ended_at - call.started_at).total_seconds()
    return {
        "key": call.key,
        "kind": (call.direction, call.outcome, call.caller, call.dialled, call.started_at),
        "legs": [(each.key, each.role, each.party, each.outcome) for each in call.segments],
        "times": [talk, lasted] if slack is None else pytest.approx([talk, lasted], abs=slack),
    }


def test_a_table_with_a_counter_is_read_on_from_it(table: Table) -> None:
    table.make(extra=", id INT AUTO_INCREMENT PRIMARY KEY")
    table.add(*(row(number) for number in range(1, 206)))
    read = portions(record(table.place))
    assert [len(portion.entries) for portion in read] == [200, 5]
    assert portions(record(table.place), read[-1].cursor) == []
    table.add(row(206))
    assert [entry.call for entry in entries(portions(record(table.place), read[-1].cursor))] == ["1795319060.206"]


def test_a_table_without_a_counter_is_read_on_by_time(table: Table) -> None:
    table.make()
    table.add(row(1), row(40_000))
    read = portions(record(table.place))
    assert len(list(entries(read))) == 2
    again = portions(record(table.place), read[-1].cursor)
    assert [entry.call for entry in entries(again)] == ["1795717000.40000"]


@pytest.mark.parametrize("extra", ["", ", id INT AUTO_INCREMENT PRIMARY KEY"])
def test_years_before_the_first_reading_are_not_even_fetched(extra: str, table: Table) -> None:
    table.make(extra=extra)
    table.add(row(1), row(40_000))
    told = record(table.place)
    read = portions(told, since=datetime.fromtimestamp(1795717000, UTC))
    assert [entry.call for entry in entries(read)] == ["1795717000.40000"]
    assert told.faults["read"] == 1


def test_asterisk_goes_on_writing_while_we_read(table: Table) -> None:
    """A table of the kind MyISAM with a gap is locked by whoever reads it; a call would wait for Callcard."""
    table.make(options="ENGINE=MyISAM")
    table.add(row(1), row(2), row(3))
    for _ in range(13):
        table.run(f"INSERT INTO {table.name} SELECT * FROM {table.name}")
    table.run(f"DELETE FROM {table.name} WHERE sequence = 2 LIMIT 1")
    reading = record(table.place).read_since("", datetime.fromtimestamp(0, UTC))
    assert len(next(reading).entries) == 200
    with table.connection(init_command="SET lock_wait_timeout = 1") as other, other.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table.name} SELECT * FROM {table.name} LIMIT 1")


def test_nothing_can_be_written_even_by_an_account_that_may(server: MariaDb, table: Table) -> None:
    table.make(options="ENGINE=MyISAM")
    table.add(row(1))
    reading = Reading(server.url(OWNER))
    with pytest.raises(RecordProblem, match="not_readable"):
        list(reading.rows(f"DELETE FROM {table.name}", ()))
    reading.close()
    assert len(found(table)) == 1


def test_odd_values_cost_their_row_at_most(table: Table) -> None:
    table.make(kinds={"clid": "VARBINARY(255)", "cnam": "VARCHAR(80) CHARACTER SET latin1"})
    table.add(
        row(1, clid=b'"\xff\xfe Jos\xe9" <+8562012345678>', cnam="José"),
        row(2, clid='"Мали 🙂 100% {}" <+8562012345678>', dstchannel=None, disposition="NO ANSWER", billsec=0),
        row(3, sequence=None, linkedid=None),
        row(4, disposition="?"),
    )
    told = record(table.place)
    assert [call.caller.name for call in calls(entries(portions(told)))] == ["�� Jos�", "Мали 🙂 100% {}", "Mali"]
    assert told.faults == {"read": 3, "no_outcome": 1}


def test_a_day_that_no_calendar_has_costs_its_row(table: Table) -> None:
    table.make()
    with table.connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table.name} (calldate, channel, uniqueid, disposition) VALUES (0, 'SIP/1-1', '1.1', 'BUSY')"
        )
    table.add(row(1))
    assert [call.key for call in found(table)] == ["1795317010.1"]


def test_what_is_wrong_is_said_without_the_secret(server: MariaDb, table: Table) -> None:
    right = server.url()
    table.make()
    for place, problem in (
        (right.replace(server.password, "hush%40hush"), "no_database"),
        (right.replace(str(server.port), "1"), "no_database"),
        (right.replace(str(server.port), "99999"), "no_database"),
        (right.replace(DATABASE, "other"), "no_database"),
        (f"{right}?table=nothing", "no_table"),
        (f"mysql://callcard:hush@/{DATABASE}?socket=/nowhere/socket", "no_database"),
    ):
        with pytest.raises(RecordProblem) as refusal:
            portions(record(place))
        assert refusal.value.problem == problem
        assert "hush" not in refusal.value.detail
        assert server.password not in refusal.value.detail


def test_a_secret_may_hold_any_sign(server: MariaDb, table: Table) -> None:
    table.make()
    table.add(row(1))
    who = "'odd'@'127.0.0.1'"
    table.run(f"CREATE USER {who} IDENTIFIED BY 'a@b/c:d%e?'")
    table.run(f"GRANT SELECT ON {DATABASE}.{table.name} TO {who}")
    place = f"mariadb://odd:a%40b%2Fc%3Ad%25e%3F@127.0.0.1:{server.port}/{DATABASE}?table={table.name}"
    assert len(calls(entries(portions(record(place))))) == 1


def test_the_newest_call_shows_that_it_is_the_right_table(table: Table) -> None:
    table.make()
    assert record(table.place).try_out() == ""
    table.add(row(2), row(1))
    assert record(table.place).try_out() == "2026-11-22 03:10:29 UTC"
