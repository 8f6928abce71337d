"""CDRs that Asterisk writes into a file: Master.csv of cdr_csv, or a file of cdr_custom."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from callcard.connectors.asterisk.cdr_columns import NEEDED, columns_of, named_columns
from callcard.connectors.asterisk.lines import LONGEST_LINE, Line, lines_after, place_from
from callcard.telephony.records import RecordFault, RecordProblem

ROWS_AT_ONCE = 200
_LINES_OF_A_ROW = 6  # the name of a caller may have line ends in it
_SAMPLE = 80
_LONGEST_TORN, _QUOTES_TRIED = 8192, 60
_UNLIKE = 20  # so many lines without one row: this is no CDR file

csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE * _LINES_OF_A_ROW))


@dataclass(frozen=True, slots=True)
class Rows:
    """`rows` by the names of their columns; `cursor`: where to go on after them."""

    rows: list[dict[str, str]]
    faults: list[RecordFault]
    cursor: str
    share: float


class CdrFile:
    """`columns` names those of a mapping of one's own; empty: one of the known shapes."""

    def __init__(self, path: Path, columns: Sequence[str] = ()) -> None:
        self.path = path
        self._columns = named_columns(columns) if columns else ()
        self._width = 0  # fields of the last row
        self._rows_read = 0
        self._lines_refused = 0

    def rows_after(self, cursor: str, since: datetime | None = None) -> Iterator[Rows]:
        """Of a file all, also from before `since`. Raises RecordProblem."""
        waiting: list[Line] = []
        rows: list[dict[str, str]] = []
        faults: list[RecordFault] = []
        last: Line | None = None
        for line in lines_after(self.path, place_from(cursor)):
            waiting.append(line)
            taken = self._take(waiting, rows, faults)
            if taken:
                waiting, last = [], line
                self._check()
            if last is line and len(rows) + len(faults) >= ROWS_AT_ONCE:
                yield Rows(rows, faults, line.place().written(), line.ends_at / line.of)
                rows, faults = [], []
        if waiting:
            last = self._give_up(waiting, rows, faults) or last
        if last is not None and (rows or faults):
            yield Rows(rows, faults, last.place().written(), 1.0)

    def _take(self, waiting: list[Line], rows: list[dict[str, str]], faults: list[RecordFault]) -> bool:
        """True when the waiting lines were read, or given up."""
        text = _joined(waiting)
        if text is None:
            faults.append(_fault("too_long", waiting[-1], ""))
            self._lines_refused += 1
            return True
        if text.count('"') % 2 and len(waiting) < _LINES_OF_A_ROW:
            return False
        if len(waiting) > 1 and self._row(_fields(text)) is None:
            self._give_up(waiting, rows, faults)
            return True
        self._read(text, waiting[-1], rows, faults)
        return True

    def _give_up(self, waiting: list[Line], rows: list[dict[str, str]], faults: list[RecordFault]) -> Line | None:
        """They are not one row: each for itself."""
        for line in waiting:
            self._read(line.text or "", line, rows, faults)
        return waiting[-1] if waiting else None

    def _read(self, text: str, line: Line, rows: list[dict[str, str]], faults: list[RecordFault]) -> None:
        if not text.strip():
            return
        fields = _fields(text)
        if self._width not in (0, len(fields)) and (whole := self._fields_within(text)):
            fields = whole
            faults.append(_fault("torn", line, text))
        row = self._row(fields)
        if row is None:
            faults.append(_fault("not_a_row", line, text))
            self._lines_refused += 1
            return
        if missing := [name for name in NEEDED if name not in row]:
            raise RecordProblem("no_ids" if "uniqueid" in missing else "columns_missing", ", ".join(missing))
        rows.append(row)
        self._width = len(fields)
        self._rows_read += 1

    def _row(self, fields: list[str]) -> dict[str, str] | None:
        columns = self._columns or columns_of(fields)
        if columns is None or len(fields) < len(columns):
            return None
        return {name: field for name, field in zip(columns, fields, strict=False) if name}

    def _fields_within(self, text: str) -> list[str]:
        """A whole row behind a torn one, as after a full disk."""
        quotes = [at for at, letter in enumerate(text[:_LONGEST_TORN]) if letter == '"' and at]
        for at in reversed(quotes[:_QUOTES_TRIED]):
            fields = _fields(text[at:])
            if len(fields) == self._width and self._row(fields) is not None:
                return fields
        return []

    def _check(self) -> None:
        if self._rows_read == 0 and self._lines_refused >= _UNLIKE:
            raise RecordProblem("not_a_record", str(self.path))

    def sample(self) -> dict[str, str] | None:
        """One of its rows, as it is read; None of an empty file. Raises RecordProblem."""
        for rows in self.rows_after(""):
            for row in rows.rows:
                return row
            if rows.faults:
                raise RecordProblem("not_a_record", str(self.path))
        return None


def _fields(text: str) -> list[str]:
    """None of a text that is no line of CSV."""
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return []


def _joined(lines: Sequence[Line]) -> str | None:
    """None when one of them was too long."""
    texts = [line.text for line in lines]
    return None if None in texts else "\n".join(text for text in texts if text is not None)


def _fault(problem: str, line: Line, text: str) -> RecordFault:
    return RecordFault(problem=problem, place=f"{line.path.name}, byte {line.ends_at}", sample=text[:_SAMPLE])
