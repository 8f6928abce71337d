"""Calls that were recorded, and files as telephone systems write them."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.calls.recordings.wave import MU_LAW, PCM, header
from callcard.staff.models import User

_keys = count(1)


def tone(seconds: float = 1.0, *, rate: int = 8000, hertz: float = 440.0, loud: float = 0.5) -> bytes:
    """A WAV file of one tone, its first half silent."""
    samples = int(seconds * rate)
    sound = b"".join(
        struct.pack("<h", int(loud * 32767 * math.sin(2 * math.pi * hertz * n / rate)) if n >= samples // 2 else 0)
        for n in range(samples)
    )
    return header(encoding=PCM, rate=rate, bits=16, data_bytes=len(sound)) + sound


def mp3(seconds: float) -> bytes:
    """Silence: MPEG-1 layer III, 128 kbit/s, 44.1 kHz, frames without anything in them."""
    return (b"\xff\xfb\x90\xc4" + bytes(413)) * round(seconds * 44100 / 1152)


def ogg_opus(seconds: float) -> bytes:
    """Silence in Opus (RFC 6716, 7845): packets of 20 ms."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)
    packets = [b"\xf8\xff\xfe"] * round(seconds * 50)
    return _page(2, 0, 0, [head]) + _page(0, 0, 1, [tags]) + _page(4, len(packets) * 960, 2, packets)


def _page(kind: int, position: int, number: int, packets: Iterable[bytes]) -> bytes:
    """A page of Ogg (RFC 3533), of packets shorter than 255 bytes."""
    packets = list(packets)
    sizes = bytes(map(len, packets))
    begin = struct.pack("<4sBBQII", b"OggS", 0, kind, position, 7, number)
    rest = bytes([len(sizes)]) + sizes + b"".join(packets)
    return begin + struct.pack("<I", _crc(begin + bytes(4) + rest)) + rest


def _crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


def mu_law(data: bytes) -> bytes:
    return header(encoding=MU_LAW, rate=8000, bits=8, data_bytes=len(data)) + data


def recorded(
    *people: User, key: str = "", pbx: str = "office", minutes: float = 10, is_recorded: bool = True, **more: object
) -> Call:
    """A talk that is over, with these people of ours."""
    began = timezone.now() - timedelta(minutes=minutes)
    values: dict[str, object] = {"direction": "inbound", "outcome": "answered", "number": "8562055512345", **more}
    call = Call.objects.create(
        pbx=pbx,
        key=key or f"17000000{next(_keys):02d}.{next(_keys)}",
        started_at=began,
        answered_at=began,
        ended_at=began + timedelta(minutes=1),
        talk_seconds=60,
        is_recorded=is_recorded,
        **values,
    )
    for user in people:
        Segment.objects.create(call=call, key=f"{call.key}-{user.pk}", role="called", user=user, answered_at=began)
    return call


def put(root: Path, name: str, data: bytes, *, at: datetime | None = None) -> Path:
    """A file that was written some time ago."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    moment = (at or timezone.now() - timedelta(minutes=1)).timestamp()
    os.utime(path, (moment, moment))
    return path
