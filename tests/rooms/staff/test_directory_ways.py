"""The way to the directory: encrypted, to the right server, and not waited for; against a real slapd and bad doors."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY

from callcard.staff.directory.ldap.connection import Connection, Way
from lab.directory.run import Directory as Peer
from tests.rooms.staff.directory import come, details, listener, mali, nobody_is_in, refusing, use
from tests.rooms.staff.windows import words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "columns",
    [{"encryption": "starttls"}, {"encryption": "plain", "allows_plain": True}],
    ids=["starttls", "plain"],
)
def test_other_ways_than_tls(directory: Peer, columns: dict[str, Any]) -> None:
    user = mali()
    use(directory, **columns)
    assert come()[0].session[SESSION_KEY] == str(user.pk)


def test_without_encryption_nothing_is_sent_unless_it_is_allowed(
    directory: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mali()
    use(directory, encryption="plain")
    monkeypatch.setattr(Connection, "__init__", lambda *_all, **_named: pytest.fail("asked"))
    nobody_is_in(come())
    assert details() == ["directory: not-encrypted"]


@pytest.mark.parametrize("way", [Way.TLS, Way.START_TLS])
@pytest.mark.parametrize("columns", [{"authority": ""}, {"servers": "127.0.0.2"}], ids=["authority", "name"])
def test_a_certificate_that_is_not_trusted_is_told_no_password(
    directory: Peer, way: Way, columns: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mali()
    port = directory.tls_port if way is Way.TLS else directory.port
    sent: list[str] = []
    monkeypatch.setattr(Connection, "bind", lambda _self, name, _password: sent.append(name))
    if "servers" in columns:
        monkeypatch.setattr("callcard.staff.directory.talk.open_socket", _to_this_machine)
        columns = {"servers": f"{columns['servers']}:{port}"}
    use(directory, encryption=way.value, **columns)
    assert "does not answer" in nobody_is_in(come(), 503)
    assert "certificate verify failed" in details()[0]
    assert sent == []


def _to_this_machine(host: str, port: int, *, is_own: bool, seconds: float) -> Any:
    from callcard.staff.single_sign_on.web import open_socket

    return open_socket("127.0.0.1", port, is_own=is_own, seconds=seconds)


def test_a_server_that_is_dead_is_followed_by_the_next_and_left_alone(directory: Peer) -> None:
    user = mali()
    use(directory, servers=f"localhost:1\nlocalhost:{directory.tls_port}")
    assert come()[0].session[SESSION_KEY] == str(user.pk)
    use(directory, servers="localhost:1")
    client, response = come()
    assert (response.status_code, SESSION_KEY in client.session) == (503, False)
    assert "127.0.0.1" not in words(response)
    come()
    assert ["nobody answered" in one for one in details()] == [False, True]


def test_a_slow_server_costs_no_more_than_its_time(directory: Peer) -> None:
    mali()
    with listener(lambda taken: time.sleep(1.6)) as port:
        use(directory, servers=f"localhost:{port}", seconds=1)
        began = time.monotonic()
        nobody_is_in(come(), 503)
    assert 0.9 < time.monotonic() - began < 3
    assert "timed out" in details()[0] or "too slow" in details()[0]


@pytest.mark.parametrize(
    ("code", "said", "words_there"),
    [
        (49, "80090308: LdapErr: comment: AcceptSecurityContext error, data 533, v4563", "closed in your company"),
        (53, "unwilling", "closed in your company"),
        (51, "busy", "does not answer"),
        (10, "ldap://elsewhere.example.com", "cannot use"),
    ],
)
def test_other_refusals_are_told_and_no_referral_is_followed(
    directory: Peer, code: int, said: str, words_there: str
) -> None:
    mali()
    plain = {"encryption": "plain", "allows_plain": True, "person_name": "cn={name}", "bind_name": ""}
    with listener(refusing(code, said)) as port:
        use(directory, servers=f"localhost:{port}", **plain)
        told = nobody_is_in(come(), 503 if code == 51 else 422)
    assert words_there in told
    assert said not in told


@pytest.mark.parametrize(
    "junk",
    [b"", b"0\x05\x02\x01\x01a\x00", b"HTTP/1.1 400 Bad\r\n\r\n", b"0\x84\xff\xff\xff\xff", b"\x30\x03\x02\x01\x07"],
)
def test_what_speaks_no_ldap_is_away(directory: Peer, junk: bytes) -> None:
    mali()

    def answer(taken: socket.socket) -> None:
        taken.recv(100)
        taken.sendall(junk)

    with listener(answer) as port:
        use(directory, servers=f"localhost:{port}", encryption="plain", allows_plain=True)
        nobody_is_in(come(), 503)
