"""The certificate that Callcard gets by itself, from a real authority (Pebble)."""

from __future__ import annotations

import http.server
import json
import re
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.formats import date_format

from callcard.config import unsafe_certificates
from callcard.config.acme import attempt as attempts
from callcard.config.acme.certificates import look_at, new_key, pem_of, write_own
from callcard.config.acme.kept import read_state, write_state
from callcard.config.acme.rules import renew_at, wait_after
from callcard.config.acme.wish import Wish
from callcard.config.environment import SettingNotValid, check
from callcard.staff.certificate import Standing, certificate_standing
from lab.authority.run import REFUSED, Authority
from lab.certificate import without_key, write
from lab.ports import free_port

_NAMES = ("office.example.com", "phones.example.com")


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with Authority() as running:
        yield running


@pytest.fixture
def wish(authority: Authority, tmp_path: Path) -> Wish:
    trusted = str(authority.trusted)
    wish = Wish(_NAMES, tmp_path / "tls", authority.directory, trusted, "admin@example.com", authority.asks_on)
    write_own(wish)
    return wish


def _at(**later: float) -> Any:
    return lambda: datetime.now(UTC) + timedelta(**later)


def test_it_is_got_once_for_every_name_and_kept_for_its_owner_alone(wish: Wish, authority: Authority) -> None:
    own = look_at(wish.certificate)
    assert own is not None
    assert own.is_own
    state = attempts.attempt(wish, "127.0.0.1")
    assert (state.failures, state.problem) == (0, "")
    seen = look_at(wish.certificate)
    assert seen is not None
    assert (seen.names, seen.is_own) == (frozenset(_NAMES), False)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(wish.certificate)
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in wish.folder.iterdir()} == dict.fromkeys(
        ("account.key", "certificate.pem", "lock", "state.json"), "0o600"
    )
    assert wish.folder.stat().st_mode & 0o077 == 0
    # A restart and the administrator's own wish get nothing new.
    write_own(wish)
    assert attempts.attempt(wish, "127.0.0.1") == state
    attempts.attempt(wish, "127.0.0.1", at_once=True)
    assert look_at(wish.certificate) == seen
    # Another name is another certificate, by the same account.
    account = (wish.folder / "account.key").read_bytes()
    attempts.attempt(replace(wish, names=(*_NAMES, "third.example.com")), "127.0.0.1")
    again = look_at(wish.certificate)
    assert again is not None
    assert again.names == {*_NAMES, "third.example.com"}
    assert (wish.folder / "account.key").read_bytes() == account


def test_a_certificate_that_is_gone_is_got_again_at_once(wish: Wish) -> None:
    attempts.attempt(wish, "127.0.0.1")
    wish.certificate.unlink()
    write_own(wish)
    attempts.attempt(wish, "127.0.0.1")
    seen = look_at(wish.certificate)
    assert seen is not None
    assert not seen.is_own


def _lies_there(wish: Wish, days: int) -> None:
    """One of this authority for ninety days, of which so many are over."""
    key, begins = new_key(), datetime.now(UTC) - timedelta(days=days)
    named, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("office", "issuer"))
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in wish.names])
    signed = (
        x509.CertificateBuilder(issuer, named, key.public_key(), 1000, begins, begins + timedelta(days=90))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    wish.certificate.write_bytes(pem_of(key) + signed.public_bytes(Encoding.PEM))
    write_state(wish, replace(read_state(wish), is_of_this_authority=True))


def test_at_two_thirds_of_its_life_it_is_renewed_and_not_before(wish: Wish) -> None:
    _lies_there(wish, days=59)
    young = wish.certificate.read_bytes()
    state = attempts.attempt(wish, "127.0.0.1")
    assert wish.certificate.read_bytes() == young
    assert timedelta(hours=11) < state.is_due_at - datetime.now(UTC) < timedelta(hours=13)
    # While it is young, an authority that is away is no failure; later it is, and the certificate stays in use.
    away = replace(wish, port=free_port())
    _lies_there(wish, days=61)
    old = wish.certificate.read_bytes()
    assert attempts.attempt(away, "127.0.0.1", at_once=True).failures == 1
    assert wish.certificate.read_bytes() == old
    assert attempts.attempt(wish, "127.0.0.1", at_once=True).failures == 0
    seen = look_at(wish.certificate)
    assert seen is not None
    assert seen.ends > datetime.now(UTC) + timedelta(days=80)


@pytest.mark.parametrize(
    ("changes", "later", "words"),
    [
        ({"directory": f"https://localhost:{free_port()}/dir"}, {}, "cannot be reached"),
        ({"authority": ""}, {}, "is not trusted.*CALLCARD_ACME_AUTHORITY"),
        ({"port": free_port()}, {}, "question was not answered.*office.example.com: .*refused"),
        ({}, {"hours": 3}, "This machine's clock says"),
        ({}, {"hours": -3}, "This machine's clock says"),
        ({"names": (REFUSED,)}, {}, f"refused: .*{REFUSED}"),
    ],
)
def test_what_fails_is_said_changes_nothing_and_is_tried_later(
    wish: Wish, changes: dict[str, Any], later: dict[str, float], words: str
) -> None:
    other = replace(wish, **changes)
    before = wish.certificate.read_bytes()
    now = _at(**later)
    state = attempts.attempt(other, "127.0.0.1", clock=now)
    assert re.search(words, state.problem), state.problem
    assert wish.certificate.read_bytes() == before
    assert timedelta(minutes=9) < state.is_due_at - now() < timedelta(minutes=13)
    assert attempts.attempt(other, "127.0.0.1", clock=now) == state
    again = attempts.attempt(other, "127.0.0.1", at_once=True, clock=now)
    assert again.failures == 2
    assert again.is_due_at - now() > timedelta(minutes=29)


def test_a_port_in_use_is_said(wish: Wish) -> None:
    with http.server.HTTPServer(("127.0.0.1", wish.port), http.server.BaseHTTPRequestHandler):
        state = attempts.attempt(wish, "127.0.0.1")
    assert "CALLCARD_ACME_PORT" in state.problem


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Wish]:
    """An authority that answers nothing but that one has to wait, which Pebble never does."""

    class _Busy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many orders"}).encode()
            self.send_response(429)
            self.send_header("Retry-After", "172800")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing to the tests' output."""

    own = write(tmp_path)
    (tmp_path / "trusted.pem").write_text(without_key(own), encoding="ascii")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own)
    with http.server.HTTPServer(("127.0.0.1", 0), _Busy) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        directory = f"https://localhost:{server.server_port}/dir"
        yield Wish(_NAMES, tmp_path / "tls", directory, str(tmp_path / "trusted.pem"))
        server.shutdown()


