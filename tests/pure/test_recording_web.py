"""Fetching from addresses that others named: no private network, no trick on the way, and an end to everything."""

from __future__ import annotations

import base64
import ipaddress
import socketserver
import threading
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcard.calls.recordings.web import Access, FetchFailed, fetched, is_allowed, place_of

SOUND = b"RIFF" + b"\0" * 500_000


class Web(socketserver.ThreadingTCPServer):
    """Answers each path with the bytes it was given, and keeps the requests."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.answers: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.port = int(self.server_address[1])

    def redirect(self, path: str, target: str) -> None:
        self.answers[path] = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()


class _Answer(socketserver.StreamRequestHandler):
    server: Web

    def handle(self) -> None:
        lines = []
        while (line := self.rfile.readline().decode("latin-1").strip()) != "":
            lines.append(line)
        self.server.asked.append("\n".join(lines))
        path = lines[0].split(" ")[1]
        self.wfile.write(self.server.answers.get(path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def given_whole(length: int | None = None) -> bytes:
    said = len(SOUND) if length is None else length
    return b"HTTP/1.1 200 OK\r\nContent-Type: audio/x-wav; a=b\r\nContent-Length: %d\r\n\r\n" % said + SOUND


def own(web: Web, **more: object) -> Access:
    return Access(own=("http", "pbx", web.port), resolve=lambda host, port: ["127.0.0.1"], **more)  # type: ignore[arg-type]


def fetch(address: str, access: Access) -> bytes:
    with fetched(address, access) as reply:
        return b"".join(reply.chunks)


def refused(address: str, access: Access) -> str:
    with pytest.raises(FetchFailed) as failure:
        fetch(address, access)
    return failure.value.problem


def test_a_recording_of_the_own_telephone_system(web: Web) -> None:
    web.answers["/monitor/a%20b.wav?x=1%2F2"] = given_whole()
    access = own(web, username="reader", secret="s3cret:ü")
    with fetched(f"http://PBX.:{web.port}/monitor/a%20b.wav?x=1%2F2", access) as reply:
        assert (reply.size, reply.media_type, reply.name) == (len(SOUND), "audio/x-wav", "a%20b.wav")
        assert b"".join(reply.chunks) == SOUND
    login = base64.b64encode("reader:s3cret:ü".encode()).decode()
    assert f"Host: pbx:{web.port}" in web.asked[0]
    assert f"Authorization: Basic {login}" in web.asked[0]
    assert "s3cret" not in repr(access)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254"),
        *("2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "::127.0.0.1", "2001:db8::1", "fec0::1"),
    ],
)
def test_places_that_no_provider_may_lead_to(address: str) -> None:
    assert is_allowed(ipaddress.ip_address(address), is_own=False) is False
    access = Access(resolve=lambda host, port: ["8.8.8.8", address])
    assert refused("http://files.example.com/1.wav", access) == "forbidden"


def test_what_is_allowed() -> None:
    open_ones = ["8.8.8.8", "2a00:1450:4001:801::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"]
    assert [is_allowed(ipaddress.ip_address(one), is_own=False) for one in open_ones] == [True] * 4
    assert is_allowed(ipaddress.ip_address("192.168.1.10"), is_own=True)
    for one in ("169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "0.0.0.0"):
        assert is_allowed(ipaddress.ip_address(one), is_own=True) is False


@given(st.integers(0, 2**32 - 1))
def test_wrapping_an_address_opens_nothing(number: int) -> None:
    plain = ipaddress.IPv4Address(number)
    wrapped = [ipaddress.IPv6Address(0xFFFF << 32 | number), ipaddress.IPv6Address((0x64FF9B << 96) | number)]
    for one in wrapped:
        assert is_allowed(one, is_own=False) is is_allowed(plain, is_own=False)


def _resolve(host: str, _port: int) -> list[str]:
    known = {"other": "10.0.0.1", "169.254.169.254": "169.254.169.254", "::1": "::1"}
    return [known.get(host, "127.0.0.1")]


def test_a_redirect_is_checked_again(web: Web) -> None:
    for target in (
        *(f"http://127.0.0.1:{web.port}/x", f"http://other:{web.port}/x", f"http://pbx:{web.port + 1}/x"),
        *("http://169.254.169.254/latest/meta-data", "http://[::1]/x", "//localhost/x"),
    ):
        web.redirect("/a.wav", target)
        access = Access(own=("http", "pbx", web.port), resolve=_resolve)
        assert refused(f"http://pbx:{web.port}/a.wav", access) == "forbidden", target
    assert len(web.asked) == 6


def test_a_redirect_within_the_own_place_is_followed_but_not_for_ever(web: Web) -> None:
    web.redirect("/a.wav", "/b.wav")
    web.answers["/b.wav"] = given_whole()
    assert fetch(f"http://pbx:{web.port}/a.wav", own(web)) == SOUND
    web.redirect("/b.wav", "/a.wav")
    assert refused(f"http://pbx:{web.port}/a.wav", own(web)) == "forbidden"
    assert len(web.asked) == 2 + 5


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://pbx/x", "http://u:p@pbx/x"])
def test_a_redirect_to_no_web_address(web: Web, target: str) -> None:
    web.redirect("/a.wav", target)
    assert refused(f"http://pbx:{web.port}/a.wav", own(web)) == "address"


def test_the_login_goes_to_the_own_place_only() -> None:
    with Web() as one, Web() as other:
        for server in (one, other):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        other.answers["/x"] = given_whole()
        access = Access(
            own=("http", "pbx", one.port), username="u", secret="s", resolve=lambda host, port: ["127.0.0.1"]
        )
        assert refused(f"http://pbx:{other.port}/x", access) == "forbidden"
        assert other.asked == []
        one.shutdown()
        other.shutdown()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", "login"),
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "login"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "gone"),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "status"),
        (b"HTTP/1.1 206 Part\r\nContent-Length: 0\r\n\r\n", "status"),
        (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "status"),
        (b"nonsense\r\n\r\n", "away"),
        (b"", "away"),
        (given_whole(len(SOUND) + 1), "away"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "away"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", "away"),
    ],
)
def test_answers_that_are_no_recording(web: Web, answer: bytes, problem: str) -> None:
    web.answers["/a.wav"] = answer
    assert refused(f"http://pbx:{web.port}/a.wav", own(web)) == problem


def test_a_server_that_is_slow_is_left() -> None:
    with Web() as server:  # accepts, and never answers
        assert refused(f"http://pbx:{server.port}/a.wav", own(server, pause_seconds=0.05)) == "slow"


def test_a_server_that_sends_for_ever_is_left(web: Web) -> None:
    web.answers["/a.wav"] = given_whole()
    assert refused(f"http://pbx:{web.port}/a.wav", own(web, seconds=0.0)) == "slow"


def test_nobody_listens() -> None:
    with Web() as server:
        port = server.port
    access = Access(own=("http", "pbx", port), resolve=lambda host, port: ["127.0.0.1"])
    assert refused(f"http://pbx:{port}/a.wav", access) == "away"


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "pbx/a.wav",
            "ftp://pbx/a",
            "file:///etc/passwd",
            "http://",
            "http:///a",
            "http://u:p@pbx/",
            "http://pbx:0/",
        ),
        *(
            "http://pbx:99999/",
            "http://pbx/a b",
            "http://pbx/a\r\nX: y",
            "http://pbx/\x00",
            "http://[::1",
            "javascript:a",
        ),
    ],
)
def test_addresses_that_are_none(address: str) -> None:
    assert refused(address, Access(resolve=lambda host, port: ["127.0.0.1"])) == "address"


@example(".")
@example("\u3002")
@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for address in (text, f"http://{text}"):
        try:
            scheme, host, port = place_of(address)
        except FetchFailed:
            continue
        assert scheme in ("http", "https")
        assert host
        assert 0 < port < 65536
