"""What is larger than anything that may be sent here is refused in words, and is never on the disk."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callcard.customers.models import CustomerSettings
from tests.stories.product import Desk, Product, words

pytestmark = pytest.mark.django_db(transaction=True)

_CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


@pytest.fixture
def spooled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the bodies that went to the disk."""
    sizes: list[int] = []
    whole = tempfile.SpooledTemporaryFile.rollover

    def rollover(file: Any) -> None:
        sizes.append(file.tell())
        whole(file)

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rollover)
    return sizes


def send(
    port: int, head: str, *, body: Callable[[socket.socket], None] | None = None
) -> tuple[str, dict[str, str], str]:
    """(status line, headers, page) of a POST that nobody signed in for."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n\r\n".encode())
        if body:
            body(line)
        answer = line.makefile("rb")
        status = answer.readline().decode().strip()
        headers = {}
        while row := answer.readline().decode().strip():
            name, _, value = row.partition(": ")
            headers[name.lower()] = value
        return status, headers, answer.read(int(headers["content-length"])).decode()


def open_temporary_files() -> set[str]:
    """They have no name in any folder any more, but lie on the disk for as long as they are open."""
    links = [Path("/proc/self/fd", name) for name in os.listdir("/proc/self/fd")]
    names = [os.readlink(link) for link in links if link.is_symlink()]
    return {name for name in names if name.startswith(tempfile.gettempdir()) and name.endswith("(deleted)")}


def test_a_gigabyte_is_refused_by_its_length_alone(product: Product, spooled: list[int]) -> None:
    status, headers, page = send(product.port, f"Content-Length: {1 << 30}")
    assert status == "HTTP/1.1 413 Request Entity Too Large"
    assert "This is larger than 100 MB" in words(page)
    assert "This is larger than 100 MB" in json.loads(headers["hx-trigger"])["callcard:said"]
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert spooled == []


def test_the_administrators_limit_counts_when_it_is_the_larger(product: Product) -> None:
    CustomerSettings.objects.create(largest_file_mb=2000)
    status, _, _ = send(
        product.port, "Content-Length: 5\r\nContent-Type: text/plain", body=lambda line: line.sendall(b"hello")
    )
    assert status == "HTTP/1.1 403 Forbidden"  # Django's answer to a form without its token
    assert "This is larger than 2000 MB" in words(send(product.port, f"Content-Length: {3 << 30}")[2])


def test_a_body_that_never_ends_is_broken_off(product: Product, spooled: list[int], settings: Any) -> None:
    settings.IMPORT_LARGEST_MB = 4
    CustomerSettings.objects.create(largest_file_mb=4)
    before = open_temporary_files()

    def pour(line: socket.socket) -> None:
        line.settimeout(0.5)
        try:
            for _ in range(16 * 12):
                line.sendall(_CHUNK)
        except OSError:
            pass
        line.settimeout(20)

    status, _, page = send(product.port, "Transfer-Encoding: chunked", body=pour)
    assert status == "HTTP/1.1 413 Request Entity Too Large"
    assert "This is larger than 4 MB" in words(page)
    assert all(size < 6_000_000 for size in spooled)
    assert open_temporary_files() <= before


def test_a_body_of_unknown_length_that_is_not_too_long_is_read(product: Product, office_people: Any) -> None:
    desk = Desk(product.port, "anna")
    cookie = desk.headers()
    typed = b"name=Keo"
    head = (
        f"Transfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: {cookie['Cookie']}"
    )
    status, _, _ = send(product.port, head, body=lambda line: line.sendall(b"8\r\n" + typed + b"\r\n0\r\n\r\n"))
    assert status == "HTTP/1.1 403 Forbidden"


@pytest.mark.parametrize("second", ["Transfer-Encoding: chunked", "Content-Length: 6"])
def test_a_request_of_two_lengths_is_refused(product: Product, second: str) -> None:
    """A proxy may believe the one and Callcard the other: what lies between would be another's request."""
    with socket.create_connection(("127.0.0.1", product.port), timeout=20) as line:
        head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n{second}\r\n\r\n"
        line.sendall(f"{head}0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert line.recv(1000).startswith(b"HTTP/1.1 400 ")
