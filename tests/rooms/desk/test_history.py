"""The history as windows, and what is restored from it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client

from callcard.customers.merge_services import merge_customers
from callcard.customers.models import Customer, OwnField
from callcard.customers.restoring import restore_change
from callcard.customers.services import (
    add_phone,
    archive_customer,
    change_phone,
    create_customer,
    remove_phone,
    update_customer,
)
from callcard.customers.undo import CannotUndo, undo_change
from callcard.desk import customer_changes
from callcard.sales.models import Balance, OrderState
from callcard.sales.product_services import set_product
from callcard.sales.rules import LineFigures
from callcard.sales.services import LineDraft, cancel_order, record_order, update_order
from callcard.staff.models import Change, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_fields_are_read_anew() -> None:
    customer_changes.own_fields_by_key.forget()


@pytest.fixture
def mali() -> User:
    return User.objects.create_user("mali", first_name="Mali", records=User.Records.OWN)


@pytest.fixture
def page(client: Client, mali: User) -> Client:
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def anna(mali: User) -> Customer:
    return create_customer(name="Anna", city="Pakse", responsible=mali, by=mali)


def text(page: Client, address: str) -> str:
    return page.get(address).content.decode()


def step(about: str, action: str) -> Change:
    return Change.objects.filter(about=about, action=action).latest("pk")


def put_back(page: Client, customer: Customer, change: Change, **extra: str) -> None:
    assert page.post(f"/customers/{customer.pk}/history/{change.pk}/restore", extra).status_code == 302


def test_who_changed_what_in_words(page: Client, anna: Customer, mali: User) -> None:
    OwnField.objects.create(key="size", name="Shoe size", kind="text")
    update_customer(customer=anna, changes={"city": "Paris", "own:size": "44"}, by=mali)
    shown = text(page, f"/customers/{anna.pk}/history")
    for words in ("Mali", "City", "Pakse", "Paris", "Shoe size", "44"):
        assert words in shown
    assert "Shoe size: " not in text(page, f"/customers/{anna.pk}/history?field=name")
    assert "Paris" not in text(page, f"/customers/{anna.pk}/history?by=999")


def test_a_value_comes_back_whatever_was_written_since(page: Client, anna: Customer, mali: User) -> None:
    update_customer(customer=anna, changes={"city": "Paris"}, by=mali)
    first = step("customer", "changed")
    update_customer(customer=anna, changes={"city": "Rome", "note": "Tea"}, by=mali)
    put_back(page, anna, first)
    anna.refresh_from_db()
    assert (anna.city, anna.note) == ("Pakse", "Tea")
    again = step("customer", "restored")
    assert (again.by, again.before, again.after) == (mali, {"city": "Rome"}, {"city": "Pakse"})
    put_back(page, anna, again)
    anna.refresh_from_db()
    assert anna.city == "Rome"


def test_the_whole_record_as_it_was(page: Client, anna: Customer, mali: User) -> None:
    phone = add_phone(customer=anna, raw="021 111111", by=mali)
    update_customer(customer=anna, changes={"city": "Paris"}, by=mali)
    then = step("customer", "changed")
    update_customer(customer=anna, changes={"city": "Rome", "birthday": "2000-01-01"}, by=mali)
    remove_phone(phone=phone, by=mali)
    later = add_phone(customer=anna, raw="021 222222", by=mali)
    put_back(page, anna, then, record="1")
    anna.refresh_from_db()
    assert (anna.city, anna.birthday) == ("Paris", None)
    assert sorted(anna.phones.values_list("raw", flat=True)) == ["021 111111", later.raw]
    put_back(page, anna, then, record="1")
    assert anna.phones.count() == 2


def test_rows_archived_customers_and_orders_come_back(page: Client, anna: Customer, mali: User) -> None:
    phone = add_phone(customer=anna, raw="021 111111", label="Home", by=mali)
    change_phone(phone=phone, changes={"label": "Work"}, by=mali)
    put_back(page, anna, step("phone", "changed"))
    phone.refresh_from_db()
    assert phone.label == "Home"
    remove_phone(phone=phone, by=mali)
    put_back(page, anna, step("phone", "removed"))
    assert anna.phones.get().raw == "021 111111"
    order = record_order(customer=anna, currency="USD", total=Decimal(5), by=mali)
    cancel_order(order=order, by=mali)
    put_back(page, anna, step("order", "cancelled"))
    order.refresh_from_db()
    assert order.cancelled_at is None
    archive_customer(customer=anna, by=mali)
    put_back(page, anna, step("customer", "removed"))
    anna.refresh_from_db()
    assert anna.archived_at is None


def test_the_history_of_the_merged_is_there_and_the_merge_is_undone_as_a_whole(
    page: Client, anna: Customer, mali: User
) -> None:
    other = create_customer(name="Ana", responsible=mali, by=mali)
    merge = merge_customers(kept=anna, gone=[other], by=mali)
    shown = text(page, f"/customers/{anna.pk}/history")
    assert f"/customers/merges/{merge.pk}/undo" in shown
    assert ">Ana<" in shown
    assert ("Taken in" in shown, "Now a part of" in shown, "merged_into" in re.sub("<[^>]*>", "", shown)) == (
        True,
        True,
        False,
    )
    before = Change.objects.count()
    put_back(page, anna, Change.objects.filter(action="merged", customer_id=anna.pk).get())
    assert Change.objects.count() == before


def test_of_others_one_sees_and_restores_nothing(page: Client, mali: User) -> None:
    foreign = create_customer(name="Foreign", city="A")
    update_customer(customer=foreign, changes={"city": "B"})
    change = step("customer", "changed")
    own = create_customer(name="Own", responsible=mali)
    assert page.get(f"/customers/{foreign.pk}/history").status_code == 404
    assert page.post(f"/customers/{foreign.pk}/history/{change.pk}/restore").status_code == 404
    assert page.post(f"/customers/{own.pk}/history/{change.pk}/restore").status_code == 404
    foreign.refresh_from_db()
    assert foreign.city == "B"
    assert page.get("/settings/history").status_code == 403


def test_a_field_that_the_role_does_not_see_is_not_there(page: Client, anna: Customer, mali: User) -> None:
    OwnField.objects.create(key="margin", name="Margin", kind="text", roles=["owner"])
    update_customer(customer=anna, changes={"own:margin": "7"}, by=mali)
    hidden = step("customer", "changed")
    assert "Margin" not in text(page, f"/customers/{anna.pk}/history")
    assert page.post(f"/customers/{anna.pk}/history/{hidden.pk}/restore").status_code == 404


def test_the_administrator_sees_everybodys(client: Client, mali: User) -> None:
    boss = User.objects.create_user("boss", role=User.Role.ADMINISTRATOR)
    client.force_login(boss, "django.contrib.auth.backends.ModelBackend")
    add_phone(customer=create_customer(name="Anna", by=mali), raw="021 111111", by=boss)
    assert "Anna" in text(client, f"/settings/history?by={mali.pk}")
    assert "021 111111" not in text(client, f"/settings/history?by={mali.pk}")
    assert "021 111111" in text(client, "/settings/history?about=phone")
    assert client.get("/settings/history?about=%00&by=x&after=99999999999999999999").status_code == 200


@pytest.mark.parametrize("way", ["step", "record", "undo"])
def test_a_field_that_the_role_does_not_see_is_not_put_back(page: Client, anna: Customer, mali: User, way: str) -> None:
    OwnField.objects.create(key="margin", name="Margin", kind="text", roles=["owner"])
    update_customer(customer=anna, changes={"city": "Paris", "own:margin": "5 %"}, by=mali)
    update_customer(customer=anna, changes={"city": "Rome", "own:margin": "9 %"}, by=mali)
    both = step("customer", "changed")
    if way == "step":
        put_back(page, anna, both)
    elif way == "record":
        put_back(page, anna, Change.objects.filter(customer_id=anna.pk, action="changed").earliest("pk"), record="1")
    else:
        undo_change(change=both, by=mali)
    anna.refresh_from_db()
    assert (anna.city, anna.own_fields) == ("Paris", {"margin": "9 %"})


def test_a_step_of_hidden_fields_alone_is_refused_and_changes_nothing(page: Client, anna: Customer, mali: User) -> None:
    OwnField.objects.create(key="margin", name="Margin", kind="text", roles=["owner"])
    update_customer(customer=anna, changes={"own:margin": "9 %"}, by=mali)
    hidden, steps = step("customer", "changed"), Change.objects.count()
    assert page.post(f"/customers/{anna.pk}/history/{hidden.pk}/restore").status_code == 404
    for take_back in (restore_change, undo_change):
        with pytest.raises(CannotUndo):
            take_back(change=hidden, by=mali)
    anna.refresh_from_db()
    assert (anna.own_fields, Change.objects.count()) == ({"margin": "9 %"}, steps)


def test_a_changed_order_comes_back_with_its_lines_and_debt(page: Client, anna: Customer, mali: User) -> None:
    tile = set_product(product=None, prices={}, name="Tile", code="", kind="goods")
    figures = LineFigures(quantity=Decimal(2), price=Decimal("5.25"), discount_percent=Decimal(10))
    line = LineDraft(title="Tile", figures=figures, unit="m²", product=tile)
    order = record_order(customer=anna, lines=[line], currency="USD", title="Roof", note="", by=mali)
    other = OrderState.objects.create(name="Offer", is_owed=False)
    nail = LineDraft(title="Nail", figures=LineFigures(quantity=Decimal(1), price=Decimal(99)))
    update_order(order=order, changes={"title": "Wall", "state": other, "note": "Later"}, lines=[nail], by=mali)
    changed = step("order", "changed")
    shown = text(page, f"/customers/{anna.pk}/history")
    assert "Tile: 2 × 5.25" in shown
    update_order(order=order, changes={"responsible": mali}, by=mali)
    put_back(page, anna, changed)
    order.refresh_from_db()
    assert (order.title, order.note, order.state.name, order.total) == ("Roof", "", "New", Decimal("9.45"))
    assert order.responsible == mali
    back = order.lines.get()
    assert (back.title, back.unit, back.product, back.figures) == ("Tile", "m²", tile, figures)
    assert Balance.objects.get(customer=anna, currency="USD").owed == Decimal("9.45")
    put_back(page, anna, step("order", "restored"))
    order.refresh_from_db()
    assert (order.title, order.lines.get().title) == ("Wall", "Nail")
    assert Balance.objects.get(customer=anna, currency="USD").owed == 0


def test_an_order_without_lines_and_a_cancelled_one_come_back(page: Client, anna: Customer, mali: User) -> None:
    order = record_order(customer=anna, total=Decimal(7), currency="USD", by=mali)
    nail = LineDraft(title="Nail", figures=LineFigures(quantity=Decimal(1), price=Decimal(99)))
    update_order(order=order, changes={}, lines=[nail], by=mali)
    put_back(page, anna, step("order", "changed"))
    order.refresh_from_db()
    assert (order.total, order.lines.count()) == (Decimal(7), 0)
    cancel_order(order=order, why="Mistake", by=mali)
    put_back(page, anna, step("order", "cancelled"))
    put_back(page, anna, step("order", "restored"))
    order.refresh_from_db()
    assert (order.is_cancelled, order.cancelled_why) == (True, "Mistake")


def test_lines_of_which_only_the_words_were_kept_are_not_guessed(page: Client, anna: Customer, mali: User) -> None:
    nail = LineDraft(title="Nail", figures=LineFigures(quantity=Decimal(1), price=Decimal(99)))
    order = record_order(customer=anna, lines=[nail], currency="USD", by=mali)
    update_order(order=order, changes={"title": "Wall"}, by=mali)
    old = step("order", "changed")
    Change.objects.filter(pk=old.pk).update(before={"title": "", "lines": ["Tile: 2 × 5.25"]})
    put_back(page, anna, old)
    order.refresh_from_db()
    assert (order.title, order.lines.get().title) == ("Wall", "Nail")
    assert "This cannot be restored" in text(page, f"/customers/{anna.pk}/history")
