"""Every address of the program is listed with who may open it, and opens for nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from callcard.staff.models import User
from tests.architecture import source

PAGE = source.PROJECT / "docs" / "developer" / "access.md"
ROLES = ("", User.Role.MANAGER, User.Role.OWNER, User.Role.ADMINISTRATOR)
# A value for each placeholder of an address. Numbers mean row 1, which the test makes where a row is needed.
SAMPLES = {"int": 1, "slug": "office", "str": "x", "path": "x", "uuid": "00000000-0000-4000-8000-000000000000"}
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


def _signed_in() -> dict[str, str]:
    """Role -> the cookie of its session, which every visit brings again."""
    cookies = {}
    for role in ROLES[1:]:
        client = Client()
        client.force_login(User.objects.get(username=role), "django.contrib.auth.backends.ModelBackend")
        cookies[str(role)] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return cookies


def _row(method: str, address: str, cookies: dict[str, str]) -> str | None:
    """The table's line for one way to call one address; None when the address does not know the method."""
    answers = []
    for role in ROLES:
        client = Client(raise_request_exception=False)
        if role:
            client.cookies[settings.SESSION_COOKIE_NAME] = cookies[role]
        with transaction.atomic():
            response = client.generic(method, opened(address))
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
    cookies = _signed_in()
    rows = [row for address in addresses for method in ("GET", "POST") if (row := _row(method, address, cookies))]
    assert len(rows) > 5
    written = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    missing, wrong = sorted(set(rows) - set(written)), sorted(set(written) - set(rows))
    assert not missing, "Judge these lines, then add them to access.md:\n" + "\n".join(missing)
    assert not wrong, "These lines of access.md are not true:\n" + "\n".join(wrong)
