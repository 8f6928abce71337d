"""What phones say of their sound (RFC 4566, RFC 3264). Without a Voice a phone says so and sends none."""

from __future__ import annotations

import re

_SOUND = re.compile(r"^m=audio (\d+) ", re.M)


def offer(port: int, version: int, direction: str) -> str:
    """`direction` is sendrecv, sendonly (hold), recvonly or inactive."""
    lines = (
        "v=0",
        f"o=- 1 {version} IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        f"m=audio {port} RTP/AVP 0 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        f"a={direction}",
    )
    return "".join(f"{line}\r\n" for line in lines)


def sound_port(body: str) -> int:
    """Where the other side wants to hear; 0 when it does not say."""
    found = _SOUND.search(body)
    return int(found[1]) if found else 0