def test_who_is_told_to_wait_waits_even_when_asked_to_try(busy: Wish) -> None:
    write_own(busy)
    state = attempts.attempt(busy, "127.0.0.1")
    assert "too many orders" in state.problem
    assert timedelta(hours=47) < state.is_due_at - datetime.now(UTC) <= timedelta(hours=48)
    assert attempts.attempt(busy, "127.0.0.1", at_once=True) == state


def test_it_is_renewed_at_two_thirds_of_its_life_and_failures_are_spread() -> None:
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    ends = begins + timedelta(days=90)
    assert renew_at(begins, ends, 1000) == begins + timedelta(days=60)
    assert begins + timedelta(days=57) < renew_at(begins, ends, 999) < begins + timedelta(days=58)
    waits = [wait_after(failures, None, 0.0) for failures in (1, 2, 3, 9, 99)]
    assert waits == [timedelta(minutes=each) for each in (10, 30, 90, 720, 720)]
    assert wait_after(1, None, 1.0) == timedelta(minutes=12)
    assert wait_after(1, timedelta(days=99), 0.0) == timedelta(days=8)


@pytest.mark.parametrize("broken", [b"", b"[]", b'{"failures": 1, "who": 2}', b'{"next_look": "soon"}'])
def test_a_broken_file_of_the_state_is_as_none(wish: Wish, broken: bytes) -> None:
    (wish.folder / "state.json").write_bytes(broken)
    state = read_state(wish)
    assert (state.failures, state.names, state.is_of_this_authority) == (0, _NAMES, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TLS_CERTIFICATE", "acme:"),
        ("TLS_CERTIFICATE", "acme:*.example.com"),
        ("TLS_CERTIFICATE", "acme:192.0.2.1"),
        ("TLS_CERTIFICATE", "acme:a.example.com, https://b.example.com"),
        ("ACME_DIRECTORY", "http://acme.example.com/directory"),
        ("ACME_AUTHORITY", "/nowhere.pem"),
        ("ACME_CONTACT", "nobody"),
        ("ACME_PORT", "0"),
    ],
)
def test_what_cannot_be_meant_stops_the_start_in_words(name: str, value: str) -> None:
    with pytest.raises(SettingNotValid, match=f"CALLCARD_{name}: "):
        check(f"CALLCARD_{name}", value, [])
    check("CALLCARD_TLS_CERTIFICATE", "acme:Office.example.com, phones.example.com", [])


def test_the_administrator_is_told_how_long_it_holds_and_what_failed(wish: Wish, settings: Any, capsys: Any) -> None:
    settings.ACME, settings.TLS_CERTIFICATE = wish, str(wish.certificate)
    assert [found.id for found in unsafe_certificates.certificate()] == ["callcard.E016"]
    assert certificate_standing() == Standing(
        "There is no certificate that browsers trust yet. It is got and renewed by itself.", is_well=False
    )
    call_command("get_certificate", host="127.0.0.1")
    seen = look_at(wish.certificate)
    assert seen is not None
    assert capsys.readouterr().out == f"The certificate for {', '.join(_NAMES)} holds until {seen.ends:%Y-%m-%d}.\n"
    [told] = unsafe_certificates.certificate()
    assert told.msg == f"The certificate holds until {seen.ends:%Y-%m-%d}, and is renewed by itself."
    day = date_format(timezone.localtime(seen.ends), "DATE_FORMAT")
    holds = f"The certificate holds until {day}. "
    assert certificate_standing() == Standing(f"{holds}It is got and renewed by itself.", is_well=True)
    write_state(wish, read_state(wish).in_future(datetime.now(UTC), problem="The door is shut.", failures=1))
    [told] = unsafe_certificates.certificate()
    assert (told.id, told.msg) == (
        "callcard.W017",
        f"The certificate holds until {seen.ends:%Y-%m-%d}. The last attempt failed: The door is shut.",
    )
    failed = "The last attempt failed: The door is shut. It is tried again by itself."
    assert certificate_standing() == Standing(holds + failed, is_well=False)
    settings.ACME = replace(wish, names=("new.example.com",), port=free_port())
    with pytest.raises(CommandError, match=r"question was not answered.*Callcard asks again at"):
        call_command("get_certificate", host="127.0.0.1")
    settings.ACME = None
    assert certificate_standing() is not None  # a file of the administrator's own
    settings.TLS_CERTIFICATE = ""
    assert certificate_standing() is None
    with pytest.raises(CommandError, match="does not begin with acme:"):
        call_command("get_certificate")
