"""Free ports on the loopback, so that any number of peers run side by side."""

from __future__ import annotations

import socket

_given: set[int] = set()


def free_port() -> int:
    """A port free for TCP and UDP on 127.0.0.1, and not handed out before by this process."""
    for _ in range(200):
        port = _candidate()
        if port is not None and port not in _given:
            _given.add(port)
            return port
    raise OSError("no free port on 127.0.0.1")


def _candidate() -> int | None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        tcp.bind(("127.0.0.1", 0))
        port: int = tcp.getsockname()[1]
        try:
            udp.bind(("127.0.0.1", port))
        except OSError:
            return None
        return port
