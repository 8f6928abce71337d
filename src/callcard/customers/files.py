"""Files of customers on the disk: what they are by their content, and where they lie."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils.text import get_valid_filename

from callcard.customers.models import CustomerSettings

_HEAD_BYTES = 4096
_CHUNK_BYTES = 256 * 1024
_DEFAULT_LARGEST_MB = 25
_LONGEST_NAME = 150
UNKNOWN = "application/octet-stream"
# What a file of a kind begins with. Nothing here is ever opened by the browser as part of our page.
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """`path` is below MEDIA_ROOT."""

    path: str
    size_bytes: int
    media_type: str


class FileTooLarge(ValueError):
    """Longer than the administrator allows; nothing of it is kept."""


def largest_file_mb() -> int:
    kept = CustomerSettings.objects.values_list("largest_file_mb", flat=True).first()
    return _DEFAULT_LARGEST_MB if kept is None else kept


def media_type_of(head: bytes) -> str:
    """The type by the first bytes (a few thousand are enough); UNKNOWN for what is neither known nor text."""
    for beginning, media_type in _BEGINNINGS:
        if head.startswith(beginning):
            return _kind_of_zip(head) if media_type == "application/zip" else media_type
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"heix", b"mif1") else "video/mp4"
    return "text/plain" if _is_text(head) else UNKNOWN


def _kind_of_zip(head: bytes) -> str:
    """Office documents by the names in the first entries; the archive itself is not unpacked."""
    if head[30:38] == b"mimetype":
        declared = head[38:120].split(b"PK")[0].decode("ascii", "ignore")
        return declared if declared.startswith("application/vnd.oasis.") else "application/zip"
    return next((kind for folder, kind in _OFFICE.items() if folder.encode() in head), "application/zip")


def _is_text(head: bytes) -> bool:
    if not head or b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and len(head) >= _HEAD_BYTES
    return True


def store_file(chunks: Iterable[bytes], *, most_bytes: int) -> StoredFile:
    """Write it under a name that nobody can guess. Raises FileTooLarge."""
    name = secrets.token_hex(16)
    relative = f"files/{name[:2]}/{name}"
    path = Path(settings.MEDIA_ROOT) / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    try:
        size, head = _write(chunks, partial, most_bytes)
        media_type = media_type_of(head)
        if media_type == "application/zip":
            media_type = _office_type(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return StoredFile(path=relative, size_bytes=size, media_type=media_type)


def _write(chunks: Iterable[bytes], path: Path, most_bytes: int) -> tuple[int, bytes]:
    size, head = 0, io.BytesIO()
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most_bytes:
                raise FileTooLarge
            if head.tell() < _HEAD_BYTES:
                head.write(chunk[:_HEAD_BYTES])
            file.write(chunk)
    return size, head.getvalue()[:_HEAD_BYTES]


def _office_type(path: Path) -> str:
    """By the archive's table of contents: some writers put the telling entries last."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:2000]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return "application/zip"
    return next(
        (kind for folder, kind in _OFFICE.items() if any(n.startswith(folder) for n in names)), "application/zip"
    )


def safe_name(name: str) -> str:
    """What a file may be called when it is downloaded: no folders, no control characters, never empty."""
    plain = "".join(mark for mark in name.replace("\\", "/").rpartition("/")[2] if mark.isprintable()).strip(" .")
    try:
        get_valid_filename(plain or "file")
    except Exception:  # Django's SuspiciousFileOperation for names that are nothing but dots
        plain = ""
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > _LONGEST_NAME:
        plain = f"{stem[: _LONGEST_NAME - 12]}{dot}{ending[:10]}"
    return plain or "file"


def is_there(path: str) -> bool:
    return (Path(settings.MEDIA_ROOT) / path).is_file()


def chunks_of(path: str) -> Iterator[bytes]:
    """The stored file from its beginning."""
    with (Path(settings.MEDIA_ROOT) / path).open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


async def sent_apart(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same for a server that waits for many at once: the disk is read in another thread."""
    following = sync_to_async(lambda: next(chunks, b""))
    while chunk := await following():
        yield chunk
