"""How loud a recording is from its beginning to its end: what the waveform is drawn from."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from typing import BinaryIO

from callcard.calls.recordings.wave import A_LAW, FLOAT, MU_LAW, PCM, Wave

PEAKS = 400
_LOUDEST = 255
_PIECE_BYTES = 1 << 18


def peaks_of(file: BinaryIO, wave: Wave) -> bytes:
    """PEAKS bytes, 0 silence and 255 as loud as can be; none of an encoding that is not read here."""
    loudest = _loudest_of(wave.encoding, wave.bits)
    moments = wave.data_bytes // wave.step
    if loudest is None or moments == 0:
        return b""
    file.seek(wave.data_at)
    found = bytearray()
    for place in range(PEAKS):
        count = (place + 1) * moments // PEAKS - place * moments // PEAKS
        # Of a recording that is shorter than there are peaks, a moment stands for several.
        found.append(_loudest_in(file, count * wave.step, loudest) if count else (found[-1] if found else 0))
    return bytes(found)


def _loudest_in(file: BinaryIO, length: int, loudest: Callable[[bytes], int]) -> int:
    found, left = 0, length
    while left > 0 and (piece := file.read(min(left, _PIECE_BYTES))):
        found, left = max(found, loudest(piece)), left - len(piece)
    return found


def _loudest_of(encoding: int, bits: int) -> Callable[[bytes], int] | None:
    if encoding in (A_LAW, MU_LAW):
        sizes = _A_LAW_SIZES if encoding == A_LAW else _MU_LAW_SIZES
        return lambda piece: max(piece.translate(sizes), default=0)
    if encoding == FLOAT and bits == 32:
        return _loudest_float
    if encoding != PCM:
        return None
    known: dict[int, Callable[[bytes], int]] = {
        8: lambda piece: max(piece.translate(_UNSIGNED_SIZES), default=0),
        16: _loudest_16,
        24: lambda piece: max(piece[2::3].translate(_SIGNED_SIZES), default=0),
        32: lambda piece: max(piece[3::4].translate(_SIGNED_SIZES), default=0),
    }
    return known.get(bits)


def _loudest_16(piece: bytes) -> int:
    samples = array("h", piece[: len(piece) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return min(_LOUDEST, max(max(samples, default=0), -min(samples, default=0)) * _LOUDEST // 32767)


def _loudest_float(piece: bytes) -> int:
    samples = array("f", piece[: len(piece) // 4 * 4])
    if sys.byteorder == "big":
        samples.byteswap()
    sizes = [abs(sample) for sample in samples if abs(sample) <= 1.0]  # not a number, and endless, are neither
    return int(max(sizes, default=0.0) * _LOUDEST)


def _mu_law_size(code: int) -> int:
    """G.711, of 0 to 255."""
    code = ~code & 0xFF
    return min(_LOUDEST, ((((code & 0x0F) << 3) + 0x84 << (code >> 4 & 7)) - 0x84) * _LOUDEST // 32124)


def _a_law_size(code: int) -> int:
    code ^= 0x55
    exponent, size = code >> 4 & 7, (code & 0x0F) << 4
    size = size + 8 if exponent == 0 else size + 0x108 << exponent - 1
    return min(_LOUDEST, size * _LOUDEST // 32256)


_MU_LAW_SIZES = bytes(_mu_law_size(code) for code in range(256))
_A_LAW_SIZES = bytes(_a_law_size(code) for code in range(256))
_UNSIGNED_SIZES = bytes(min(_LOUDEST, abs(code - 128) * 2) for code in range(256))
_SIGNED_SIZES = bytes(min(_LOUDEST, 2 * (code if code < 128 else 256 - code)) for code in range(256))
