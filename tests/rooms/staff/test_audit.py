"""Who did what, and from where, is written down; it cannot be changed, and goes when its time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from callcard.customers.models import Customer
from callcard.staff.audit import services
from callcard.staff.audit.models import Entry
from callcard.staff.audit.protection import statements
from callcard.staff.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough one 7"


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("olga", password=PASSWORD, role=User.Role.ADMINISTRATOR, first_name="Olga")


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client(REMOTE_ADDR="10.1.2.3")
    client.force_login(owner)
    return client


def _entries(**of: object) -> list[tuple[str, str, str, int | None]]:
    return list(Entry.objects.filter(**of).order_by("pk").values_list("kind", "act", "who", "object_id"))


def test_a_look_at_a_customer_is_written_down_once_for_a_visit(browser: Client, owner: User) -> None:
    customer = Customer.objects.create(name="Souk")
    for _visit in range(3):
        assert browser.get(f"/customers/{customer.pk}/").status_code == 200
    entry = Entry.objects.get()
    assert (entry.kind, entry.act, entry.is_deed) == ("looked", "customer-card", False)
    assert (entry.user_id, entry.who, entry.address) == (owner.pk, "Olga", "10.1.2.3")
    assert (entry.about, entry.object_id) == ("customer", customer.pk)


def test_the_parts_of_a_card_that_are_asked_for_alone_are_looks_too(browser: Client) -> None:
    customer = Customer.objects.create(name="Souk")
    browser.get(f"/customers/{customer.pk}/timeline")
    assert _entries() == [("looked", "card-timeline", "Olga", customer.pk)]


def test_a_card_with_its_parts_is_one_look_and_another_computer_another(browser: Client, owner: User) -> None:
    customer = Customer.objects.create(name="Souk")
    for part in ("", "parts", "timeline", "edit"):
        assert browser.get(f"/customers/{customer.pk}/{part}").status_code == 200
    assert _entries() == [("looked", "customer-card", "Olga", customer.pk)]
    browser.get(f"/customers/{customer.pk}/history")
    browser.get(f"/customers/{customer.pk}/", REMOTE_ADDR="10.9.9.9")
    assert _entries()[1:] == [
        ("looked", "customer-history", "Olga", customer.pk),
        ("looked", "customer-card", "Olga", customer.pk),
    ]
    browser.get(f"/customers/{Customer.objects.create(name='Noy').pk}/")
    assert len(_entries()) == 4


def test_changes_and_exports_are_written_down_and_what_failed_is_not(browser: Client) -> None:
    assert browser.post("/customers/new", {"name": ""}).status_code == 422
    assert _entries() == []
    customer = Customer.objects.create(name="Souk")
    browser.post(f"/customers/{customer.pk}/archive")
    browser.get("/customers/export/file", {"form": "csv", "q": "Souk"})
    assert _entries() == [
        ("changed", "archive-customer", "Olga", customer.pk),
        ("exported", "export-file", "Olga", None),
    ]
    assert Entry.objects.get(kind="exported").detail == "form=csv&q=Souk"


def test_what_is_refused_is_written_down_with_its_address(owner: User) -> None:
    reader = User.objects.create_user("lis", first_name="Lis", role=User.Role.LISTENER)
    client = Client(REMOTE_ADDR="10.9.9.9")
    client.force_login(reader)
    assert client.get("/settings/people").status_code == 403
    assert client.get("/customers/987654/").status_code == 404
    assert list(Entry.objects.order_by("pk").values_list("kind", "who", "detail", "address")) == [
        ("refused", "Lis", "/settings/people", "10.9.9.9"),
        ("refused", "Lis", "/customers/987654/", "10.9.9.9"),
    ]


def test_signing_in_and_out_and_in_vain(owner: User) -> None:
    client = Client(REMOTE_ADDR="10.0.0.7")
    client.post("/sign-in", {"username": "olga", "password": "wrong"})
    client.post("/sign-in", {"username": "olga", "password": PASSWORD})
    client.post("/sign-out")
    assert list(Entry.objects.order_by("pk").values_list("kind", "act", "who", "user_id", "address")) == [
        ("failed", "sign-in-password", "olga", owner.pk, "10.0.0.7"),
        ("signed-in", "sign-in", "Olga", owner.pk, "10.0.0.7"),
        ("signed-in", "sign-out", "Olga", owner.pk, "10.0.0.7"),
    ]


def test_who_sees_as_somebody_else_is_the_one_who_looked(browser: Client, owner: User) -> None:
    other = User.objects.create_user("max", first_name="Max")
    customer = Customer.objects.create(name="Souk")
    browser.post(f"/settings/people/{other.pk}/see-as")
    browser.get(f"/customers/{customer.pk}/")
    entry = Entry.objects.get(kind="looked", about="customer")
    assert (entry.user_id, entry.who, entry.detail) == (owner.pk, "Olga", "→ Max")


def _an_entry(**values: Any) -> Entry:
    given: dict[str, Any] = {"kind": Entry.Kind.LOOKED, "act": "customer-card", "is_deed": False, "user_id": 1}
    return services.write(**({"who": "A", "address": ""} | given | values))


def _aged(days: int) -> Entry:
    """An entry as it would have been written then."""
    entry = _an_entry()
    then = Entry(at=timezone.now() - timedelta(days=days), kind=entry.kind, act=entry.act, who="A")
    then.save(force_insert=True)
    return then


@pytest.mark.parametrize("attempt", [lambda row: row.delete(), lambda row: Entry.objects.update(who="B")])
def test_the_database_refuses_to_change_an_entry_and_to_remove_a_young_one(attempt: Callable[[Entry], object]) -> None:
    _keep_as_installed()
    entry = _an_entry()
    with pytest.raises(IntegrityError), transaction.atomic():
        attempt(entry)
    assert Entry.objects.get().who == "A"


def _keep_as_installed() -> None:
    """The tests' database lets rows be removed (see tests.databases)."""
    with connection.cursor() as cursor:
        cursor.execute(statements(connection.vendor)[-1])


