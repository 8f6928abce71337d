"""Whether a file that begins as sound holds any: the first frames of MP3 and AAC, the first pages of Ogg. Pure.

Sources: ISO/IEC 11172-3 and 13818-3 (the header of an MPEG audio frame), 13818-7 (ADTS), RFC 3533 (pages of Ogg),
RFC 9639 (FLAC), ID3v2.4 (the length of a tag).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

_LOOKED_AT = 64 * 1024
_MOST_TAG = 16 * 1024 * 1024
_V1_RATES = (
    (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),  # kbit/s of layer 1
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
)
_V2_RATES = (
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    *((0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),) * 2,
)
_SAMPLE_RATES = (44100, 48000, 32000)
_OGG_CODECS = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
_OGG_HEAD = 27


def holds_sound(file: BinaryIO, media_type: str) -> bool:
    """True also of kinds of which only the beginning is known."""
    check = _CHECKS.get(media_type)
    if check is None:
        return True
    file.seek(0)
    return check(file)


def _mpeg(file: BinaryIO) -> bool:
    return _has_frames(_behind_tag(file), _mpeg_length)


def _aac(file: BinaryIO) -> bool:
    return _has_frames(_behind_tag(file), _adts_length)


def _behind_tag(file: BinaryIO) -> bytes:
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10:
        return head + file.read(_LOOKED_AT)
    size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    file.seek(10 + (size if size <= _MOST_TAG else 0))
    return file.read(_LOOKED_AT)


def _has_frames(data: bytes, length_of: Callable[[bytes], int]) -> bool:
    """Two frames of one kind, one behind the other; or one at the beginning that is all there is: in noise, a frame
    that leads beyond the end is soon found."""
    at = data.find(b"\xff")
    while at >= 0:
        length = length_of(data[at : at + 6])
        following = data[at + length : at + length + 6]
        is_followed = length_of(following) and _same_kind(data[at : at + 4], following)
        if length and (is_followed or (at == 0 and len(following) < 4)):
            return True
        at = data.find(b"\xff", at + 1)
    return False


def _same_kind(one: bytes, other: bytes) -> bool:
    """Version, layer and samples a second."""
    return one[1] & 0xFE == other[1] & 0xFE and one[2] & 0x0C == other[2] & 0x0C


def _mpeg_length(head: bytes) -> int:
    """Bytes of the frame that begins so; 0: none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer, rate, samples = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3), head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or rate in (0, 15) or samples == 3:
        return 0
    is_first = version == 3
    kilobits = (_V1_RATES if is_first else _V2_RATES)[layer - 1][rate]
    hertz = _SAMPLE_RATES[samples] // {3: 1, 2: 2, 0: 4}[version]
    padding = head[2] >> 1 & 1
    if layer == 1:
        return (12_000 * kilobits // hertz + padding) * 4
    return (144_000 if is_first or layer == 2 else 72_000) * kilobits // hertz + padding


def _adts_length(head: bytes) -> int:
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 0x0F > 12:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0


def _ogg(file: BinaryIO) -> bool:
    """A whole first page with the head of a codec, and another page behind it."""
    head = file.read(_OGG_HEAD)
    if len(head) < _OGG_HEAD or head[4] != 0 or not head[5] & 2:
        return False
    sizes = file.read(head[26])
    body = file.read(sum(sizes))
    whole = head[:22] + bytes(4) + head[26:] + sizes + body
    is_whole = len(body) == sum(sizes) and _ogg_sum(whole) == int.from_bytes(head[22:26], "little")
    return is_whole and body.startswith(_OGG_CODECS) and file.read(4) == b"OggS"


def _ogg_sum(data: bytes) -> int:
    found = 0
    for byte in data:
        found ^= byte << 24
        for _ in range(8):
            found = (found << 1 ^ (0x04C11DB7 if found & 0x80000000 else 0)) & 0xFFFFFFFF
    return found


def _flac(file: BinaryIO) -> bool:
    head = file.read(42 + 2)
    return len(head) == 44 and head[4] & 0x7F == 0 and int.from_bytes(head[5:8], "big") == 34


_CHECKS: dict[str, Callable[[BinaryIO], bool]] = {
    "audio/mpeg": _mpeg,
    "audio/aac": _aac,
    "audio/ogg": _ogg,
    "audio/flac": _flac,
}
