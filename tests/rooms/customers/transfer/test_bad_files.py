"""Files that are none, are dangerous or are broken: a clear sentence, and nothing is kept."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from callcard.customers.models import Customer
from callcard.customers.transfer import services
from callcard.customers.transfer.dates import read_date
from callcard.customers.transfer.models import Import
from callcard.customers.transfer.refused import FileRefused
from callcard.customers.transfer.text_files import guess_delimiter, guess_encoding
from callcard.customers.transfer.vcards import escape, read_cards, unescape
from callcard.staff.models import User
from tests.rooms.customers.transfer.conftest import Take, do_job, upload


def workbook(rows: list[list[object]], **cells: object) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for place, value in cells.items():
            sheet.write(place, value)
    return target.getvalue()


def zipped(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"  \r\n \r\n", "The file is empty."),
        (b"%PDF-1.7 Name,Phone\n", "This is no table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "This is a picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"Wang Li," * 99, "This is a picture"),
        (b"<!DOCTYPE html><table>", "This is no table"),
        (b'<svg onload="alert(1)"></svg>', "This is no table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "an old Excel"),
        (b"PK\x03\x04 and nothing", "The workbook is damaged"),
        (zipped(word__document_xml=b"x"), "This is no table"),
        (zipped(xl__workbook_xml=b"x", big=b"0" * (60 << 20)), "too big to be opened"),
    ],
)
def test_what_is_no_table_is_refused_in_words(boss: User, content: bytes, words: str) -> None:
    before = kept_files()
    with pytest.raises(FileRefused, match=words):
        services.begin_import(upload=SimpleUploadedFile("a.csv", content), by=boss)
    assert not Import.objects.exists()
    assert kept_files() == before


def kept_files() -> set[Path]:
    """Those of other tests too."""
    return set((Path(settings.DATA_DIR) / "imports").glob("*/source"))


@pytest.mark.parametrize("name", ["cards.vcf", "CARDS.VCF", "a.vcard"])
def test_a_file_of_cards_without_a_card_is_no_table(boss: User, name: str) -> None:
    with pytest.raises(FileRefused, match="There is no vCard in the file"):
        services.begin_import(upload=SimpleUploadedFile(name, b"Name,Phone\nAnna,020\n"), by=boss)
    assert not Import.objects.exists()
    assert upload(boss, "BEGIN:VCARD\nFN:Anna\nEND:VCARD\n", name=name).kind == "vcard"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Name,Phone\n", "There is nothing under the names of the columns."),
        (b'Name,Phone\n"Anna,020\n' + b"x" * 200_000, "In row 2 a quotation mark is opened"),
        (b'Name,Phone\nNoy,1\n"Anna,020\nNext,021\n', "In row 3 a quotation mark is opened"),
        (b"Name," + b"x" * 1_000_000 + b"\n1,2\n", "In row 1 a quotation mark is opened"),
        (b",".join(b"c%d" % n for n in range(10_000)) + b"\n", "more than 300 columns"),
        (zipped(xl__workbook_xml=b"<broken"), "The workbook is damaged"),
        (b"BEGIN:VCARD\r\n", "There is nothing under"),
    ],
)
def test_what_cannot_be_read_says_why(boss: User, content: bytes, words: str) -> None:
    imported = upload(boss, content)
    assert imported.state == Import.State.UNREADABLE
    assert words in imported.problem


def test_a_workbook_of_two_cells_that_are_far_apart_ends_only_its_own_process(boss: User) -> None:
    imported = upload(boss, workbook([["Name"]], XFD1048576="x"))
    assert imported.state == Import.State.UNREADABLE
    assert "too big" in imported.problem or "damaged" in imported.problem


def test_a_file_that_is_too_big_is_refused_before_it_is_kept(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IMPORT_LARGEST_MB", 1)
    with pytest.raises(FileRefused, match="bigger than 1 MB"):
        services.begin_import(upload=SimpleUploadedFile("a.csv", b"x" * (2 << 20)), by=boss)


def test_too_many_rows_are_refused(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IMPORT_MOST_ROWS", 10)
    assert "more than 10 rows" in upload(boss, "Name\n" + "A\n" * 20).problem
    assert "more than 10 rows" in upload(boss, workbook([["A"] for _ in range(20)])).problem


def test_formulas_are_their_values_and_numbers_keep_their_digits(take: Take) -> None:
    take(workbook([["Name", "Phone", "Note"], ["Anna", 2055512345, "=1+1"], ["Otto", "020 5551 2346", True]]))
    anna = Customer.objects.get(name="Anna")
    assert [phone.e164 for phone in anna.phones.all()] == ["+8562055512345"]
    assert anna.note in ("0", "2", "")


def test_a_number_that_a_spreadsheet_rounded_is_not_taken(take: Take) -> None:
    imported = take("Name,Phone\nAnna,8.56206E+11\n")
    assert imported.done_counts["bad"] == 1
    assert "rounded" in imported.rows.get(is_check=False).reason


def test_zero_bytes_and_empty_rows_do_no_harm(take: Take) -> None:
    take("Name,Phone\n\n,,\nAn\x00na,020 5551 2345\n")
    assert Customer.objects.get().name == "Anna"


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("Имя;Город\nАнна Петрова;Омск\n", "utf-8", "utf-8-sig"),
        ("Имя;Город\nАнна Петрова;Омск\n", "utf-8-sig", "utf-8-sig"),
        ("Имя;Город\nАнна Петрова;Омск\n", "cp1251", "cp1251"),
        ("Имя;Город\nАнна Петрова;Омск\n", "koi8-r", "koi8-r"),
        ("Имя;Город\nАнна Петрова;Омск\n", "utf-16", "utf-16"),
        ("Name;City\nAnna;Omsk\n" * 10, "utf-16-le", "utf-16-le"),
        ("Name;Ort\nJörg Groß;Köln\nRené;Orléans\n", "cp1252", "cp1252"),
        ("ชื่อ,เมือง\nสมชาย วงศ์ศรี,กรุงเทพ\n", "cp874", "cp874"),
    ],
)
def test_encodings_are_guessed(text: str, encoding: str, expected: str) -> None:
    assert guess_encoding(text.encode(encoding)) == expected


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiters_are_guessed(sign: str) -> None:
    assert (
        guess_delimiter(f'Name{sign}City{sign}Note\n"Smith, John"{sign}Rome{sign}a, b; c\nOtto{sign}Rom{sign}\n')
        == sign
    )


@given(st.binary(max_size=2000))
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_read_or_refused(boss: User, content: bytes) -> None:
    try:
        imported = services.begin_import(upload=SimpleUploadedFile("x", content), by=boss)
    except FileRefused:
        return
    do_job()
    imported.refresh_from_db()
    assert imported.state in (Import.State.READY, Import.State.UNREADABLE)


@given(st.text(max_size=200))
def test_text_of_a_vcard_comes_back(text: str) -> None:
    assert unescape(escape(text)) == text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.lists(st.text(max_size=80), max_size=20))
def test_any_lines_are_read_as_cards(lines: list[str]) -> None:
    for card in read_cards(["BEGIN:VCARD", *lines, "END:VCARD"]):
        assert all(one.name for one in card.properties)


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_none(text: str) -> None:
    found = read_date(text)
    assert found is None or 1800 <= found.year <= 2200
