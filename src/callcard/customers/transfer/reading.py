"""The job that reads what was uploaded: any kind of file becomes lines of JSON, once."""

from __future__ import annotations

import codecs
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from callcard.customers.models import folded
from callcard.customers.own_fields import fields_seen_by
from callcard.customers.record import OWN
from callcard.customers.transfer import card_rows, file_kinds, guessing, store, text_files, workbook_rows
from callcard.customers.transfer.models import Import, RememberedMapping
from callcard.customers.transfer.refused import FileRefused, Reason
from callcard.customers.transfer.services import headers_hash
from callcard.jobs.kinds import JobFailed, Result, Run

_SAMPLE_ROWS = 200
_WORKBOOK_MEMORY_MB = 1500
_WORKBOOK_SECONDS = 180
_TELL_EVERY = 1000
_EXACT = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5", "shift_jis", "euc-kr")

Tell = Callable[[int], None]


def read_import(run: Run) -> Result | None:
    """The function of the job. Repeatable: it writes its rows anew."""
    imported = Import.objects.select_related("user").get(pk=run.arguments["import"])
    if imported.state != Import.State.READING:
        return None
    try:
        read_file(imported, lambda done: run.progress(done, None, _("Reading the file")))
    except FileRefused as refused:
        Import.objects.filter(pk=imported.pk, state=Import.State.READING).update(
            state=Import.State.UNREADABLE, problem=str(refused)[:500]
        )
        raise JobFailed(str(refused)) from refused
    return {"words": _("The file has been read.")}


def read_file(imported: Import, tell: Tell) -> None:
    """Write the rows, and guess what can be guessed of what the person has not chosen. Raises FileRefused."""
    source, target = store.source_of(imported), store.rows_of(imported)
    reading = dict(imported.reading)
    if imported.kind == file_kinds.XLSX:
        total, reading["sheets"] = _read_workbook(source, target, int(reading.get("sheet", 0)), tell)
    else:
        total = _write_rows(_text_rows(imported.kind, source, reading), target, tell)
    imported.reading, imported.rows_total = reading, total
    if not total:
        raise FileRefused(Reason.EMPTY if imported.kind != file_kinds.VCARD else Reason.NO_CARDS)
    _guess(imported)
    imported.state, imported.problem = Import.State.READY, ""
    imported.save()


def _text_rows(kind: str, source: Path, reading: dict[str, Any]) -> Iterator[list[str]]:
    reading.setdefault("encoding", encoding_of(source))
    if kind == file_kinds.VCARD:
        with source.open(encoding=reading["encoding"], errors="replace", newline=None) as stream:
            yield from card_rows.rows(stream)
        return
    if "delimiter" not in reading:
        with source.open("rb") as octets:
            head = octets.read(text_files.SAMPLE_BYTES).decode(reading["encoding"], "replace")
        reading["delimiter"] = text_files.guess_delimiter(head.rpartition("\n")[0] or head)
    yield from text_files.csv_rows(source, encoding=reading["encoding"], delimiter=reading["delimiter"])


def encoding_of(source: Path) -> str:
    """By all of the file: a list may have its first foreign name on its last page."""
    sample, decoder, is_utf_8 = b"", codecs.getincrementaldecoder("utf-8")(), True
    with source.open("rb") as stream:
        head = stream.read(text_files.SAMPLE_BYTES)
        if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or text_files.is_utf_16(head):
            return text_files.guess_encoding(head)
        chunk = head
        while chunk and len(sample) < text_files.SAMPLE_BYTES:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf_8 = False
            sample += b"" if chunk.isascii() else chunk
            if is_utf_8:
                sample = b""
            chunk = stream.read(text_files.SAMPLE_BYTES)
    return "utf-8-sig" if is_utf_8 else text_files.guess_encoding(sample)


def _write_rows(rows: Iterable[list[str]], target: Path, tell: Tell) -> int:
    number = 0
    unfinished = target.with_suffix(".new")
    with unfinished.open("w", encoding="utf-8", errors="replace") as stream:
        for number, row in enumerate(rows, start=1):
            if number > settings.IMPORT_MOST_ROWS:
                raise FileRefused(Reason.TOO_MANY_ROWS, limit=settings.IMPORT_MOST_ROWS)
            stream.write(store.write_row(row))
            if number % _TELL_EVERY == 0:
                tell(number)
    os.replace(unfinished, target)
    return number


def _read_workbook(source: Path, target: Path, sheet: int, tell: Tell) -> tuple[int, list[str]]:
    """In a process of its own with a bounded memory; a workbook that needs more is refused, not the program ended."""
    unfinished = target.with_suffix(".new")
    command = [sys.executable, workbook_rows.__file__, str(source), str(unfinished), str(sheet)]
    command += [str(_WORKBOOK_MEMORY_MB), str(settings.IMPORT_MOST_ROWS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        began = time.monotonic()
        while process.poll() is None:
            tell(0)
            if time.monotonic() - began > _WORKBOOK_SECONDS:
                raise FileRefused(Reason.TOO_BIG_INSIDE)
            time.sleep(0.05)
        said = process.stdout.read() if process.stdout else ""
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
    if process.returncode == workbook_rows.TOO_MANY_ROWS:
        raise FileRefused(Reason.TOO_MANY_ROWS, limit=settings.IMPORT_MOST_ROWS)
    if process.returncode == workbook_rows.UNREADABLE:
        raise FileRefused(Reason.BROKEN_XLSX)
    if process.returncode != 0:
        raise FileRefused(Reason.TOO_BIG_INSIDE)
    told = json.loads(said)
    os.replace(unfinished, target)
    return int(told["rows"]), list(told["sheets"])


def own_words(imported: Import) -> dict[str, str]:
    """Names and keys of the own fields that this person sees -> field."""
    seen = fields_seen_by(imported.user)
    return {folded(word): f"{OWN}{field.key}" for field in seen for word in (field.key, field.name)}


def _guess(imported: Import) -> None:
    own = own_words(imported)
    rows = [row for _number, row in store.first_rows(imported, _SAMPLE_ROWS)]
    if not rows:
        raise FileRefused(Reason.EMPTY)
    if "has_header" not in imported.reading:
        is_named = imported.kind == file_kinds.VCARD or guessing.has_header(rows, own)
        imported.reading = {**imported.reading, "has_header": is_named}
    if imported.reading["has_header"] and len(rows) == 1:
        raise FileRefused(Reason.NO_ROWS)
    set_headers(imported, rows, own)


def set_headers(imported: Import, rows: list[list[str]], own: dict[str, str]) -> None:
    """Name the columns and guess the fields, or take those that were chosen for the same headers before."""
    is_named = imported.reading["has_header"]
    width = min(max(len(row) for row in rows), text_files.MOST_COLUMNS)
    named = [cell.strip()[:200] for cell in rows[0]] if is_named else []
    imported.headers = (named + [""] * width)[:width]
    imported.mapping = guessing.guess_mapping(imported.headers, rows[1:] if is_named else rows, own)
    if imported.kind == file_kinds.VCARD:
        imported.mapping = [
            *(field if field != "email" and field != "website" else f"contact:{field}" for field in card_rows.HEADERS)
        ]
        return
    before = RememberedMapping.objects.filter(user=imported.user, headers_hash=headers_hash(imported.headers)).first()
    if is_named and before is not None and len(before.mapping) == width:
        imported.mapping, imported.choices = before.mapping, {**before.choices, **imported.choices}
