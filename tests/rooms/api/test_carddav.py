"""CardDAV as iOS, DAVx5 and Thunderbird ask: discovery, the whole book, single cards, and only what changed."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image

from callcard.api import carddav_views, queries
from callcard.api.dav_xml import NotXml, read_xml
from callcard.api.models import DevicePassword
from callcard.api.services import make_device_password, revoke
from callcard.customers.models import Customer
from callcard.customers.services import (
    add_contact,
    add_phone,
    archive_customer,
    create_customer,
    set_portrait,
    update_customer,
)
from callcard.staff.models import Change, User

pytestmark = pytest.mark.django_db
BOOK = "/carddav/books/customers/"
D, C = "{DAV:}", "{urn:ietf:params:xml:ns:carddav}"
NS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def mali() -> User:
    return User.objects.create_user("mali", records=User.Records.OWN)


class Device:
    """A mobile with its password."""

    def __init__(self, user: User, scope: str = "all") -> None:
        self.row, self.password = make_device_password(user=user, name="Mobile", scope=scope)
        self.headers = basic(user.username, self.password)

    def ask(self, method: str, path: str, body: str = "", depth: str = "0", **headers: str) -> HttpResponse:
        answer = Client().generic(
            method, path, body, content_type="text/xml", headers={**self.headers, "Depth": depth, **headers}
        )
        assert isinstance(answer, HttpResponse)
        return answer

    def sync(self, token: str = "") -> tuple[dict[str, str], str]:
        """href -> the name on the card, or "gone"; and the next token."""
        body = (
            f"<D:sync-collection {NS}><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
            "<D:prop><D:getetag/><C:address-data/></D:prop></D:sync-collection>"
        )
        root = fromstring(self.ask("REPORT", BOOK, body).content)
        return {href(one): full_name(one) or "gone" for one in root.iter(f"{D}response")}, root.findtext(
            f"{D}sync-token", ""
        )


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def href(response: Element) -> str:
    return response.findtext(f"{D}href", "")


def full_name(response: Element) -> str:
    data = next(response.iter(f"{C}address-data"), None)
    lines = ((data.text or "") if data is not None else "").splitlines()
    return next((line.removeprefix("FN:") for line in lines if line.startswith("FN:")), "")


def one(answer: HttpResponse, path: str) -> str:
    assert answer.status_code == 207
    found = fromstring(answer.content).find(f".//{path}")
    assert found is not None
    return found.text or ""


def test_a_device_finds_the_book_from_the_domain_alone(mali: User) -> None:
    device = Device(mali)
    assert Client().generic("PROPFIND", "/.well-known/carddav").headers["Location"] == "/carddav/"
    ask = f"<D:propfind {NS}><D:prop><D:current-user-principal/><D:nonsense/></D:prop></D:propfind>"
    answer = device.ask("PROPFIND", "/carddav/", ask)
    assert one(answer, f"{D}current-user-principal/{D}href") == "/carddav/principal/"
    assert b"404 Not Found" in answer.content
    ask = f"<D:propfind {NS}><D:prop><C:addressbook-home-set/></D:prop></D:propfind>"
    home = one(device.ask("PROPFIND", "/carddav/principal/", ask), f"{C}addressbook-home-set/{D}href")
    listed = fromstring(device.ask("PROPFIND", home, depth="1").content)
    books = [href(each) for each in listed.iter(f"{D}response") if next(each.iter(f"{C}addressbook"), None) is not None]
    assert books == [BOOK]
    options = device.ask("OPTIONS", BOOK)
    assert "addressbook" in options.headers["DAV"]


def test_cards_are_listed_and_read_in_both_versions(mali: User) -> None:
    device = Device(mali)
    customer = create_customer(name="Anna; \\ Co, Ltd\nX", responsible=mali, city="Pakse", kind="company")
    add_phone(customer=customer, raw="020 5555 1234", label="Mobile", is_preferred=True)
    add_contact(customer=customer, kind="email", value="anna@example.com")
    listed = fromstring(device.ask("PROPFIND", BOOK, depth="1").content)
    path = f"{BOOK}{customer.pk}.vcf"
    etags = {href(each): each.findtext(f".//{D}getetag") for each in listed.iter(f"{D}response")}
    assert path in etags
    answer = device.ask("GET", path)
    assert answer.headers["ETag"] == etags[path]
    text = answer.content.decode()
    assert text.startswith("BEGIN:VCARD\r\nVERSION:3.0\r\n")
    assert "FN:Anna\\; \\\\ Co\\, Ltd\\nX\r\n" in text
    assert "TEL;TYPE=CELL,PREF:+8562055551234\r\n" in text
    newer = device.ask("GET", path, Accept="text/vcard; version=4.0").content.decode()
    assert "VERSION:4.0\r\n" in newer
    assert "TEL;TYPE=cell;PREF=1:+8562055551234\r\n" in newer
    assert device.ask("GET", path, **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    update_customer(customer=customer, changes={"city": "Paris"}, by=mali)
    assert device.ask("GET", path).headers["ETag"] != answer.headers["ETag"]


def test_multiget_and_query(mali: User) -> None:
    device = Device(mali)
    anna, ben = (
        create_customer(name=name, responsible=mali, numbers=[f"021 11{n}"]) for n, name in enumerate(["Anna", "Ben"])
    )
    body = (
        f"<C:addressbook-multiget {NS}><D:prop><D:getetag/><C:address-data/></D:prop>"
        f"<D:href>{BOOK}{anna.pk}.vcf</D:href><D:href>{BOOK}999.vcf</D:href><D:href>/etc/x</D:href></C:addressbook-multiget>"
    )
    root = fromstring(device.ask("REPORT", BOOK, body).content)
    assert [(href(each), full_name(each)) for each in root.iter(f"{D}response")] == [
        (f"{BOOK}{anna.pk}.vcf", "Anna"),
        (f"{BOOK}999.vcf", ""),
        ("/etc/x", ""),
    ]
    body = (
        f'<C:addressbook-query {NS}><D:prop><C:address-data version="4.0"/></D:prop><C:filter><C:prop-filter name="FN">'
        '<C:text-match match-type="starts-with">bE</C:text-match></C:prop-filter></C:filter></C:addressbook-query>'
    )
    root = fromstring(device.ask("REPORT", BOOK, body).content)
    assert [href(each) for each in root.iter(f"{D}response")] == [f"{BOOK}{ben.pk}.vcf"]


def test_only_what_changed_is_told(mali: User) -> None:
    device = Device(mali)
    anna, ben = (create_customer(name=name, responsible=mali) for name in ("Anna", "Ben"))
    create_customer(name="Foreign")
    everything, token = device.sync()
    paths = {each.name: f"{BOOK}{each.pk}.vcf" for each in (anna, ben)}
    assert everything == {paths["Anna"]: "Anna", paths["Ben"]: "Ben"}
    _settle()
    nothing, token = device.sync(device.sync()[1])
    assert nothing == {}
    update_customer(customer=anna, changes={"name": "Anne"}, by=mali)
    archive_customer(customer=ben, by=mali)
    changed, token = device.sync(token)
    assert changed == {paths["Anna"]: "Anne", paths["Ben"]: "gone"}


def _settle() -> None:
    """As if all of it was long ago: steps of the last minutes are told twice."""
    Change.objects.update(at=timezone.now() - timedelta(hours=1))


@pytest.mark.parametrize("token", ["nonsense", "callcard:1-2", "callcard:99999999-1-x", "callcard:-1-1-x"])
def test_a_strange_token_begins_anew(mali: User, token: str) -> None:
    device = Device(mali)
    body = f"<D:sync-collection {NS}><D:sync-token>{token}</D:sync-token><D:prop/></D:sync-collection>"
    answer = device.ask("REPORT", BOOK, body)
    assert (answer.status_code, b"valid-sync-token" in answer.content) == (403, True)


def test_who_may_see_less_begins_anew_and_a_full_book_ends(mali: User, monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device(mali)
    made = [create_customer(name=f"C{number}", responsible=mali) for number in range(4)]
    _all, token = device.sync()
    monkeypatch.setattr(queries, "MOST_ON_A_DEVICE", 3)
    body = f"<D:sync-collection {NS}><D:sync-token>{token}</D:sync-token><D:prop/></D:sync-collection>"
    assert device.ask("REPORT", BOOK, body).status_code == 403
    assert list(device.sync()[0].values()) == ["C1", "C2", "C3"]
    assert device.ask("GET", f"{BOOK}{made[0].pk}.vcf").status_code == 404


def test_no_password_no_customers(mali: User) -> None:
    device = Device(mali)
    for headers in (
        {},
        basic("mali", "x"),
        basic("noy", device.password),
        basic("mali", device.password + "x"),
        {"Authorization": "Basic %%%"},
        {"Authorization": "Bearer x"},
    ):
        cache.clear()
        answer = Client().generic("PROPFIND", BOOK, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    client = Client()
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{BOOK}1.vcf").status_code == 401
    assert device.ask("PROPFIND", BOOK).status_code == 207
    assert DevicePassword.objects.get().used_at is not None
    assert device.password not in DevicePassword.objects.get().hash
    revoke(device=device.row)
    assert device.ask("PROPFIND", BOOK).status_code == 401


def test_who_left_reads_nothing(mali: User) -> None:
    device = Device(mali)
    User.objects.filter(pk=mali.pk).update(is_active=False)
    assert device.ask("PROPFIND", BOOK).status_code == 401


def test_another_password_is_refused_after_guessing() -> None:
    answers = [Client().generic("PROPFIND", BOOK, headers=basic("mali", f"abcd-efg{n}")).status_code for n in range(13)]
    assert answers[0] == 401
    assert answers[-1] == 429


@pytest.mark.parametrize(
    "body",
    [
        b"<a>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        b"<a>" * 100 + b"</a>" * 100,
        b"<a>" + b"x" * 1_100_000 + b"</a>",
    ],
)
def test_strange_xml_is_refused(mali: User, body: bytes) -> None:
    with pytest.raises(NotXml):
        read_xml(body)
    assert Device(mali).ask("PROPFIND", BOOK, body.decode("latin-1")).status_code == 400


def test_nothing_can_be_written(mali: User) -> None:
    device = Device(mali)
    customer = create_customer(name="Anna", responsible=mali)
    for method in ("PUT", "DELETE", "MKCOL", "PROPPATCH", "POST"):
        assert device.ask(method, f"{BOOK}{customer.pk}.vcf", "BEGIN:VCARD").status_code == 405
        assert device.ask(method, BOOK).status_code == 405
    assert Customer.objects.get().name == "Anna"


def test_a_password_is_shown_once(client: Client, mali: User) -> None:
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    page = client.post("/me/devices", {"name": "Mobile", "scope": "own"}).content.decode()
    device = DevicePassword.objects.get()
    assert device.slug[:4] + "-" + device.slug[4:] in page
    assert device.slug[:4] + "-" not in client.get("/me/devices").content.decode()
    other = make_device_password(user=User.objects.create_user("noy"), name="X", scope="own")[0]
    assert client.post(f"/me/devices/{other.pk}/revoke").status_code == 404
    other.refresh_from_db()
    assert other.revoked_at is None


def test_a_portrait_is_in_the_card_as_jpeg(mali: User, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    customer = create_customer(name="Anna", responsible=mali)
    picture = io.BytesIO()
    Image.new("RGB", (300, 200), "#3366cc").save(picture, "PNG")
    device = Device(mali)
    before = device.ask("GET", f"{BOOK}{customer.pk}.vcf")
    assert b"PHOTO" not in before.content
    set_portrait(customer=customer, upload=picture.getvalue(), by=mali)
    old = device.ask("GET", f"{BOOK}{customer.pk}.vcf", Accept="text/vcard")
    assert old.headers["ETag"] != before.headers["ETag"]
    new = device.ask("GET", f"{BOOK}{customer.pk}.vcf", Accept="text/vcard; version=4.0")
    for answer, name in ((old, "PHOTO;ENCODING=b;TYPE=JPEG:"), (new, "PHOTO:data:image/jpeg;base64,")):
        text = answer.content.decode()
        assert max(len(line) for line in text.split("\r\n")) <= 75
        lines = text.replace("\r\n ", "").split("\r\n")
        data = next(line for line in lines if line.startswith(name)).removeprefix(name)
        with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as photo:
            assert (photo.format, photo.size) == ("JPEG", (256, 256))
    (tmp_path / Customer.objects.get().portrait).unlink()
    assert b"PHOTO" not in device.ask("GET", f"{BOOK}{customer.pk}.vcf").content


def parts(device: Device, token: str = "", limit: str = "") -> tuple[list[list[str]], str]:
    """The names of each part, asked for until one says that it is the last; and the token to go on with."""
    found = []
    for _turn in range(20):
        body = (
            f"<D:sync-collection {NS}><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{limit}"
            "<D:prop><D:getetag/><C:address-data/></D:prop></D:sync-collection>"
        )
        root = fromstring(device.ask("REPORT", BOOK, body).content)
        token = root.findtext(f"{D}sync-token", "")
        rows = list(root.iter(f"{D}response"))
        cut = [row for row in rows if href(row) == BOOK]
        found.append([full_name(row) or href(row) for row in rows if row not in cut])
        if not cut:
            return found, token
        assert cut[0].findtext(f"{D}status") == "HTTP/1.1 507 Insufficient Storage"
        assert cut[0].find(f"{D}error/{D}number-of-matches-within-limits") is not None
    raise AssertionError("there is no end")


def test_a_large_book_is_given_in_parts_and_nothing_is_missed_meanwhile(
    mali: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device(mali)
    made = [create_customer(name=f"C{number}", responsible=mali) for number in range(5)]
    monkeypatch.setattr(carddav_views, "PART", 2)
    found, token = parts(device)
    assert found == [["C0", "C1"], ["C2", "C3"], ["C4"]]
    Change.objects.update(at=timezone.now() - timedelta(hours=1))
    for number in (0, 1, 3):
        update_customer(customer=made[number], changes={"name": f"N{number}"}, by=mali)
    archive_customer(customer=made[4])
    found, token = parts(device, token)
    assert found == [["N0", "N1"], ["N3", f"{BOOK}{made[4].pk}.vcf"]]
    Change.objects.update(at=timezone.now() - timedelta(hours=1))
    assert parts(device, token)[0] == [[]]


def test_what_changes_between_two_parts_is_told_the_next_time(mali: User, monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device(mali)
    made = [create_customer(name=f"C{number}", responsible=mali) for number in range(3)]
    monkeypatch.setattr(carddav_views, "PART", 2)
    first, token = device.sync()
    assert list(first.values()) == ["C0", "C1", "gone"]  # the last is the book itself, with 507
    update_customer(customer=made[0], changes={"name": "Later"}, by=mali)
    rest, token = device.sync(token)
    assert list(rest.values()) == ["C2"]
    Change.objects.filter(action="created").update(at=timezone.now() - timedelta(hours=1))
    assert "Later" in device.sync(token)[0].values()


def test_a_device_may_ask_for_smaller_parts(mali: User) -> None:
    device = Device(mali)
    for number in range(3):
        create_customer(name=f"C{number}", responsible=mali)
    limit = "<D:limit><D:nresults>1</D:nresults></D:limit>"
    assert parts(device, limit=limit)[0] == [["C0"], ["C1"], ["C2"]]
    for odd in ("0", "-1", "x", "999999999999"):
        assert parts(device, limit=limit.replace("1", odd))[0] == [["C0", "C1", "C2"]]
    asked = f"<C:addressbook-query {NS}><D:prop><D:getetag/></D:prop><C:limit><C:nresults>2</C:nresults></C:limit>"
    answer = device.ask("REPORT", BOOK, f"{asked}</C:addressbook-query>", depth="1")
    assert answer.content.count(b"getetag>") == 4
    assert b"507 Insufficient Storage" in answer.content
