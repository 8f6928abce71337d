"""A workbook that is written while it is sent, read again by another reader and by the rules of its format."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from callcard.kit import workbook as module
from callcard.kit.workbook import workbook


def read(chunks: Iterator[bytes]) -> dict[str, Any]:
    octets = b"".join(chunks)
    with ZipFile(io.BytesIO(octets)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
    book = CalamineWorkbook.from_filelike(io.BytesIO(octets))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_what_is_written_is_read_again_as_text() -> None:
    rows = [
        ['ສົມຊາຍ <&> "x"', "0020"],
        ["", "=1+1"],
        ["  two\nlines ", "_x0041_"],
        ["a\x00\x0b\ud800b\ufffe", "x" * 40_000],
    ]
    found = read(workbook(["Name", "Number"], rows, title="Customers"))
    assert found == {
        "Customers": [
            ["Name", "Number"],
            ['ສົມຊາຍ <&> "x"', "0020"],
            ["", "=1+1"],
            ["  two\nlines ", "_x0041_"],
            ["ab", "x" * 32_767],
        ]
    }


@pytest.mark.parametrize(("title", "name"), [("A/B: [x]*?", "A B   x"), ("", "1"), ("Long " * 10, ("Long " * 10)[:31])])
def test_a_sheet_has_a_name_that_spreadsheets_take(title: str, name: str) -> None:
    assert list(read(workbook(["Name"], [], title=title))) == [name]


def test_columns_past_z_and_an_empty_list() -> None:
    head = [str(number) for number in range(60)]
    assert read(workbook(head, iter([]), title="x")) == {"x": [head]}
    places = (0, 25, 26, 51, 52, 701, 702)
    assert [module._letters(place) for place in places] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_what_is_too_much_for_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SHEET_ROWS", 2)
    found = read(workbook(["Name"], [[str(number)] for number in range(5)], title="Orders"))
    assert found == {
        "Orders": [["Name"], ["0"], ["1"]],
        "Orders 2": [["Name"], ["2"], ["3"]],
        "Orders 3": [["Name"], ["4"]],
    }


def test_it_is_sent_while_it_is_written_and_nothing_is_kept() -> None:
    given = 0

    def rows() -> Iterator[list[str]]:
        nonlocal given
        for given in range(1, 20_001):
            yield [f"Customer {given * 7919 % 10007}", "+8562055512345"]

    chunks = workbook(["Name", "Number"], rows(), title="x")
    while not next(chunks):
        pass
    assert given < 5_000
    tracemalloc.start()
    for _chunk in chunks:
        pass
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert given == 20_000
    assert most < 2_000_000
