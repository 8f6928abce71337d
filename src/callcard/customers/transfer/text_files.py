"""Text files of unknown encoding and delimiter."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from callcard.customers.transfer.refused import FileRefused, Reason

SAMPLE_BYTES = 256 * 1024
LONGEST_CELL = 100_000
MOST_COLUMNS = 300
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = (
    *("utf-8-sig", "utf-16", "cp1252", "cp1251", "cp874", "cp1250", "cp1254", "cp1256", "cp1258", "koi8-r", "cp866"),
    *("gb18030", "big5", "shift_jis", "euc-kr"),
)
"""What one may choose from, by the names Python gives them."""

_HIGH = re.compile(rb"[\x80-\xff]+")
_SHORT_RUN = 1.7  # letters with marks stand alone between plain ones; words of another alphabet do not
_THAI_SHARE = 0.12


def guess_encoding(head: bytes) -> str:
    """The likeliest of ENCODINGS for a file that begins so."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if is_utf_16(head):
        return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    try:
        head.decode()
        return "utf-8-sig"
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 3 and error.reason == "unexpected end of data":
            return "utf-8-sig"
    return _guess_single_byte(head)


def is_utf_16(head: bytes) -> bool:
    """Without a mark at its beginning: every other byte of plain letters is zero."""
    sample = head[:4096]
    zeros = max(sample[0::2].count(0), sample[1::2].count(0))
    others = min(sample[0::2].count(0), sample[1::2].count(0))
    return len(sample) >= 4 and zeros > len(sample) / 8 and others <= zeros / 20


def _guess_single_byte(head: bytes) -> str:
    runs = [run.group() for run in _HIGH.finditer(head)]
    high = b"".join(runs)
    if len(high) / len(runs) <= _SHORT_RUN:
        return "cp1252"
    thai_only = sum(0xA1 <= byte <= 0xBF for byte in high)
    if thai_only / len(high) > _THAI_SHARE and _decodes(head, "cp874"):
        return "cp874"
    # The first letter of a Russian word may be a capital; the others are small, wherever the code page has them.
    inside = [byte for run in runs for byte in run[1:]]
    small_1251 = sum(byte >= 0xE0 for byte in inside)
    small_koi8 = sum(0xC0 <= byte <= 0xDF for byte in inside)
    return "koi8-r" if small_koi8 > small_1251 * 2 and not _all_capitals(runs) else "cp1251"


def _all_capitals(runs: list[bytes]) -> bool:
    firsts = [run[0] for run in runs]
    return sum(0xC0 <= byte <= 0xDF for byte in firsts) > len(firsts) * 0.9


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        head.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def guess_delimiter(text: str) -> str:
    """The delimiter that makes the most rows of a sample equally wide."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in _quietly(text, delimiter)]
        if not widths or max(widths) < 2:
            continue
        usual = max(set(widths), key=widths.count)
        score = widths.count(usual) / len(widths) * (1 if usual > 1 else 0) + min(usual, 50) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _quietly(text: str, delimiter: str) -> list[list[str]]:
    try:
        return [row for row in islice(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), 40) if row]
    except csv.Error:
        return []


def csv_rows(path: Path, *, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """Row after row, in memory that does not grow with the file. Raises FileRefused with the row where it ends."""
    csv.field_size_limit(LONGEST_CELL)
    number = 0
    with path.open("r", encoding=encoding, errors="strict", newline="") as stream:
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=delimiter, strict=False)
        try:
            for number, row in enumerate(reader, start=1):
                if lines.have_ended:  # asked for more within a row: every row after the quotation mark went into it
                    raise FileRefused(Reason.OPEN_QUOTE, row=number, limit=LONGEST_CELL)
                if len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]):
                    raise FileRefused(Reason.TOO_MANY_COLUMNS, row=number, limit=MOST_COLUMNS)
                yield row[:MOST_COLUMNS]
        except csv.Error as error:
            raise FileRefused(Reason.OPEN_QUOTE, row=number + 1, limit=LONGEST_CELL) from error
        except UnicodeError as error:
            raise FileRefused(Reason.OTHER_ENCODING, row=number + 1) from error


class _Lines:
    """Lines of a bounded length: a file may be one line of a gigabyte. `have_ended`: asked for past the last."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream, self.have_ended = stream, False

    def __iter__(self) -> Iterator[str]:
        while line := self.stream.readline(LONGEST_CELL * 4):
            yield line.replace("\x00", "")
        self.have_ended = True
