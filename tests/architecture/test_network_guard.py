"""The guard that keeps every test on this machine."""

from __future__ import annotations

import socket

import pytest


def test_connecting_to_another_machine_is_refused() -> None:
    with (
        socket.socket() as outside,
        pytest.raises(AssertionError, match=r"connect to 192\.0\.2\.1"),
    ):
        outside.connect(("192.0.2.1", 80))


def test_looking_up_another_machine_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"look up example\.invalid"):
        socket.getaddrinfo("example.invalid", 80)


def test_connecting_to_this_machine_is_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        with socket.create_connection((host, port), timeout=5) as client:
            assert client.getpeername() == (host, port)
