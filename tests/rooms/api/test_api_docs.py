"""The document describes all there is, and the examples in the docs work as they stand there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver
from ninja import Schema

from callcard.api.program_door import EVENTS
from callcard.api.sign_in import DOCUMENT, PREFIX, rate
from callcard.api.v1.document import document
from callcard.api.v1.types import Given, Told
from callcard.customers.services import create_customer
from callcard.staff.models import Company, Extension, User
from callcard.switchboard import running
from tests.architecture import source
from tests.rooms.api.program import API, Program, told
from tests.rooms.staff.windows import Window, person
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db
PAGE = (source.PROJECT / "docs" / "developer" / "api.md").read_text(encoding="utf-8")


@pytest.fixture
def mali() -> User:
    rate.forget()
    user = person("mali", "301")
    Company.objects.create(name="Mekong", region="LA", currency="LAK")
    return user


def _routes(patterns: list[Any], before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        else:
            yield from _routes(pattern.url_patterns, route)


def test_the_document_has_every_address_of_the_api() -> None:
    made = document()
    routes = {route for route in _routes(get_resolver().url_patterns) if route.startswith(PREFIX)}
    assert made["openapi"] == "3.1.0"
    assert made["paths"].keys() == (routes - {DOCUMENT}) | {EVENTS}
    ids = [operation["operationId"] for each in made["paths"].values() for operation in each.values()]
    assert len(ids) == len(set(ids))


def _kinds_of(shape: type[Schema]) -> Iterator[type[Schema]]:
    for kind in shape.__subclasses__():
        yield kind
        yield from _kinds_of(kind)


def test_every_shape_has_a_name_of_its_own() -> None:
    """In the document a shape is known by its name: of two of one name it would have the last."""
    shapes = {kind for base in (Given, Told) for kind in _kinds_of(base)}
    names = [kind.__name__ for kind in shapes]
    assert len(names) > 50
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_whoever_is_signed_in_reads_the_document(mali: User) -> None:
    assert told(Window(mali).get(DOCUMENT))["info"]["title"] == "Callcard"
    assert told(Program(mali, []).get("/openapi.json"))["openapi"] == "3.1.0"


def examples() -> list[str]:
    return re.findall(r"^    curl (.+)$", PAGE, re.MULTILINE)


def test_the_examples_work(mali: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "execute", FakePbx().execute)
    monkeypatch.setattr(running, "dialler", lambda: "office")
    program = Program(mali)
    customer = create_customer(name="Boun", responsible=mali)
    assert Extension.objects.get().number == "301"
    statuses = []
    for line in examples():
        method, path, body, headers = _read(line)
        if path == EVENTS.removeprefix(API):
            continue
        answer = program.ask(method, path.replace("/customers/1", f"/customers/{customer.pk}"), body, **headers)
        statuses.append((answer.status_code, method, path))
    assert [status for status, _method, _path in statuses] == [200, 200, 200, 201, 200, 201], statuses


def _read(line: str) -> tuple[str, str, bytes, dict[str, str]]:
    """Method, path, body and headers of what curl is told."""
    words = iter(shlex.split(line))
    method, path, body, headers = "GET", "", b"", {}
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-d":
            body = next(words).encode()
        elif word == "-H":
            name, _colon, value = next(words).partition(": ")
            if name not in ("Authorization", "Content-Type"):
                headers[name.replace("-", "_")] = value
        elif word.startswith("$CALLCARD"):
            path = word.removeprefix(f"$CALLCARD{API}")
    return method, path, body, headers
