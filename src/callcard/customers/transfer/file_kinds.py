"""What kind of file somebody chose, by its content."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from callcard.customers.transfer.refused import FileRefused, Reason
from callcard.customers.transfer.text_files import SAMPLE_BYTES, guess_encoding, is_utf_16

CSV, XLSX, VCARD = "csv", "xlsx", "vcard"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURE = re.compile(rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|....ftyp(heic|heix|mif1|avif)", re.DOTALL)
_MOST_PARTS = 2000
_LARGEST_PART = 400 * 1024 * 1024
_LARGEST_RATIO = 200  # a sheet of equal rows packs 1:60; only a bomb packs tighter than this
_SMALL = 20 * 1024 * 1024
_CARD = re.compile(r"^\s*BEGIN:VCARD", re.IGNORECASE)
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


def recognise(path: Path, *, name: str = "") -> str:
    """CSV, XLSX or VCARD. Raises FileRefused. Reads a bounded part of the file.

    Any line of words is a table of one column; so `name` decides that a file of cards without a card is none.
    """
    with path.open("rb") as stream:
        head = stream.read(SAMPLE_BYTES)
    if not head.strip():
        raise FileRefused(Reason.EMPTY)
    if head.startswith(b"PK\x03\x04"):
        check_workbook(path)
        return XLSX
    if head.startswith(_OLE):
        raise FileRefused(Reason.LOCKED if b"E\0n\0c\0r\0y\0p\0t" in head else Reason.OLD_EXCEL)
    if _PICTURE.match(head):
        raise FileRefused(Reason.PICTURE)
    if not _is_text(head):
        raise FileRefused(Reason.NOT_A_TABLE)
    text = head.decode(guess_encoding(head), errors="replace").lstrip("\ufeff")
    if text.lstrip()[:200].lower().startswith(("%pdf", "<!doctype", "<html", "<svg", "<?xml", "{\\rtf")):
        raise FileRefused(Reason.NOT_A_TABLE)
    if _CARD.match(text):
        return VCARD
    if name.lower().endswith((".vcf", ".vcard")):
        raise FileRefused(Reason.NO_CARDS)
    return CSV


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or is_utf_16(head):
        return True
    # A few zero bytes are dirt that some programs leave between cells.
    return len(_CONTROLS.findall(head)) <= len(head) / 1000 and head.count(0) <= 2 + len(head) / 100


def check_workbook(path: Path) -> None:
    """Look at the directory of the packed file only: nothing is unpacked. Raises FileRefused."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileRefused(Reason.BROKEN_XLSX) from error
    if not any(part.filename.replace("\\", "/").lower() == "xl/workbook.xml" for part in parts):
        raise FileRefused(Reason.NOT_A_TABLE)
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused(Reason.LOCKED)
    unpacked, packed_size = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    is_dense = unpacked > _SMALL and unpacked > packed_size * _LARGEST_RATIO
    if len(parts) > _MOST_PARTS or unpacked > _LARGEST_PART or is_dense:
        raise FileRefused(Reason.TOO_BIG_INSIDE)