class _NoRun:
    def progress(self, done: int) -> None:
        pass


def test_what_is_too_old_goes_and_nothing_else(owner: User) -> None:
    _keep_as_installed()
    old, _young = _aged(800), _aged(700)
    assert services.forget_audit(_NoRun()) == {"words": "1 entry of the audit was removed."}  # type: ignore[arg-type]
    assert not Entry.objects.filter(pk=old.pk).exists()
    assert Entry.objects.count() == 3


def test_it_cannot_be_kept_shorter_than_the_database_holds_it(browser: Client) -> None:
    assert browser.post("/settings/audit/kept", {"days": 7}).status_code == 422
    assert services.audit_settings().days == 730
    assert browser.post("/settings/audit/kept", {"days": 90}).status_code == 302
    assert services.audit_settings().days == 90


def test_the_window_narrows_by_person_kind_record_address_and_day(browser: Client) -> None:
    customer = Customer.objects.create(name="Souk & Co")
    _an_entry(who="Ann", about="customer", object_id=customer.pk, address="10.0.0.1", user_id=5)
    _an_entry(who="Bob", kind=Entry.Kind.EXPORTED, act="export-file", address="10.0.0.2", user_id=6)
    _an_entry(who="evil", kind=Entry.Kind.FAILED, act="sign-in", is_deed=True, address="10.0.0.3", user_id=None)

    def people(**asked: str | int) -> list[str]:
        rows = browser.get("/settings/audit", asked).context["rows"]
        return [row.entry.who for row in rows if row.entry.who != "Olga"]

    assert people() == ["evil", "Bob", "Ann"]
    assert people(by=5) == ["Ann"]
    assert people(kind="exported") == ["Bob"]
    assert people(address="10.0.0.3") == ["evil"]
    assert people(about="customer", object=customer.pk) == ["Ann"]
    assert people(since=timezone.localdate().isoformat()) == ["evil", "Bob", "Ann"]
    assert people(until=(timezone.localdate() - timedelta(days=1)).isoformat()) == []
    assert people(by="x' OR 1", since="soon", after="-1") == ["evil", "Bob", "Ann"]
    page = browser.get("/settings/audit").content.decode()
    assert "Souk &amp; Co" in page
    assert ">Failed to sign in</span>" in page


def test_a_customer_whom_one_may_not_see_has_no_name_there() -> None:
    other = User.objects.create_user("max", first_name="Max")
    customer = Customer.objects.create(name="Secret", responsible=other)
    _an_entry(about="customer", object_id=customer.pk)
    reader = User.objects.create_user("head", records="own")
    reader.rights += "company.history "
    reader.save()
    client = Client()
    client.force_login(reader)
    page = client.get("/settings/audit").content.decode()
    assert "Secret" not in page
    assert f"Customer № {customer.pk}" in page
