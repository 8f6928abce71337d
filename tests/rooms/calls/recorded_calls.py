"""Calls that were recorded, and files as telephone systems write them."""

from __future__ import annotations

import math
import os
import struct
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
