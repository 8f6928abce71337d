"""No page of the program tells somebody of a module that no role of theirs lets them see, or of others' records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from callcard.calls.models import Call, CallNote, Segment
from callcard.config.needs import EVERYBODY, NEEDS
from callcard.customers.models import Customer
from callcard.sales.models import Balance, Order, OrderState
from callcard.staff.history import record_change
from callcard.staff.models import User
from callcard.tasks.models import Task
from tests.architecture.test_access import SAMPLES, Visitor, opened

SECRETS = {
    "customers": ("Zanzibar Traders",),
    "sales": ("Gilded bathtub", "7,654,321", "7654321"),
    "tasks": ("Polish the bathtub",),
    "calls": ("Whispered something",),
}
# The program is not asked in its user's name there, signs them out or begins anew.
LEFT_OUT = {"sign-out", "set_language", "first-start"}
KINDS = [kind for kind in User.Role.values if kind != User.Role.ADMINISTRATOR]


def _addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, address)
        elif pattern.name not in LEFT_OUT:
            yield str(pattern.name), opened(address)


def _secrets() -> None:
    """Somebody else's customer, with whatever a card can have."""
    stranger, now = User.objects.create_user("stranger"), timezone.now()
    customer = Customer.objects.create(id=1, name=SECRETS["customers"][0], responsible=stranger)
    state = OrderState.objects.create(name="Going on")
    amount = Decimal("7654321")
    about = {"customer": customer, "currency": "USD", "ordered_at": now, "is_current": True}
    order = Order.objects.create(id=1, number="A-1", title=SECRETS["sales"][0], state=state, total=amount, **about)
    Balance.objects.update_or_create(customer=customer, currency="USD", defaults={"owed": amount})
    Task.objects.create(
        id=1, title=SECRETS["tasks"][0], customer=customer, assignee=stranger, created_by=stranger, due_at=now
    )
    call = Call.objects.create(
        id=1, started_at=now, ended_at=now + timedelta(minutes=1), customer=customer, note=SECRETS["calls"][0]
    )
    Segment.objects.create(call=call, key="s", role="called", user=stranger, answered_at=now)
    CallNote.objects.create(call=call, author=stranger, text=SECRETS["calls"][0])
    for kind, words in (("order", "sales"), ("payment", "sales"), ("task", "tasks")):
        after = {"title": SECRETS[words][0]}
        step: dict[str, Any] = {"action": "changed", "before": {"title": "x"}, "after": after, "by": stranger}
        record_change(about=kind, object_id=order.pk, customer_id=1, **step)


def walk(user: User) -> Iterator[tuple[str, int, str]]:
    """(name, status, text) of whatever can be looked at."""
    client = Visitor(user)
    for name, address in _addresses(get_resolver().url_patterns):
        response = client.get(address)
        if response.status_code != 405:
            text = b"".join(response) if response.streaming else response.content
            yield name, response.status_code, bytes(text).decode("utf-8", "replace")


def _done_without_right(user: User) -> Iterator[tuple[str, int]]:
    """What answers otherwise than with a refusal when it is asked to do something."""
    client = Visitor(user)
    for name, address in _addresses(get_resolver().url_patterns):
        if NEEDS[name].do != EVERYBODY and not user.may(NEEDS[name].do):
            status = client.post(address).status_code
            if status != 403:
                yield name, status


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_a_ready_role_opens_and_tells_what_it_ticks(kind: str) -> None:
    _secrets()
    user = User.objects.create_user("looks", role=kind, records="all")
    hidden = [word for module, words in SECRETS.items() for word in words if not user.may(f"{module}.see")]
    refused: set[tuple[str, int]] = set()
    told: set[tuple[str, str]] = set()
    seen = list(walk(user))
    for name, status, text in seen:
        if (status == 403) != (NEEDS[name].look != EVERYBODY and not user.may(NEEDS[name].look)):
            refused.add((name, status))
        told.update((name, word) for word in hidden if word in text)
    refused.update(_done_without_right(user))
    assert len(seen) > 100
    assert (refused, told) == (set(), set())
    if not hidden:
        assert all(
            any(word[:12] in text for _name, _status, text in seen) for word in ("Zanzibar Traders", "Gilded bathtub")
        )


@pytest.mark.django_db
@pytest.mark.parametrize("records", ["own", "team"])
def test_nobody_is_told_of_others_records(records: str) -> None:
    _secrets()
    user = User.objects.create_user("looks", role="manager", records=records)
    told = {
        (name, word)
        for name, _status, text in walk(user)
        for words in SECRETS.values()
        for word in words
        if word in text
    }
    assert told == set()


def test_every_placeholder_has_a_sample() -> None:
    assert SAMPLES["int"] == 1, "the records that are looked for have this id"
