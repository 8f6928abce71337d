"""Callcard speaks https with one setting, takes up a renewed certificate, and believes its proxies alone."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.test import Client

from callcard.config import server
from callcard.config.acme import kept
from callcard.config.acme.wish import Wish
from callcard.config.environment import SettingNotValid, check
from callcard.live.services import Tell, tell
from callcard.staff.audit.models import Entry
from callcard.staff.models import User
from lab.authority.run import Authority
from lab.certificate import write
from tests.databases import url_of_the_run
from tests.stories.product import Product

pytestmark = pytest.mark.django_db(transaction=True)
_PATIENCE_SECONDS = 20.0


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return write(tmp_path)


@pytest.fixture
def serve(office_people: dict[str, User]) -> Iterator[Callable[..., int]]:
    """Serves with these options; returns the port."""
    running: list[Product] = []

    def start(**options: Any) -> int:
        running.append(Product(**options))
        running[-1].start()
        return running[-1].port

    yield start
    for product in running:
        product.stop()


def _get(port: int, trusted: Path, path: str = "/sign-in") -> tuple[http.client.HTTPResponse, bytes]:
    """The answer, and the certificate that it came with."""
    connection = http.client.HTTPSConnection(
        "localhost", port, timeout=_PATIENCE_SECONDS, context=ssl.create_default_context(cafile=str(trusted))
    )
    connection.request("GET", path)
    assert isinstance(connection.sock, ssl.SSLSocket)
    shown = connection.sock.getpeercert(binary_form=True) or b""
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer, shown


def test_pages_come_over_https(serve: Callable[..., int], certificate: Path) -> None:
    answer, _shown = _get(serve(certificate=str(certificate)), certificate)
    assert answer.status == 200


def test_what_is_older_than_tls_1_2_is_refused(serve: Callable[..., int], certificate: Path) -> None:
    port = serve(certificate=str(certificate))
    context = ssl.create_default_context(cafile=str(certificate))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # or this client would not even ask
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", port), _PATIENCE_SECONDS) as line,
        context.wrap_socket(line, server_hostname="localhost") as door,
    ):
        assert door.version() == "TLSv1.2"
    with pytest.deprecated_call():
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", port), _PATIENCE_SECONDS) as line,
        pytest.raises(ssl.SSLError, match=r"EOF|PROTOCOL_VERSION"),  # the server hangs up
    ):
        context.wrap_socket(line, server_hostname="localhost")


def test_with_a_certificate_browsers_are_told_to_stay_with_https(certificate: Path, tmp_path: Path) -> None:
    names = ["HTTPS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_NAME"]
    code = (
        f"import json; from callcard.config import settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
    )
    kept = {"CALLCARD_DATA_DIR": str(tmp_path / "var"), "CALLCARD_TLS_CERTIFICATE": str(certificate)}
    said = subprocess.run([sys.executable, "-c", code], env=os.environ | kept, capture_output=True, check=True)
    assert json.loads(said.stdout) == [True, True, True, 31536000, "__Host-sessionid"]
    assert (tmp_path / "var").stat().st_mode & 0o077 == 0


def test_with_a_certificate_every_cookie_keeps_to_this_host(
    office_people: dict[str, User], certificate: Path, tmp_path: Path
) -> None:
    """The browser asks for the sign-in page, signs in, and chooses a language in both ways that there are."""
    said = subprocess.run(
        [sys.executable, "-c", _EVERY_COOKIE, office_people["anna"].username],
        env=os.environ
        | {
            "CALLCARD_DATA_DIR": str(tmp_path / "var"),
            "CALLCARD_TLS_CERTIFICATE": str(certificate),
            "CALLCARD_DATABASE_URL": url_of_the_run(),
            "DJANGO_SETTINGS_MODULE": "callcard.config.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    cookies = json.loads(said.stdout)
    assert cookies.keys() == {"__Host-sessionid", "__Host-csrftoken", "__Host-language", "__Host-known"}
    for cookie, (secure, samesite, path, domain, httponly) in cookies.items():
        assert (secure, samesite, path, domain) == (True, "Lax", "/", ""), cookie
        assert httponly or cookie == "__Host-csrftoken", cookie


_EVERY_COOKIE = """
import json, sys, django
django.setup()
from django.conf import settings
from django.test import Client
from callcard.staff.models import User
settings.ALLOWED_HOSTS = ["testserver"]
user = User.objects.get(username=sys.argv[1])
user.set_password("tumbling-horses-9")
user.save()
client = Client()
for ask in (
    lambda: client.get("/sign-in", secure=True),
    lambda: client.post("/sign-in", {"username": user.username, "password": "tumbling-horses-9"}, secure=True),
    lambda: client.post("/language", {"language": "en"}, secure=True),
    lambda: client.post("/me/preferences", {"language": "en"}, secure=True),
):
    answer = ask()
    assert answer.status_code < 400, (answer.status_code, answer.content[:300])
