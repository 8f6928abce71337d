"""A workbook (XLSX, ECMA-376) that is sent while it is written: no file, and memory that does not grow with the rows.

Text is written as text, so it is no formula and no telephone number loses its zeros; a Decimal is a number. What does
not fit into one sheet goes on in the next.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MOST_SHEET_ROWS = 1_048_575
"""What a sheet holds below its head."""
_LONGEST_CELL = 32_767
_MOST_SHEET_OCTETS = 1_500_000_000  # unpacked; past 2 GiB a part needs ZIP64, which spreadsheets refuse
_AT_ONCE = 400
_QUICK = 3  # more takes twice the time for a tenth of the size
Cell = str | Decimal
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TEXT, _BOLD = 1, 2
_PLAIN = 'fillId="0" borderId="0"'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    f'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" {_PLAIN}/></cellStyleXfs>'
    f'<cellXfs count="3"><xf numFmtId="0" fontId="0" {_PLAIN} xfId="0"/>'
    f'<xf numFmtId="49" fontId="0" {_PLAIN} xfId="0" applyNumberFormat="1"/>'
    f'<xf numFmtId="49" fontId="1" {_PLAIN} xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class _Outlet:
    """What the archive writes to; it cannot go back, so the archive says sizes after each part."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def write(self, octets: bytes) -> int:
        self._parts.append(bytes(octets))
        self._at += len(octets)
        return len(octets)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        return None

    def taken(self) -> bytes:
        octets = b"".join(self._parts)
        self._parts.clear()
        return octets


def workbook(head: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str) -> Iterator[bytes]:
    """The file in chunks. `title`: of the sheet."""
    outlet, left, sheets = _Outlet(), iter(rows), 0
    with ZipFile(outlet, "w", ZIP_DEFLATED, compresslevel=_QUICK) as archive:  # type: ignore[call-overload]
        is_more = True
        while is_more:
            sheets += 1
            is_more = yield from _sheet(archive, outlet, sheets, head, left)
        _write(archive, "xl/styles.xml", _STYLES)
        _write(archive, "xl/workbook.xml", _book(sheets, title))
        _write(archive, "xl/_rels/workbook.xml.rels", _book_relations(sheets))
        _write(archive, "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        _write(archive, "[Content_Types].xml", _content_types(sheets))
    yield outlet.taken()


def _sheet(
    archive: ZipFile, outlet: _Outlet, number: int, head: Sequence[str], rows: Iterator[Sequence[Cell]]
) -> Generator[bytes, None, bool]:
    """Returns whether it is full, so that there may be more for another sheet."""
    letters = [_letters(place) for place in range(len(head))]
    octets = 0
    with archive.open(_part(f"xl/worksheets/sheet{number}.xml"), "w") as sheet:
        sheet.write(f"{_sheet_begin(len(head))}{_row(head, letters, 1, _BOLD)}".encode())
        for place, row in enumerate(rows, start=1):
            written = _row(row, letters, place + 1, _TEXT).encode()
            octets += len(written)
            sheet.write(written)
            if place % _AT_ONCE == 0:
                yield outlet.taken()
            if place == MOST_SHEET_ROWS or octets > _MOST_SHEET_OCTETS:
                sheet.write(b"</sheetData></worksheet>")
                return True
        sheet.write(b"</sheetData></worksheet>")
    return False


def _sheet_begin(columns: int) -> str:
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
        'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{max(columns, 1)}" width="18" style="{_TEXT}" customWidth="1"/></cols><sheetData>'
    )


def _row(row: Sequence[Cell], letters: Sequence[str], number: int, style: int) -> str:
    cells = "".join(
        f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'
        if isinstance(cell, str)
        else f'<c r="{letter}{number}"><v>{cell:f}</v></c>'
        for letter, cell in zip(letters, row, strict=True)
        if cell != ""
    )
    return f'<row r="{number}">{cells}</row>'


def _text(cell: str) -> str:
    """Without what XML cannot hold; what only looks like an escaped sign stays as it is."""
    return escape(_LOOKS_ESCAPED.sub("_x005F_", _UNWRITABLE.sub("", cell)[:_LONGEST_CELL]))


def _letters(place: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(65 + letter) + name
    return name


def _book(sheets: int, title: str) -> str:
    plain = re.sub(r"[\[\]:*?/\\']", " ", _UNWRITABLE.sub("", title)).strip() or "1"
    names = [plain[:31], *(f"{plain[:25]} {number}" for number in range(2, sheets + 1))]
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>'


def _book_relations(sheets: int) -> str:
    every = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, sheets + 1)]
    return _relations([*every, ("styles", "styles.xml")])


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _content_types(sheets: int) -> str:
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{number}.xml", "worksheet") for number in range(1, sheets + 1)]
    listed = "".join(f'<Override PartName="{name}" ContentType="{_TYPES}.{kind}+xml"/>' for name, kind in parts)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{listed}</Types>'
    )


def _write(archive: ZipFile, name: str, text: str) -> None:
    archive.writestr(_part(name), text.encode(), compresslevel=_QUICK)


def _part(name: str) -> ZipInfo:
    """Without the time of day, which would tell nothing."""
    part = ZipInfo(name)
    part.compress_type = ZIP_DEFLATED
    return part
