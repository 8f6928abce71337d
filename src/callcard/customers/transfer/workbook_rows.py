"""A program of its own: the rows of a workbook's sheet as lines of JSON. It is given a bounded memory, because what a
workbook unpacks to cannot be known before: `python workbook_rows.py SOURCE TARGET SHEET MEMORY_MB MOST_ROWS`.

Ends with 0; 2: the sheet has too many rows (its number is written to standard output); 3: it cannot be read.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

MOST_COLUMNS = 300
LONGEST_CELL = 100_000
TOO_MANY_ROWS, UNREADABLE = 2, 3


def main(arguments: list[str]) -> int:
    source, target, sheet, memory_mb, most_rows = arguments
    resource.setrlimit(resource.RLIMIT_AS, (int(memory_mb) << 20, int(memory_mb) << 20))
    os.nice(5)  # a ringing call comes first
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(source)
        names = book.sheet_names
        index = int(sheet) if int(sheet) < len(names) else 0
        rows = book.get_sheet_by_index(index).iter_rows()
        written = write(rows, target, int(most_rows))
    except (CalamineError, MemoryError, OSError, ValueError) as error:
        print(type(error).__name__, error, file=sys.stderr)
        return UNREADABLE
    print(json.dumps({"sheets": names[:100], "rows": written}))
    return TOO_MANY_ROWS if written > int(most_rows) else 0


def write(rows: Iterable[list[Any]], target: str, most_rows: int) -> int:
    """How many rows were written; one more than `most_rows` at the most."""
    number, waiting = 0, 0
    with open(target, "w", encoding="utf-8") as stream:
        for row in rows:
            cells = list(_cells(row))
            if number > most_rows:
                break
            if not cells:
                waiting += 1  # empty rows count only when something comes behind them
                continue
            stream.write("[]\n" * waiting)
            stream.write(json.dumps(cells, ensure_ascii=False) + "\n")
            number, waiting = number + waiting + 1, 0
    return number


def _cells(row: list[Any]) -> Iterator[str]:
    cells = [text(cell) for cell in row[:MOST_COLUMNS]]
    while cells and not cells[-1]:
        cells.pop()
    return iter(cells)


def text(cell: Any) -> str:
    """A cell as somebody would type it. A number that is whole has no point: telephone numbers are stored so."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).replace("\x00", "").encode("utf-8", "ignore").decode()[:LONGEST_CELL]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
