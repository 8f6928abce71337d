"""Every address of the program is listed with who may open it, and opens for nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from callcard.api.sign_in import PREFIX, rate
from callcard.api.tokens.services import make_token
from callcard.staff.models import User
from tests.architecture import source

PAGE = source.PROJECT / "docs" / "developer" / "access.md"
ROLES = ("", User.Role.MANAGER, User.Role.OWNER, User.Role.ADMINISTRATOR)
# A value for each placeholder of an address. Numbers mean row 1, which the test makes where a row is needed.
SAMPLES = {"int": 1, "id": 1, "slug": "office", "str": "x", "path": "x", "uuid": "00000000-0000-4000-8000-000000000000"}
_PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")


def _addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """Every address as the table writes it: `/customers/<int:customer_id>/`."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, address)
        else:
            yield address


def opened(address: str) -> str:
    return _PLACEHOLDER.sub(lambda found: str(SAMPLES[found[1] or "str"]), address)


def _answer(response: HttpResponseBase) -> str:
    if response.status_code == 302 and response.headers["Location"].startswith(reverse("sign-in")):
        return "sign in"
    if response.status_code in {401, 403}:
        return "no"
    return "error" if response.status_code >= 500 else "yes"


class Steady(Client):
    """Stays who it is, whatever it asks: an answer that signs out or begins another session would end the walk."""

    def request(self, **asked: Any) -> Any:
        cookies = SimpleCookie(self.cookies.output(header="", sep=";"))
        response = super().request(**asked)
        self.cookies = cookies
        return response


class Visitor(Steady):
    """Signed in for pages, and with a token for the API that allows all that the user may. None: anonymous."""

    def __init__(self, user: User | None) -> None:
        super().__init__(raise_request_exception=False)
        rate.forget()  # the token of the walk before had the same number
        self._headers: dict[str, str] = {}
        if user is not None:
            in_a_day, rights = timezone.now() + timedelta(days=1), user.permissions.rights
            _row, token = make_token(user=user, name="Walk", scopes=rights, expires_at=in_a_day)
            self._headers = {"Authorization": f"Bearer {token}"}
            self.force_login(user, "django.contrib.auth.backends.ModelBackend")

    def generic(self, method: str, path: Any, *given: Any, **more: Any) -> Any:
        if str(path).startswith(PREFIX):
            more["headers"] = self._headers
        return super().generic(method, path, *given, **more)


def methods_of(address: str) -> tuple[str, ...]:
    return ("GET", "POST", "PATCH", "DELETE") if address.startswith(PREFIX) else ("GET", "POST")


def _row(method: str, address: str, visitors: dict[str, Visitor]) -> str | None:
    """The table's line for one way to call one address; None when the address does not know the method."""
    answers = []
    for role in ROLES:
        with transaction.atomic():
            response = visitors[role].generic(method, opened(address))
            transaction.set_rollback(True)  # what one visitor changed must not change what the next one gets
        if response.status_code == 405:
            return None
        answers.append(_answer(response))
    return f"| `{method} {address}` | {' | '.join(answers)} |"


def _make_rows() -> None:
    for role in ROLES[1:]:
        User.objects.create_user(role, role=role)
    for label, values in (("customers.Customer", {"name": "Row One"}), ("calls.Call", {"started_at": timezone.now()})):
        apps.get_model(label).objects.create(id=1, **values)


@pytest.mark.django_db
def test_every_address_opens_for_those_in_the_table_and_nobody_else() -> None:
    _make_rows()
    addresses = _addresses(get_resolver().url_patterns)
    visitors = {role: Visitor(User.objects.get(username=role) if role else None) for role in map(str, ROLES)}
    rows = [row for address in addresses for method in methods_of(address) if (row := _row(method, address, visitors))]
    assert len(rows) > 5
    addresses_told = PAGE.read_text(encoding="utf-8").partition("## Addresses")[2]
    written = [line for line in addresses_told.splitlines() if line.startswith("| `")]
    missing, wrong = sorted(set(rows) - set(written)), sorted(set(written) - set(rows))
    assert not missing, "Judge these lines, then add them to access.md:\n" + "\n".join(missing)
    assert not wrong, "These lines of access.md are not true:\n" + "\n".join(wrong)
