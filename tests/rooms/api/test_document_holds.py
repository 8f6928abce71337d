"""Requests that the document allows, and some that it forbids, are answered as the document says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from callcard.api import sign_in
from callcard.api.program_door import EVENTS
from callcard.api.rate import Rate
from callcard.api.sign_in import DOCUMENT
from callcard.customers.services import create_customer
from callcard.staff.models import Company, User
from callcard.switchboard import running
from tests.rooms.api.program import Program, one_connection
from tests.rooms.staff.windows import person
from tests.rooms.switchboard.fake_pbx import FakePbx

pytestmark = pytest.mark.django_db
EXAMPLES = 1
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture
def chief(monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    cache.clear()
    monkeypatch.setattr(sign_in, "rate", Rate(10**9))
    monkeypatch.setattr(running, "execute", FakePbx().execute)
    monkeypatch.setattr(running, "dialler", lambda: "office")
    Company.objects.create(name="Mekong", region="LA", currency="LAK")
    user = person("chief", "301", role="administrator")
    create_customer(name="Boun", responsible=user, numbers=["020 5555 6666"])
    with one_connection():
        yield user


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_answers_as_the_document_says(chief: User, mode: GenerationMode) -> None:
    headers = Program(chief).headers
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, get_wsgi_application(), headers=headers)
    asked = 0
    operations: Any = schema.get_all_operations()
    for found in operations:
        operation = found.ok()
        if operation.path == EVENTS:  # never ends, and is answered before Django
            continue
        asked += 1
        _ask(operation, mode, headers)
    assert asked > 50


def _ask(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()
