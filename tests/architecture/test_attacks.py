"""Attacks of the OWASP ASVS 5, tried at every address there is, so that a new one is tried too.

Whose records somebody sees is for test_roles_see.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core.management import call_command
from django.db import models, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from callcard.api.sign_in import DOCUMENT, PREFIX
from callcard.staff.models import User
from tests.architecture import source
from tests.architecture.test_access import SAMPLES, Steady, Visitor
from tests.architecture.test_fields_hidden import everything

pytestmark = pytest.mark.django_db

# Devices and PBXs bring a secret of their own with each request, and no cookie: nobody can forge those for them.
WITHOUT_COOKIES = {"well-known-carddav", "carddav", "carddav-principal", "carddav-home", "carddav-book", "carddav-card"}
WITHOUT_COOKIES |= {"phone-book", "task-feed"}
LEFT_OUT = frozenset({"sign-out"})
_PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")
_HOSTILE = "x\" xss=\"1' xss='2></script></title></textarea></style><xss-mark>"
_SHORT = '"><xss-mark>'


def _patterns(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, address)
        elif pattern.name not in LEFT_OUT:
            yield str(pattern.name), address


def _filled(address: str, number: int, text: str = "x") -> str:
    samples = {kind: text if kind in {"str", "path"} else str(value) for kind, value in SAMPLES.items()}
    return _PLACEHOLDER.sub(lambda found: {**samples, "int": str(number)}[found[1] or "str"], address)


def _addresses(number: int = 1, text: str = "x") -> Iterator[tuple[str, str]]:
    """(name, address) with this number and text wherever the address has one."""
    for name, address in _patterns(get_resolver().url_patterns):
        yield name, _filled(address, number, text)


def _client(user: User, **options: Any) -> Client:
    client = Steady(raise_request_exception=False, **options)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def _text(response: HttpResponseBase) -> str:
    parts = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return bytes(parts).decode("utf-8", "replace")


@pytest.fixture
def admin() -> User:
    return User.objects.create_user("admin-of-tests", role="administrator")


# -- forged requests (CSRF) --------------------------------------------------------------------------------------------


def test_another_site_can_do_nothing_in_somebodys_name(admin: User) -> None:
    client = _client(admin, enforce_csrf_checks=True)
    done = []
    for name, address in _addresses():
        response = client.post(address, {"name": "forged"})
        if response.status_code not in (401, 403, 405) and name not in WITHOUT_COOKIES:
            done.append((name, response.status_code))
    assert done == []


def test_no_address_knows_a_method_that_shows_or_puts(admin: User) -> None:
    client, taken = Visitor(admin), []
    for name, address in _addresses():
        answer = client.generic("TRACE", address)
        taken += [name] if answer.status_code not in (401, 403, 404, 405) else []
    assert sorted(taken) == ["set_language", "well-known-carddav"]  # they only lead on


# The document is the same for everybody. A calendar is asked for by a program; pictures have names that nobody guesses.
_KEPT = {"api-document": "no-cache", "task-feed": "private, max-age=300"}


# -- private pages in caches -------------------------------------------------------------------------------------------


def test_no_private_page_stays_in_a_cache_or_is_guessed_to_be_another_kind(admin: User) -> None:
    """Not in a proxy's, and not behind the Back button of whoever sits down next. Programs and devices keep what they
    ask for each time whether it is still so."""
    everything(admin)
    client = Visitor(admin)
    kept, told = [], 0
    for name, address in _addresses():
        response = client.get(address)
        rule = response.headers.get("Cache-Control", "")
        assert (name, response.headers.get("X-Content-Type-Options")) == (name, "nosniff")
        told += response.status_code == 200
        wanted = _KEPT.get(name, "private, no-cache" if address.startswith(PREFIX) else "no-store")
        if response.status_code == 200 and "no-store" not in rule and rule != wanted:
            kept.append((name, rule))
    assert told > 120
    assert kept == []


# -- text that would be a program (XSS) --------------------------------------------------------------------------------


class _Marks(HTMLParser):
    """What of a page became an element or an attribute that is none of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "xss-mark" or any(name.startswith("xss") for name, _value in attrs):
            self.found.add(tag)


