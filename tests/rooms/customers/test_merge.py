"""Several customers become one: everything goes along, and an undo gives back exactly what was there."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from callcard.calls.models import Call, Notice
from callcard.customers.file_services import add_file
from callcard.customers.merge_models import Merge, MergedCustomer
from callcard.customers.merge_queries import merged_ids, merged_into
from callcard.customers.merge_services import merge_customers, undo_merge
from callcard.customers.merge_values import BOTH
from callcard.customers.merging import CannotMerge, known_tables, table_name
from callcard.customers.models import Contact, Customer, CustomerFile, Phone, Tag
from callcard.customers.note_services import write_note
from callcard.customers.person_services import add_address, add_person
from callcard.customers.queries import match_number
from callcard.customers.search import find_customers
from callcard.customers.services import (
    add_contact,
    add_phone,
    archive_customer,
    create_customer,
    restore_customer,
    update_customer,
)
from callcard.live.models import LiveEvent
from callcard.sales.models import Balance, DebtTotal, Order, Payment
from callcard.sales.payment_services import allocate, record_payment
from callcard.sales.services import record_order
from callcard.staff.models import Change, User
from callcard.tasks.services import add_task

REGION = "LA"


def debts(customer: Customer) -> dict[str, Decimal]:
    return {row.currency: row.owed for row in Balance.objects.filter(customer=customer).exclude(owed=0)}


def order_of(customer: Customer, price: str, currency: str = "USD") -> Order:
    return record_order(customer=customer, currency=currency, total=Decimal(price))


@pytest.mark.django_db
def test_every_table_of_customers_is_named() -> None:
    pointing = {
        table_name(model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Customer
    }
    assert len(pointing) > 10
    assert pointing == set(known_tables()), "Name it in its room's merging.py: does it move with the customer, or stay?"


@pytest.mark.django_db
def test_everything_moves_and_nothing_doubles() -> None:
    mali = User.objects.create_user("mali")
    kept = create_customer(name="Anna", numbers=["020 5555 1234"], city="Pakse")
    gone = create_customer(name="Anna Smith", numbers=["+856 20 5555 1234", "021 212 000"], note="Pays late", by=mali)
    add_contact(customer=kept, kind="email", value="anna@example.com")
    add_contact(customer=gone, kind="email", value="Anna@Example.com")
    add_address(customer=gone, city="Vientiane", line="1 Main")
    write_note(customer=gone, text="Likes tea", by=mali)
    add_task(title="Call back", assignee=mali, customer=gone)
    order_of(kept, "10")
    order_of(gone, "5")
    order_of(gone, "2000", "LAK")
    record_payment(customer=gone, amount=Decimal("7"), currency="USD", paid_at=timezone.now())
    call = Call.objects.create(pbx="office", key="1", started_at=timezone.now(), customer=gone)
    CustomerFile.objects.create(
        customer=gone, name="a.pdf", size_bytes=1, media_type="x", path="files/x", uploaded_at=timezone.now()
    )
    merge = merge_customers(kept=kept, gone=[gone], by=mali)
    kept.refresh_from_db()
    assert sorted(kept.phones.values_list("e164", flat=True)) == ["+8562055551234", "+85621212000"]
    assert [phone.raw for phone in kept.phones.filter(is_preferred=True)] == ["020 5555 1234"]
    assert list(kept.contacts.values_list("value", flat=True)) == ["anna@example.com"]
    assert kept.addresses.count() == kept.notes.count() == kept.tasks.count() == kept.files.count() == 1
    assert kept.note == "Pays late"
    assert (kept.name, kept.city) == ("Anna", "Pakse")
    assert debts(kept) == {"USD": Decimal(8), "LAK": Decimal(2000)}
    assert debts(gone) == {}
    assert DebtTotal.objects.aggregate(n=models.Sum("debtors"))["n"] == 2
    call.refresh_from_db()
    assert call.customer_id == kept.pk
    gone.refresh_from_db()
    assert gone.archived_at is not None
    assert merged_into(gone) == kept
    assert merged_ids(kept.pk) == [kept.pk, gone.pk]
    assert [hit.customer_id for hit in find_customers("021212000", user=mali)] == [kept.pk]
    assert match_number("021 212 000", region=REGION).customer_ids == (kept.pk,)
    steps = Change.objects.filter(batch=merge.batch).order_by("pk")
    assert [(step.customer_id, step.action, step.by) for step in steps] == [
        (kept.pk, "merged", mali),
        (gone.pk, "merged", mali),
    ]


@pytest.mark.django_db
def test_one_chooses_field_by_field_and_row_by_row() -> None:
    one = create_customer(name="Anna", city="Pakse", country="LA", note="A", own_fields={"a": "1", "c": ["x"]})
    two = create_customer(name="Ana", city="Paris", address="2 Rue", note="B", own_fields={"a": "2", "c": ["y", "x"]})
    left, right = add_phone(customer=one, raw="021 111111"), add_phone(customer=two, raw="021 222222")
    keep, drop = Tag.objects.create(name="Fair"), Tag.objects.create(name="Old")
    one.tags.set([drop])
    two.tags.set([keep])
    dropped = one.customer_tags.get(tag=drop)
    merge = merge_customers(
        kept=one,
        gone=[two],
        by=None,
        choices={"name": two.pk, "place": two.pk, "own:a": two.pk, "own:c": BOTH, "note": BOTH},
        unwanted={"customers.phone.customer": [left.pk], "customers.customertag.customer": [dropped.pk]},
    )
    one.refresh_from_db()
    assert (one.name, one.country, one.city, one.address, one.note) == ("Ana", "", "Paris", "2 Rue", "A\nB")
    assert one.own_fields == {"a": "2", "c": ["x", "y"]}
    assert [phone.pk for phone in one.phones.all()] == [right.pk]
    assert list(one.tags.all()) == [keep]
    undo_merge(merge=merge, by=None)
    one.refresh_from_db()
    assert (one.name, one.country, one.city, one.own_fields) == ("Anna", "LA", "Pakse", {"a": "1", "c": ["x"]})
    assert [phone.pk for phone in one.phones.all()] == [left.pk]


@pytest.mark.django_db
def test_what_a_double_said_is_kept() -> None:
    one, two = create_customer(name="A"), create_customer(name="B")
    phone = add_phone(customer=one, raw="021 111111")
    add_phone(customer=two, raw="+856 21 111111", do_not_call=True, label="Home", is_preferred=True)
    merge = merge_customers(kept=one, gone=[two], by=None)
    phone.refresh_from_db()
    assert (phone.do_not_call, phone.label) == (True, "Home")
    undo_merge(merge=merge, by=None)
    phone.refresh_from_db()
    assert (phone.do_not_call, phone.label) == (False, "")


@pytest.mark.django_db
def test_persons_of_one_name_are_one_and_own_its_numbers() -> None:
    one, two = create_customer(name="A", kind="company"), create_customer(name="B", kind="company")
    noy, other = add_person(customer=one, name="Noy"), add_person(customer=two, name="noy")
    phone = add_phone(customer=two, raw="021 333333", person="Noy")
    assert phone.contact_person_id == other.pk
    merge = merge_customers(kept=one, gone=[two], by=None)
    phone.refresh_from_db()
    assert (phone.customer_id, phone.contact_person_id) == (one.pk, noy.pk)
    assert list(one.persons.all()) == [noy]
    undo_merge(merge=merge, by=None)
    phone.refresh_from_db()
    assert (phone.customer_id, phone.contact_person_id) == (two.pk, other.pk)


@pytest.mark.django_db
def test_what_came_after_stays_with_the_kept_one() -> None:
    mali = User.objects.create_user("mali")
    kept, gone = create_customer(name="A"), create_customer(name="B", city="Pakse")
    old = order_of(gone, "5")
    merge = merge_customers(kept=kept, gone=[gone], by=mali)
    new = order_of(kept, "3")
    record_payment(customer=kept, amount=Decimal("2"), currency="USD", order=old, paid_at=timezone.now())
    phone = add_phone(customer=kept, raw="021 444444")
    update_customer(customer=kept, changes={"city": "Paris"}, by=mali)
    undo_merge(merge=merge, by=mali)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.city, gone.city, gone.archived_at) == ("Paris", "Pakse", None)
    assert list(kept.orders.all()) == [new]
    assert list(gone.orders.all()) == [old]
    assert (debts(kept), debts(gone)) == ({"USD": Decimal(3)}, {"USD": Decimal(3)})
    assert list(kept.phones.all()) == [phone]
    assert merged_into(gone) is None
    with pytest.raises(CannotMerge):
        undo_merge(merge=merge, by=mali)


@pytest.mark.django_db
def test_money_given_across_since_then_refuses_the_undo_and_changes_nothing() -> None:
    kept, gone = create_customer(name="A"), create_customer(name="B")
    old = order_of(gone, "5")
    merge = merge_customers(kept=kept, gone=[gone], by=None)
    advance = record_payment(customer=kept, amount=Decimal("9"), currency="USD", paid_at=timezone.now())
    allocate(payment=advance, order=Order.objects.get(pk=old.pk), amount=Decimal("4"))
    before = rows_of_everything()
    with pytest.raises(CannotMerge, match="advance"):
        undo_merge(merge=merge, by=None)
    assert rows_of_everything() == before


@pytest.mark.django_db
def test_no_circles_no_repeats_and_the_later_first() -> None:
    one, two, three = (create_customer(name=name) for name in "ABC")
    merge = merge_customers(kept=two, gone=[one], by=None)
    for kept, gone in ((one, [two]), (two, [one]), (two, [two]), (two, []), (one, [three])):
        before = rows_of_everything()
        with pytest.raises(CannotMerge):
            merge_customers(kept=kept, gone=gone, by=None)
        assert rows_of_everything() == before
    later = merge_customers(kept=three, gone=[two], by=None)
    assert merged_into(Customer.objects.get(pk=one.pk)) == three
    with pytest.raises(CannotMerge, match="later"):
        undo_merge(merge=merge, by=None)
    undo_merge(merge=later, by=None)
    undo_merge(merge=merge, by=None)
    assert Customer.objects.current().count() == 3


@pytest.mark.django_db
def test_a_record_that_was_brought_back_leads_nowhere_and_can_take_the_other() -> None:
    one, two = create_customer(name="A", numbers=["021 111111"]), create_customer(name="B")
    merge_customers(kept=two, gone=[one], by=None)
    restore_customer(customer=Customer.objects.get(pk=one.pk))
    assert merged_into(Customer.objects.get(pk=one.pk)) is None
    merge_customers(kept=Customer.objects.get(pk=one.pk), gone=[Customer.objects.get(pk=two.pk)], by=None)
    assert merged_into(Customer.objects.get(pk=two.pk)) == Customer.objects.get(pk=one.pk)
    assert one.phones.count() == 1


@pytest.mark.django_db
def test_the_popup_of_a_call_that_goes_on_follows() -> None:
    mali = User.objects.create_user("mali")
    one, two = (create_customer(name=name, numbers=["021 555555"]) for name in "AB")
    several = Call.objects.create(
        pbx="o", key="1", started_at=timezone.now(), e164="+85621555555", match="several", candidates=[one.pk, two.pk]
    )
    of_gone = Call.objects.create(pbx="o", key="2", started_at=timezone.now(), customer=two, match="exact")
    for call in (several, of_gone):
        Notice.objects.create(call=call, user=mali, rang_at=timezone.now())
    LiveEvent.objects.all().delete()
    merge_customers(kept=one, gone=[two], by=mali)
    several.refresh_from_db()
    assert (several.customer_id, several.match, several.candidates) == (one.pk, "exact", [])
    told = LiveEvent.objects.filter(kind="popup").order_by("pk")
    assert sorted(event.payload["call"] for event in told) == [several.pk, of_gone.pk]


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_at_once_do_it_once() -> None:
    one, two, three = (create_customer(name=name, numbers=[f"021 11111{n}"]) for n, name in enumerate("ABC"))
    order_of(two, "5")
    barrier = Barrier(3)
    outcomes = _at_once(
        barrier,
        lambda: merge_customers(kept=one, gone=[two], by=None),
        lambda: merge_customers(kept=two, gone=[one], by=None),
        lambda: merge_customers(kept=three, gone=[two, one], by=None),
    )
    assert sorted(outcomes) == ["done", "refused", "refused"]
    assert Merge.objects.count() == 1
    kept = Merge.objects.get().kept
    assert debts(kept) == ({"USD": Decimal(5)} if kept.pk != one.pk or MergedCustomer.objects.count() else {})
    assert Phone.objects.filter(customer=kept).count() == 1 + MergedCustomer.objects.count()


def _at_once(barrier: Barrier, *works: Callable[[], object]) -> list[str]:
    def run(work: Callable[[], object]) -> str:
        barrier.wait(10)
        try:
            work()
        except CannotMerge:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


_APART = {"staff.Change", "customers.Merge", "customers.MergedCustomer", "customers.MovedRows", "customers.SearchSlip"}


_MADE_ANEW = {"sales.DebtTotal", "customers.ListFact", "customers.ListValue"}


def rows_of_everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but the history's and the merges' own. A total of nothing is no row."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model in apps.get_models():
        label = model._meta.label
        if not label.startswith(("customers.", "sales.", "tasks.", "calls.")) or label in _APART:
            continue
        rows = list(model._default_manager.order_by("pk").values())
        if label == "sales.DebtTotal":
            rows = [row for row in rows if row["owed"] or row["ahead"] or row["debtors"]]
        if label in _MADE_ANEW:
            rows = sorted(({**row, "id": 0} for row in rows), key=str)
        for row in rows if label == "customers.SearchText" else ():
            row["entries"] = sorted(json.loads(row["entries"]))  # the order of own fields says nothing
        found[label] = [{name: value for name, value in row.items() if name != "changed_at"} for row in rows]
    return found


own_values = st.sampled_from(["1", ["x"], ["x", "y"]])
numbers = st.sampled_from(["020 5555 1234", "+856 20 5555 1234", "021 212 000", "021 213 000", "what?"])
people = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Anna", "Ana", "anna "]),
        "city": st.sampled_from(["", "Pakse"]),
        "note": st.sampled_from(["", "One", "Two"]),
        "birthday": st.sampled_from([None, "2000-01-01"]),
        "own_fields": st.dictionaries(
            st.sampled_from(["a", "b"]), st.sampled_from(["1", ["x"], ["x", "y"]]), max_size=2
        ),
    }
)
belongings = st.fixed_dictionaries(
    {
        "phones": st.lists(st.tuples(numbers, st.booleans(), st.booleans(), st.sampled_from(["", "Noy"])), max_size=3),
        "emails": st.lists(st.sampled_from(["a@b.c", "A@b.c", "d@e.f"]), max_size=2),
        "persons": st.lists(st.sampled_from(["Noy", "noy", "Kham"]), max_size=2),
        "tags": st.sets(st.integers(0, 2)),
        "orders": st.lists(st.tuples(st.sampled_from(["5", "0.1", "-3"]), st.sampled_from(["USD", "LAK"])), max_size=2),
        "payments": st.lists(st.sampled_from(["5", "0.2"]), max_size=2),
    }
)


class MergeAndUndo(TestCase):
    @settings(max_examples=12)
    @given(st.lists(st.tuples(people, belongings), min_size=2, max_size=3), st.data())
    def test_undo_gives_back_exactly_the_same_rows(self, drawn: list[Any], data: st.DataObject) -> None:
        tags = [Tag.objects.create(name=f"T{n}") for n in range(3)]
        made = [_made(fields, has, tags) for fields, has in drawn]
        before = rows_of_everything()
        ids = [one.pk for one in made]
        choices = data.draw(
            st.dictionaries(st.sampled_from(["name", "note", "place", "own:a"]), st.sampled_from([*ids, BOTH]))
        )
        phones = st.sampled_from([0, *Phone.objects.values_list("pk", flat=True)])
        mails = st.sampled_from([0, *Contact.objects.values_list("pk", flat=True)])
        unwanted = {
            "customers.phone.customer": data.draw(st.sets(phones, max_size=3)),
            "customers.contact.customer": data.draw(st.sets(mails, max_size=2)),
        }
        merge = merge_customers(kept=made[0], gone=made[1:], by=None, choices=choices, unwanted=unwanted)
        assert _owed_by_rows(made[0]) == debts(made[0])
        assert made[0].phones.filter(is_preferred=True).count() <= 1
        assert (
            not Phone.objects.filter(customer=made[0])
            .exclude(contact_person=None)
            .exclude(contact_person__customer=made[0])
        )
        undo_merge(merge=merge, by=None)
        assert rows_of_everything() == before


def _owed_by_rows(customer: Customer) -> dict[str, Decimal]:
    owed: dict[str, Decimal] = {}
    for order in Order.objects.filter(customer=customer):
        owed[order.currency] = owed.get(order.currency, Decimal(0)) + order.total
    for payment in Payment.objects.filter(customer=customer):
        owed[payment.currency] = owed.get(payment.currency, Decimal(0)) - payment.amount
    return {currency: amount for currency, amount in owed.items() if amount}


def _made(fields: dict[str, Any], has: dict[str, Any], tags: list[Tag]) -> Customer:
    customer = create_customer(**fields, tags=[tags[n] for n in has["tags"]])
    for name in has["persons"]:
        add_person(customer=customer, name=name)
    for raw, is_preferred, do_not_call, person in has["phones"]:
        add_phone(customer=customer, raw=raw, is_preferred=is_preferred, do_not_call=do_not_call, person=person)
    for value in has["emails"]:
        add_contact(customer=customer, kind="email", value=value, person="Noy")
    orders = [order_of(customer, price, currency) for price, currency in has["orders"]]
    for amount in has["payments"]:
        order = orders[0] if orders and orders[0].currency == "USD" else None
        record_payment(customer=customer, amount=Decimal(amount), currency="USD", order=order, paid_at=timezone.now())
    return Customer.objects.get(pk=customer.pk)


@pytest.mark.django_db
def test_what_is_written_for_a_customer_who_has_just_been_merged_is_the_kept_ones() -> None:
    mali = User.objects.create_user("mali")
    kept, gone = create_customer(name="Anna"), create_customer(name="Anna Smith")
    stale = Customer.objects.get(pk=gone.pk)
    merge_customers(kept=kept, gone=[gone], by=mali)
    written: list[Any] = [
        record_order(customer=stale, currency="USD", total=Decimal(5)),
        record_payment(customer=stale, amount=Decimal(2), currency="USD"),
        add_task(title="Call", assignee=mali, customer=stale, by=mali),
        write_note(customer=stale, text="Tea", by=mali),
        add_phone(customer=stale, raw="021 333 000"),
        add_contact(customer=stale, kind="email", value="a@example.com"),
        add_file(customer=stale, name="a.txt", chunks=[b"a"], by=mali),
    ]
    assert [type(row).objects.get(pk=row.pk).customer_id for row in written] == [kept.pk] * len(written)
    assert debts(kept) == {"USD": Decimal(3)}
    assert debts(gone) == {}


@pytest.mark.django_db
def test_an_archived_customer_who_was_not_merged_keeps_what_is_written() -> None:
    customer = create_customer(name="Anna")
    archive_customer(customer=customer, by=None)
    assert add_phone(customer=customer, raw="021 333 000").customer_id == customer.pk
