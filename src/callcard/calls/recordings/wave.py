"""WAV files as telephone systems write them: whole, torn, or without the lengths that are filled in at the end.

Source of the layout: RIFF/WAVE (Microsoft, Multimedia Programming Interface 1.0; WAVEFORMATEXTENSIBLE).
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

PCM, FLOAT, A_LAW, MU_LAW, GSM = 1, 3, 6, 7, 0x31
_EXTENSIBLE = 0xFFFE
_MOST_CHUNKS = 200
_GSM_BLOCK, _GSM_BLOCK_SAMPLES = 65, 320


@dataclass(frozen=True, slots=True)
class Wave:
    """`step`: bytes from one moment to the next, of all `tracks`. `data_at` and `data_bytes`: where the sound is.

    `is_torn`: its lengths are not those that it says.
    """

    encoding: int
    tracks: int
    rate: int
    bits: int
    step: int
    data_at: int
    data_bytes: int
    is_torn: bool

    @property
    def seconds(self) -> float:
        if self.encoding == GSM:
            return self.data_bytes / _GSM_BLOCK * _GSM_BLOCK_SAMPLES / self.rate
        return self.data_bytes / self.step / self.rate


def read_wave(file: BinaryIO) -> Wave | None:
    """None: this is no WAV file, or one without a description of its sound."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None
    described: bytes | None = None
    for _ in range(_MOST_CHUNKS):
        chunk = file.read(8)
        if len(chunk) < 8:
            return None
        kind, length = chunk[:4], int.from_bytes(chunk[4:], "little")
        if kind == b"data" and described is not None:
            return _wave(described, file.tell(), length, size)
        begins = file.tell()
        if kind == b"fmt ":
            described = file.read(min(length, 64))
        file.seek(begins + length + length % 2)
    return None


def _wave(described: bytes, data_at: int, declared: int, size: int) -> Wave | None:
    if len(described) < 16:
        return None
    encoding, tracks, rate, _per_second, step, bits = struct.unpack("<HHIIHH", described[:16])
    if encoding == _EXTENSIBLE and len(described) >= 26:
        (encoding,) = struct.unpack("<H", described[24:26])
    if not (0 < tracks <= 16 and 0 < rate <= 768_000 and 0 < step <= 4096):
        return None
    there = size - data_at
    # A writer that was killed leaves 0, or as much as there can be.
    data_bytes = declared if 0 < declared <= there else there
    return Wave(encoding, tracks, rate, bits, step, data_at, data_bytes, data_bytes != declared)


def mend(file: BinaryIO, wave: Wave) -> None:
    """Write the lengths that it really has, so that players believe in its end."""
    file.seek(wave.data_at - 4)
    file.write(wave.data_bytes.to_bytes(4, "little"))
    file.seek(4)
    file.write((wave.data_at + wave.data_bytes - 8).to_bytes(4, "little"))


def header(*, encoding: int, rate: int, bits: int, data_bytes: int, tracks: int = 1) -> bytes:
    """What stands before the sound of a WAV file."""
    step = tracks * bits // 8
    described = struct.pack("<HHIIHH", encoding, tracks, rate, rate * step, step, bits)
    length = 4 + 8 + len(described) + 8 + data_bytes
    return b"RIFF%sWAVEfmt %s%sdata%s" % (
        length.to_bytes(4, "little"),
        len(described).to_bytes(4, "little"),
        described,
        data_bytes.to_bytes(4, "little"),
    )