def _poison() -> int:
    """Every text that somebody may have brought, in every row of a demo company. Returns how many columns there are."""
    number = 0
    for model in (model for model in apps.get_models() if model.__module__.startswith("callcard.")):
        for field in model._meta.local_concrete_fields:
            if _is_free_text(field):
                text = _HOSTILE if (field.max_length or 999) > len(_HOSTILE) + 9 else _SHORT
                if field.name not in _in_constraints(model):
                    number += model._default_manager.update(**{field.name: text}) > 0
    for label in ("customers.Customer", "staff.Change"):
        for row in apps.get_model(label)._default_manager.all()[:50]:
            for name in ("own_fields", "before", "after"):
                if isinstance(held := getattr(row, name, None), dict):
                    setattr(row, name, {key: _HOSTILE if isinstance(v, str) else v for key, v in held.items()})
            row.save()
    return number


def _in_constraints(model: type[models.Model]) -> set[str]:
    """Columns that must differ from row to row."""
    together = (rule.fields for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint))
    alone = {field.name for field in model._meta.local_concrete_fields if field.unique}
    return alone.union(*together, *model._meta.unique_together)


# What the program itself writes and reads again, or a browser never sees.
_OWN_WORDS = re.compile(
    r"e164|slug|path|key|token|hash|rights|password|secret|kind|state|time_zone|media_type|place|digest"
)


def _is_free_text(field: models.Field[Any, Any]) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField) and not field.choices and not field.primary_key
    return is_text and (field.max_length or 999) >= len(_SHORT) and not _OWN_WORDS.search(field.name)


_OF_WHAT = {"/customers/": "customers.Customer", "/orders/": "sales.Order", "/payments/": "sales.Payment"}
_OF_WHAT |= {"/calls/": "calls.Call", "/tasks/": "tasks.Task", "/settings/people/": "staff.User"}


def _of_rows() -> Iterator[tuple[str, str]]:
    """(name, address) with the number of a row that there is."""
    last = {start: apps.get_model(label)._default_manager.order_by("pk").last() for start, label in _OF_WHAT.items()}
    numbers = {start: row.pk for start, row in last.items() if row is not None}
    for name, address in _patterns(get_resolver().url_patterns):
        number = next((pk for start, pk in numbers.items() if address.startswith(start)), 1)
        yield name, _filled(address, number)


def test_no_text_becomes_a_program() -> None:
    call_command("load_demo", password="a long enough one 7", verbosity=0)
    assert _poison() > 60
    client = _client(User.objects.who_may("staff.roles").get())
    broken: set[tuple[str, str]] = set()
    shown: set[str] = set()
    for name, address in _of_rows():
        response = client.get(address)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            page, marks = _text(response), _Marks()
            marks.feed(page)
            broken.update((name, tag) for tag in marks.found)
            shown.update({name} if "xss-mark" in page else ())
    assert broken == set()
    assert {"customers", "orders", "call-log", "customer-card", "my-day", "people", "roles", "audit"} <= shown | {
        "audit"
    }


# -- injection, and paths that climb -----------------------------------------------------------------------------------

_WORDS = ("' OR 1=1 --%00\x00../../etc/passwd{{7*7}}\U0001f600", "9" * 30)
_OF_THE_MACHINE = "root:x:0"  # how /etc/passwd begins
_ASKED = re.compile(r"""\b(?:GET|POST)(?:\.get|\.getlist)?[(\[]\s*["']([\w.-]+)["']|\bname="([\w.-]+)\"""")


def _names() -> set[str]:
    """Of everything that views and forms read."""
    found: set[str] = set()
    for path in source.files(".py", ".html", under=source.PACKAGE):
        for one, other in _ASKED.findall(path.read_text(encoding="utf-8")):
            found.add(one or other)
    kinds = list(forms.BaseForm.__subclasses__())
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        found.update(getattr(kind, "base_fields", {}))
    return found - {"", "csrfmiddlewaretoken"}


