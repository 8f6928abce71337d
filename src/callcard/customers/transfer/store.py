"""Where the files of an import lie: what was uploaded, and its rows as lines of JSON."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from callcard.customers.transfer.models import Import
from callcard.customers.transfer.refused import FileRefused, Reason

Row = list[str]


def limit_mb() -> int:
    return int(settings.IMPORT_LARGEST_MB)


def keep_upload(upload: UploadedFile[Any]) -> tuple[str, Path]:
    """(folder below DATA_DIR, file). Raises FileRefused before anything is written when it is too big."""
    if (upload.size or 0) > limit_mb() << 20:
        raise FileRefused(Reason.TOO_BIG, limit=limit_mb())
    folder = f"imports/{secrets.token_hex(12)}"
    place = Path(settings.DATA_DIR) / folder
    place.mkdir(parents=True, mode=0o700)
    with (place / "source").open("wb") as target:
        for chunk in upload.chunks():
            target.write(chunk)
    return folder, place / "source"


def forget_files(folder: str) -> None:
    if folder:
        shutil.rmtree(Path(settings.DATA_DIR) / folder, ignore_errors=True)


def folder_of(imported: Import) -> Path:
    return Path(settings.DATA_DIR) / imported.folder


def source_of(imported: Import) -> Path:
    return folder_of(imported) / "source"


def rows_of(imported: Import) -> Path:
    return folder_of(imported) / "rows"


def write_row(row: Sequence[str]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def read_rows(imported: Import, *, after: int = 0) -> Iterator[tuple[int, Row]]:
    """(number in the file, cells) of each row behind this one that has something in it."""
    with rows_of(imported).open(encoding="utf-8") as stream:
        for number, line in enumerate(islice(stream, after, None), start=after + 1):
            cells = json.loads(line)
            if any(cell.strip() for cell in cells):
                yield number, cells


def read_blocks(imported: Import, *, after: int, size: int, turn: int, of: int) -> Iterator[list[tuple[int, Row]]]:
    """`read_rows` in blocks of so many lines: of each `of` blocks the one whose turn it is, counted from 0."""
    with rows_of(imported).open(encoding="utf-8") as stream:
        lines = enumerate(islice(stream, after, None), start=after + 1)
        for place in count():
            block = list(islice(lines, size))
            if not block:
                return
            if place % of == turn:
                rows = ((number, json.loads(line)) for number, line in block)
                yield [(number, cells) for number, cells in rows if any(cell.strip() for cell in cells)]


def first_rows(imported: Import, count: int) -> list[tuple[int, Row]]:
    return list(islice(read_rows(imported), count))
