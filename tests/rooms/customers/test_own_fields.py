"""Own fields: what is typed, what is stored, what is shown, and the settings."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from callcard.customers.models import Customer, OwnField
from callcard.customers.own_fields import fields_seen_by, is_seen_by, read_value, shown, typed_again
from callcard.customers.services import create_customer
from callcard.staff.models import Company, User
from callcard.staff.roles.ready import READY
from callcard.staff.roles.rules import joined, written
from callcard.staff.roles.services import RoleValues, add_role, remove_role

pytestmark = pytest.mark.django_db

OPTIONS = [{"value": "am", "name": "Morning"}, {"value": "pm", "name": "Evening"}]
MONEY = {"amount": "1234.50", "currency": "USD"}


def field(kind: str, **more: Any) -> OwnField:
    return OwnField(key="f", name="Field", kind=kind, options=OPTIONS, **more)


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "in_words"),
    [
        ("text", "  a\x00b ", "ab", "ab"),
        ("number", "1 234,50", "1234.50", "1,234.5"),
        ("number", "٢٫٥", "2.5", "2.5"),
        ("money", "1,234.5 usd", MONEY, "$1,234.50"),
        ("money", "USD 1234,5", MONEY, "$1,234.50"),
        ("money", MONEY, MONEY, "$1,234.50"),
        ("money", "3", {"amount": "3.00", "currency": "THB"}, "THB 3"),
        ("date", "31.12.2026", "2026-12-31", "Dec 31, 2026"),
        ("date", date(2026, 2, 28), "2026-02-28", "Feb 28, 2026"),
        ("yesno", "on", True, "Yes"),
        ("yesno", "No", False, "No"),
        ("yesno", False, False, "No"),
        ("choice", "morning", "am", "Morning"),
        ("choice", "pm", "pm", "Evening"),
        ("choices", "Evening; am, am", ["pm", "am"], "Evening, Morning"),
        ("choices", ["am"], ["am"], "Morning"),
        ("link", "example.com/a", "https://example.com/a", "https://example.com/a"),
        ("link", "localhost:8000/x", "https://localhost:8000/x", "https://localhost:8000/x"),
        ("link", "http://example.com", "http://example.com", "http://example.com"),
    ],
)
def test_what_is_typed_is_stored_and_shown(kind: str, typed: Any, stored: Any, in_words: str) -> None:
    Company.objects.create(name="Office", currency="THB")
    assert read_value(field(kind), typed) == stored
    assert shown(field(kind), stored).replace("\xa0", " ") == in_words
    assert read_value(field(kind), typed_again(field(kind), stored)) == stored


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("number", "a lot"),
        ("number", "1e999"),
        ("number", "9" * 60),
        ("money", "12 apples"),
        ("date", "31.02.2026"),
        ("date", "yesterday"),
        ("date", "0000-00-00"),
        ("yesno", "maybe"),
        ("choice", "night"),
        ("choices", "am, night"),
        ("link", "javascript:alert(1)"),
        ("link", "data:text/html,x"),
        ("link", "https://"),
        ("link", "https://[::1"),
        ("text", "x" * 2001),
    ],
)
def test_what_cannot_be_such_a_value_is_refused(kind: str, typed: str) -> None:
    with pytest.raises(ValidationError):
        read_value(field(kind), typed)


@pytest.mark.parametrize("kind", [kind.value for kind in OwnField.Kind])
def test_nothing_is_nothing_unless_it_is_required(kind: str) -> None:
    nothings: tuple[Any, ...] = (None, "", "  ", [])
    for nothing in nothings:
        assert read_value(field(kind), nothing) is None
        with pytest.raises(ValidationError):
            read_value(field(kind, is_required=True), nothing)
    assert shown(field(kind), None) == ""


anything = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers() | st.floats(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
    max_leaves=4,
)


@given(kind=st.sampled_from([kind.value for kind in OwnField.Kind]), value=anything)
def test_whatever_is_stored_it_can_be_shown(kind: str, value: Any) -> None:
    assert isinstance(shown(field(kind), value), str)
    assert isinstance(typed_again(field(kind), value), str)


@given(kind=st.sampled_from([kind.value for kind in OwnField.Kind]), typed=anything)
def test_whatever_is_typed_is_read_or_refused(kind: str, typed: Any) -> None:
    try:
        stored = read_value(field(kind), typed)
    except ValidationError:
        return
    assert read_value(field(kind), stored) == stored


def test_a_field_is_seen_by_its_roles_and_by_administrators() -> None:
    secret, plain = field("text", roles=["owner"]), field("text")
    roles = {role: User(rights=written(joined([READY[role]]))) for role in ("manager", "owner", "administrator")}
    assert [is_seen_by(secret, roles[role]) for role in roles] == [False, True, True]
    assert fields_seen_by(roles["manager"], [secret, plain]) == [plain]


@pytest.fixture
def anna() -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(User.objects.create_user("anna", role="administrator"))
    return client


def test_a_field_is_added_without_a_programmer(anna: Client) -> None:
    OwnField.objects.create(key="best-time", name="Other", position=7)
    typed = {
        "name": "Best time",
        "kind": "choice",
        "option_name": ["Morning", "", "Evening", "morning"],
        "option_value": ["", "", "", ""],
        "default": "evening",
        "is_required": "on",
        "on_list": "on",
        "roles": ["manager"],
    }
    assert anna.post("/settings/fields/new", typed)["Location"] == "/settings/fields"
    made = OwnField.objects.get(name="Best time")
    assert (made.key, made.kind, made.position, made.default, made.roles) == (
        "best-time-2",
        "choice",
        8,
        "Evening",
        ["manager"],
    )
    assert [option["name"] for option in made.options] == ["Morning", "Evening"]
    assert (made.is_required, made.on_card, made.on_list, made.on_popup) == (True, False, True, False)


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "", "kind": "text"},
        {"name": "A", "kind": "magic"},
        {"name": "A", "kind": "choice"},
        {"name": "A", "kind": "number", "default": "many"},
        {"name": "A", "kind": "text", "roles": ["king"]},
    ],
)
def test_a_field_that_makes_no_sense_is_answered_with_words(anna: Client, typed: dict[str, Any]) -> None:
    assert anna.post("/settings/fields/new", typed).status_code == 422
    assert OwnField.objects.count() == 0


def test_an_option_with_another_name_is_renamed_where_it_is_chosen(anna: Client) -> None:
    made = OwnField.objects.create(key="f", name="Field", kind="choice", options=OPTIONS)
    typed = {"name": "Field", "kind": "text", "option_name": ["Early", "Late"], "option_value": ["am", ""]}
    anna.post(f"/settings/fields/{made.pk}", typed)
    made.refresh_from_db()
    assert (made.kind, shown(made, "am"), shown(made, "pm"), shown(made, "Late")) == ("choice", "Early", "pm", "Late")


def test_an_archived_field_is_shown_no_more_and_keeps_its_values(anna: Client) -> None:
    made = OwnField.objects.create(key="f", name="Secret field")
    customer = create_customer(name="Mali", own_fields={"f": "x"})
    anna.post(f"/settings/fields/{made.pk}/archive")
    anna.get("/settings/fields")  # the words about it
    assert "Secret field" not in anna.get(f"/customers/{customer.pk}/edit").content.decode()
    anna.post(f"/customers/{customer.pk}/edit", {"name": "Mali", "kind": "person"})
    assert Customer.objects.get().own_fields == {"f": "x"}
    anna.post(f"/settings/fields/{made.pk}/restore")
    assert "Secret field" in anna.get(f"/customers/{customer.pk}/edit").content.decode()


def test_two_fields_of_one_name_are_refused(anna: Client) -> None:
    first = OwnField.objects.create(key="contract", name="Contract", kind="text")
    other = OwnField.objects.create(key="floor", name="Floor", kind="text")
    typed = {"name": " CONTRACT ", "kind": "text"}
    refused = anna.post("/settings/fields/new", typed)
    assert (refused.status_code, "Another field has this name." in refused.content.decode()) == (422, True)
    refused = anna.post(f"/settings/fields/{other.pk}", typed)
    other.refresh_from_db()
    assert (refused.status_code, other.name) == (422, "Floor")
    assert anna.post(f"/settings/fields/{first.pk}", {"name": "contract"}).status_code == 302
    OwnField.objects.filter(pk=first.pk).update(archived_at=timezone.now())
    assert "A removed field has this name" in anna.post("/settings/fields/new", typed).content.decode()
    assert OwnField.objects.count() == 2


def test_fields_are_put_in_order(anna: Client) -> None:
    for position, key in enumerate("abc"):
        OwnField.objects.create(key=key, name=key, position=position)
    anna.post("/settings/fields", {"order": ["c", "x", "a"]})
    assert list(OwnField.objects.values_list("key", flat=True)) == ["c", "a", "b"]


def test_a_field_that_one_may_not_see_is_not_typed_in_either() -> None:
    OwnField.objects.create(key="credit", name="Credit limit", roles=["owner"])
    client = Client(headers={"X-Callcard-Window": "1"})
    mali = User.objects.create_user("mali")
    client.force_login(mali)
    customer = create_customer(name="Anna", own_fields={"credit": "100"})
    url = f"/customers/{customer.pk}/edit"
    assert "Credit limit" not in client.get(url).content.decode()
    client.post(url, {"name": "Anna", "kind": "person", "own_credit": "999"})
    assert Customer.objects.get().own_fields == {"credit": "100"}


def test_a_new_customer_has_the_defaults() -> None:
    OwnField.objects.create(key="vat", name="VAT", kind="yesno", default=True)
    assert create_customer(name="Anna").own_fields == {"vat": True}
    assert create_customer(name="Anna", own_fields={"vat": False}).own_fields == {"vat": False}


def test_a_role_made_from_nothing_can_be_the_one_that_sees_a_field(anna: Client) -> None:
    boss, mali, noy = (
        User.objects.get(username="anna"),
        User.objects.create_user("mali"),
        User.objects.create_user("noy"),
    )
    role = add_role(values=RoleValues("Pricing", "", frozenset({"customers.see"}), "all"), by=boss)
    mali.take_roles([role])
    assert "Pricing" in anna.get("/settings/fields/new").content.decode()
    typed = {"name": "Margin", "kind": "text", "roles": [role.word]}
    assert anna.post("/settings/fields/new", typed).status_code == 302
    made = OwnField.objects.get()
    assert [is_seen_by(made, user) for user in (mali, noy)] == [True, False]
    assert User.objects.get(pk=mali.pk).permissions.kinds == {role.word}
    mali.take_roles([])
    remove_role(role=role, by=boss)
    assert "Pricing" not in anna.get("/settings/fields/new").content.decode()
    page = f"/settings/fields/{made.pk}"
    assert f'value="{role.word}"' in anna.get(page).content.decode()
    assert anna.post(page, typed).status_code == 302
    made.refresh_from_db()
    assert (made.roles, is_seen_by(made, noy)) == ([role.word], False)


def test_a_word_of_no_role_is_refused(anna: Client) -> None:
    typed = {"name": "Margin", "kind": "text", "roles": ["role-0"]}
    assert (anna.post("/settings/fields/new", typed).status_code, OwnField.objects.count()) == (422, 0)


def test_nobody_else_changes_fields() -> None:
    made = OwnField.objects.create(key="f", name="Field")
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(User.objects.create_user("owner", role="owner"))
    for url in ("", "/new", f"/{made.pk}", f"/{made.pk}/archive", f"/{made.pk}/restore", "/files"):
        assert client.post(f"/settings/fields{url}", {"name": "x", "kind": "text"}).status_code == 403
    made.refresh_from_db()
    assert (OwnField.objects.count(), made.name, made.archived_at) == (1, "Field", None)
