"""Sound for a phone: one tone all the time, and what is heard from the other side (RTP, RFC 3550; mu-law, G.711)."""

from __future__ import annotations

import asyncio
import math
import struct
from collections import deque
from typing import Self

from lab.phones.agent import HOST
from lab.phones.dialog import Dialog

RATE = 8000  # samples a second
PIECE = 160  # samples in a packet: 20 ms
KEPT_SECONDS = 4.0
LOUDNESS = 0.3


def decoded(code: int) -> float:
    """A mu-law byte as a sample between -1 and 1."""
    code = ~code & 0xFF
    size = (((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)
    return (0x84 - size if code & 0x80 else size - 0x84) / 32768


def encoded(sample: float) -> int:
    """A sample between -1 and 1 as a mu-law byte."""
    size = min(int(abs(sample) * 32768) + 0x84, 0x7FFF)
    exponent = max(size.bit_length() - 8, 0)
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | (size >> (exponent + 3)) & 0x0F) & 0xFF


_SAMPLES = tuple(decoded(code) for code in range(256))


class Voice(asyncio.DatagramProtocol):
    """Of one call that is up. It sends a tone of `hertz`, 0 for none, and keeps what it hears for some seconds."""

    def __init__(self, dialog: Dialog, hertz: float = 0.0) -> None:
        self._dialog = dialog
        self._hertz = hertz
        self._heard: deque[tuple[float, bytes]] = deque()
        self._transport: asyncio.DatagramTransport | None = None
        self._saying: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        place = (HOST, self._dialog.agent.sound_port)
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=place)
        self._saying = asyncio.create_task(self._say())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._saying
        assert self._transport
        self._saying.cancel()
        self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        now = asyncio.get_running_loop().time()
        if len(data) > 12 and data[1] & 0x7F == 0:
            self._heard.append((now, data[12:]))
        while self._heard and self._heard[0][0] < now - KEPT_SECONDS:
            self._heard.popleft()

    def loudness(self, seconds: float = 0.5) -> float:
        """Root mean square of what was heard in the last seconds; 0 when no packet came."""
        samples = self._last(seconds)
        return math.sqrt(sum(s * s for s in samples) / len(samples)) if samples else 0.0

    def share_of(self, hertz: float, seconds: float = 0.5) -> float:
        """How much of what was heard is this one tone: 0 nothing, 1 all."""
        samples = self._last(seconds)
        energy = sum(s * s for s in samples)
        turn = 2 * math.pi * hertz / RATE
        real = sum(s * math.cos(turn * n) for n, s in enumerate(samples))
        imaginary = sum(s * math.sin(turn * n) for n, s in enumerate(samples))
        return 2 * (real * real + imaginary * imaginary) / (energy * len(samples)) if energy else 0.0

    def _last(self, seconds: float) -> list[float]:
        since = asyncio.get_running_loop().time() - seconds
        return [_SAMPLES[code] for at, sound in self._heard if at >= since for code in sound]

    async def _say(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for count in range(1 << 30):
            if self._hertz and self._transport and self._dialog.their_sound_port:
                self._transport.sendto(self._packet(count), (HOST, self._dialog.their_sound_port))
            await asyncio.sleep(max(0.0, began + (count + 1) * PIECE / RATE - loop.time()))

    def _packet(self, count: int) -> bytes:
        turn = 2 * math.pi * self._hertz / RATE
        first = count * PIECE
        sound = bytes(encoded(LOUDNESS * math.sin(turn * n)) for n in range(first, first + PIECE))
        return struct.pack(">BBHII", 0x80, 0, count & 0xFFFF, first & 0xFFFFFFFF, 0x1AB) + sound