fields = ("secure", "samesite", "path", "domain", "httponly")
print(json.dumps({name: [one[field] for field in fields] for name, one in client.cookies.items()}))
"""


def test_a_renewed_certificate_is_taken_up_and_a_broken_one_is_not(
    serve: Callable[..., int], certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_LOOK_FOR_CERTIFICATE_SECONDS", 0.05)
    port = serve(certificate=str(certificate))
    _answer, first = _get(port, certificate)
    good = certificate.read_bytes()
    trusted = tmp_path / "first.pem"
    trusted.write_bytes(good)
    certificate.write_bytes(good[: len(good) // 2])
    time.sleep(0.3)
    assert _get(port, trusted)[1] == first
    (tmp_path / "new").mkdir()
    renewed = write(tmp_path / "new")
    os.replace(renewed, certificate)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            shown = _get(port, certificate)[1]
            break
        except ssl.SSLCertVerificationError:
            assert time.monotonic() < deadline, "the renewed certificate was not taken up"
            time.sleep(0.05)
    assert shown != first


def _shown(port: int, trusted: Path) -> set[str]:
    """For which names the certificate is that a new connection gets. Raises SSLCertVerificationError."""
    context = ssl.create_default_context(cafile=str(trusted))
    with (
        socket.create_connection(("127.0.0.1", port), _PATIENCE_SECONDS) as line,
        context.wrap_socket(line, server_hostname="office.example.com") as door,
    ):
        shown = x509.load_der_x509_certificate(door.getpeercert(binary_form=True) or b"")
        names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return set(names.get_values_for_type(x509.DNSName))


def test_it_gets_its_certificate_by_itself_while_a_desk_stays_open(
    serve: Callable[..., int], office_people: dict[str, User], tmp_path: Path
) -> None:
    names = ("office.example.com", "phones.example.com")
    client = Client()
    client.force_login(office_people["anna"])
    with Authority() as authority:
        wish = Wish(names, tmp_path / "tls", authority.directory, str(authority.trusted), port=authority.asks_on)
        with kept.alone(wish):  # nothing is asked until the desk is open
            port = serve(acme=wish)
            before = tmp_path / "before.pem"
            before.write_bytes(wish.certificate.read_bytes())
            assert _shown(port, before) == set(names)
            context = ssl.create_default_context(cafile=str(before))
            context.check_hostname = False
            desk = http.client.HTTPSConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS, context=context)
            desk.request("GET", "/live", headers={"Cookie": f"sessionid={client.cookies['sessionid'].value}"})
            stream = desk.getresponse()
            assert stream.status == 200
        deadline = time.monotonic() + 2 * _PATIENCE_SECONDS
        while True:
            with contextlib.suppress(ssl.SSLCertVerificationError):
                assert _shown(port, authority.root()) == set(names)
                break
            assert time.monotonic() < deadline, "the certificate was not taken up"
            time.sleep(0.1)
    tell([Tell(kind="try", payload={"said": "still here"}, user_id=office_people["anna"].pk)])
    while b"still here" not in (line := stream.readline()):
        assert line, "the stream has ended"
    stream.close()
    desk.close()


def _signs_in_in_vain(port: int, forwarded: str) -> str:
    """The address from which the audit says somebody came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    page = answer.read().decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    cookie = answer.headers["Set-Cookie"].split(";")[0]
    headers = {"Cookie": cookie, "X-Forwarded-For": forwarded, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", f"csrfmiddlewaretoken={token}&username=eve&password=x", headers)
    connection.getresponse().read()
    connection.close()
    return Entry.objects.get(kind="failed").address


def test_a_proxy_says_for_whom_it_asks(serve: Callable[..., int]) -> None:
    assert _signs_in_in_vain(serve(proxies=["127.0.0.1"]), "198.51.100.7") == "198.51.100.7"


def test_nobody_else_does(serve: Callable[..., int]) -> None:
    assert _signs_in_in_vain(serve(proxies=["192.0.2.9"]), "198.51.100.7") == "127.0.0.1"


def test_a_certificate_that_cannot_be_used_stops_the_start_in_words(certificate: Path, tmp_path: Path) -> None:
    check("CALLCARD_TLS_CERTIFICATE", str(certificate), [])
    for path in (tmp_path / "missing.pem", tmp_path):
        with pytest.raises(SettingNotValid, match=r"CALLCARD_TLS_CERTIFICATE: .* cannot be used"):
            check("CALLCARD_TLS_CERTIFICATE", str(path), [])


@pytest.mark.parametrize("value", ["*", "proxy.example", "10.0.0.0/99"])
def test_a_proxy_is_an_address(value: str) -> None:
    with pytest.raises(SettingNotValid, match="is no address or network"):
        check("CALLCARD_TRUSTED_PROXIES", value, [])
    check("CALLCARD_TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/24, ::1", [])


def test_following_a_certificate_that_is_not_there_goes_on(certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)

    certificate.unlink()

    async def follow() -> bool:
        task = asyncio.create_task(server.follow_certificate(certificate, context, every_seconds=0.01))
        await asyncio.sleep(0.05)
        is_alive = not task.done()
        task.cancel()
        return is_alive

    assert asyncio.run(follow())
