"""A ZIP that is sent while it is written: no more of it is in memory than one piece."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator


class _Outbox:
    """Takes what zipfile writes. It cannot be asked where it stands, so zipfile puts sizes behind each file."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def streamed_zip(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """`files`: (name inside, its bytes in pieces), read one after another. No piece that is yielded is empty."""
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, pieces in files:
            with archive.open(name, "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece)
                    if data := outbox.taken():
                        yield data
    if data := outbox.taken():
        yield data