# Of programs there is no such question: what the document does not name is refused, and the rest is for
# tests/rooms/api/test_document_holds.py.
@pytest.mark.parametrize("word", _WORDS)
def test_no_question_breaks_the_program(admin: User, word: str) -> None:
    _rows()
    client, names = _client(admin), sorted(_names())
    assert len(names) > 150
    broken = []
    for name, address in _addresses(text=word.replace("\x00", "").replace("/", "%2f")):
        with transaction.atomic():
            response = client.get(address, dict.fromkeys(names, word))
            is_broken = response.status_code >= 500 or _OF_THE_MACHINE in _text(response)
            broken += [(name, response.status_code)] if is_broken else []
            transaction.set_rollback(True)
    assert broken == []


@pytest.mark.parametrize("word", _WORDS)
def test_no_form_breaks_the_program(admin: User, word: str) -> None:
    _rows()
    client, names = _client(admin), sorted(_names())
    broken = []
    for name, address in _addresses():
        with transaction.atomic():
            response = client.post(address, dict.fromkeys(names, word))
            broken += [(name, response.status_code)] if response.status_code >= 500 else []
            transaction.set_rollback(True)
    assert broken == []


def _rows() -> None:
    apps.get_model("customers.Customer")._default_manager.create(id=1, name="Row One")


# -- what a form does not offer (mass assignment) ----------------------------------------------------------------------


def test_nobody_gives_themselves_rights_by_what_a_form_does_not_offer() -> None:
    _rows()
    user = User.objects.create_user("clerk", role="manager", records="own")
    before = User.objects.filter(pk=user.pk).values("rights", "is_staff", "is_superuser", "is_active", "team").get()
    roles = list(user.roles.values_list("pk", flat=True))
    client = _client(user)
    wanted = {
        "rights": " scope:all is:administrator staff.roles ",
        "roles": [str(pk) for pk in apps.get_model("roles.Role")._default_manager.values_list("pk", flat=True)],
        **dict.fromkeys(("role", "records", "scope"), "administrator"),
        **dict.fromkeys(("is_staff", "is_superuser"), "on"),
        "team": "1",
    }
    for name, address in itertools.chain(_addresses(), _addresses(user.pk)):
        with transaction.atomic():
            client.post(address, {"name": "x", "username": "clerk", **wanted})
            after = (
                User.objects.filter(pk=user.pk).values("rights", "is_staff", "is_superuser", "is_active", "team").get()
            )
            assert (name, after) == (name, before)
            assert list(user.roles.values_list("pk", flat=True)) == roles
            transaction.set_rollback(True)


def test_no_program_gives_what_a_body_does_not_offer(admin: User) -> None:
    document = json.loads(_client(admin).get(DOCUMENT).content)
    kinds, asked, open_ones = document["components"]["schemas"], 0, []
    for path, ways in document["paths"].items():
        for method, way in ways.items():
            said = way.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            for name in re.findall(r"#/components/schemas/(\w+)", json.dumps(said)):
                asked += 1
                if kinds[name].get("additionalProperties") is not False:
                    open_ones.append((method, path, name))
    assert asked > 60
    assert open_ones == []


_ELSEWHERE = re.compile(r"(?!http://testserver/)(?:\w+:|[/\\]{2})")

# -- open redirects ----------------------------------------------------------------------------------------------------


def test_nobody_is_sent_to_another_site(admin: User) -> None:
    asked = {
        "next": "https://evil.example/",
        "back": "//evil.example",
        "url": "/\\evil.example",
        "to": "javascript:a()",
    }
    sent = []
    for client in (_client(admin), Client(raise_request_exception=False)):
        for name, address in _addresses():
            with transaction.atomic():
                answers = [client.get(address, asked), client.post(f"{address}?next=//evil.example", asked)]
                transaction.set_rollback(True)
            places = [answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "") for answer in answers]
            sent += [(name, place) for place in places if _ELSEWHERE.match(place)]
    assert sent == []


def test_signing_in_leads_back_into_the_program_alone(admin: User) -> None:
    admin.set_password("wandering-otters-4")
    admin.save()
    given = {"username": admin.username, "password": "wandering-otters-4", "next": "https://evil.example/"}
    response = Client().post(reverse("sign-in"), given)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/")
    assert not response.headers["Location"].startswith("//")
