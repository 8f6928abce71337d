"""The card in one statement says the same as the rows do, on either database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callcard.calls.models import Call, Segment
from callcard.customers.models import Category, Customer
from callcard.customers.services import add_contact, add_phone, create_customer
from callcard.desk.card import (
    CallerCard,
    CardContact,
    CardDebt,
    CardOrder,
    CardPhone,
    CardTask,
    LastContact,
)
from callcard.desk.card_query import read_cards
from callcard.sales.models import OrderState
from callcard.sales.payment_services import record_payment
from callcard.sales.services import record_order
from callcard.staff.models import User
from callcard.tasks.services import add_task, complete_task

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 8, 30, 15, 123456, tzinfo=UTC)


def test_a_bare_customer_has_an_empty_card() -> None:
    customer = create_customer(name="ມາລີ")
    assert read_cards([customer.pk], now=NOW) == {
        customer.pk: CallerCard(
            customer_id=customer.pk,
            kind="person",
            name="ມາລີ",
            portrait="",
            category="",
            colour="",
            city="",
            country="",
            address="",
            language="",
            birthday=None,
            note="",
            responsible="",
            phones=(),
            contacts=(),
            debts=(),
            orders=(),
            orders_count=0,
            tasks=(),
            tasks_count=0,
            last_contact=None,
            refuses_calls=False,
            own_fields={},
        )
    }


def test_a_full_card() -> None:
    mali = User.objects.create_user("mali", first_name="Mali", last_name="Souk")
    noy = User.objects.create_user("noy")
    customer = create_customer(
        name='O\'Brien "Q" <b>',
        kind="company",
        category=Category.objects.create(name="VIP", colour="orange"),
        responsible=mali,
        city="Pakse",
        country="LA",
        address="1, River Road",
        language="lo",
        birthday=date(1980, 2, 29),
        note="likes\nblue",
        own_fields={"discount": "5 %", "age": 7, "gone": None, "empty": ""},
        numbers=["020 5551 2345"],
    )
    add_phone(customer=customer, raw="301", label="office", person="Noy", is_preferred=True)
    add_contact(customer=customer, kind="email", value="a@example.com", label="work")
    _sell(customer)
    first = add_task(title="overdue", assignee=noy, customer=customer, due_at=NOW - timedelta(days=1))
    later = add_task(title="later", assignee=mali, customer=customer, due_at=NOW + timedelta(days=1))
    never = add_task(title="some day", assignee=mali, customer=customer)
    complete_task(task=add_task(title="done", assignee=mali, customer=customer))
    _call(customer, NOW - timedelta(days=2), "answered", mali, note="older")
    _call(customer, NOW - timedelta(days=1), "answered", mali, note="asked", result="order")
    _call(customer, NOW - timedelta(hours=1), "missed", None)
    _call(customer, NOW, "", None)

    card = read_cards([customer.pk], now=NOW)[customer.pk]

    assert (card.kind, card.name, card.category, card.colour) == ("company", 'O\'Brien "Q" <b>', "VIP", "orange")
    assert (card.responsible, card.birthday, card.note) == ("Mali Souk", date(1980, 2, 29), "likes\nblue")
    assert (card.city, card.country, card.address, card.language) == ("Pakse", "LA", "1, River Road", "lo")
    assert card.own_fields == {"discount": "5 %", "age": 7}
    ids = [phone.id for phone in card.phones]
    assert set(ids) == set(customer.phones.values_list("pk", flat=True))
    assert card.phones == (
        CardPhone(id=ids[0], raw="301", e164="", label="office", person="Noy", is_preferred=True),
        CardPhone(id=ids[1], raw="020 5551 2345", e164="+8562055512345", label="", person="", is_preferred=False),
    )
    assert card.contacts == (CardContact(kind="email", value="a@example.com", label="work"),)
    assert card.debts == (
        CardDebt(owed=Decimal("250000.40"), currency="KZT"),
        CardDebt(owed=Decimal("-3.10"), currency="USD"),
    )
    assert [order.number for order in card.orders] == ["6", "5", "4", "3"]
    assert card.orders_count == 6
    assert card.orders[0] == CardOrder(
        number="6",
        title="Bench",
        state="new",
        colour="green",
        total=Decimal("0.10"),
        currency="KZT",
        ordered_at=NOW - timedelta(days=4),
        due_on=date(2026, 12, 1),
    )
    assert card.tasks == (
        CardTask(id=first.pk, title="overdue", due_at=first.due_at, assignee="noy"),
        CardTask(id=later.pk, title="later", due_at=later.due_at, assignee="Mali Souk"),
        CardTask(id=never.pk, title="some day", due_at=None, assignee="Mali Souk"),
    )
    assert card.tasks_count == 3
    assert card.last_contact == LastContact(
        at=NOW - timedelta(days=1),
        who="Mali Souk",
        direction="inbound",
        outcome="answered",
        result="order",
        note="asked",
    )


def _sell(customer: Customer) -> None:
    new = OrderState.objects.create(name="new", colour="green")
    over = OrderState.objects.create(name="over", is_current=False)
    for index in range(1, 7):
        total = Decimal("250000") if index == 1 else Decimal("0.10")
        record_order(
            customer=customer,
            number=f"{index}",
            title="Bench",
            total=total,
            currency="KZT",
            state=new,
            ordered_at=NOW - timedelta(days=10 - index),
            due_on=date(2026, 12, 1),
        )
    record_payment(customer=customer, amount=Decimal("0.10"), currency="KZT")
    record_payment(customer=customer, amount=Decimal("3.10"), currency="USD")
    record_order(customer=customer, number="old", total=Decimal(7), currency="EUR", state=over)
    record_payment(customer=customer, amount=Decimal(7), currency="EUR")


def _call(
    customer: Customer, at: datetime, outcome: str, user: User | None, *, direction: str = "inbound", **words: str
) -> Call:
    return Call.objects.create(
        pbx="p",
        key=str(at),
        direction=direction,
        outcome=outcome,
        customer=customer,
        started_at=at,
        answered_by=user,
        **words,
    )


def test_whoever_called_is_the_one_who_spoke_on_an_outgoing_call() -> None:
    customer, noy = create_customer(name="Mali"), User.objects.create_user("noy")
    call = _call(customer, NOW - timedelta(days=1), "answered", None, direction="outbound")
    Segment.objects.create(call=call, key="1", role="called", number="020")
    Segment.objects.create(call=call, key="2", role="caller", extension="301", user=noy)
    contact = read_cards([customer.pk], now=NOW)[customer.pk].last_contact
    assert contact is not None
    assert (contact.who, contact.direction) == ("noy", "outbound")


@pytest.mark.parametrize(("count", "statements"), [(0, 0), (1, 1), (2, 1), (8, 1), (9, 2)])
def test_cards_come_in_one_statement(count: int, statements: int) -> None:
    ids = [create_customer(name=f"{index}", numbers=[f"020 5551 000{index}"]).pk for index in range(count)]
    with CaptureQueriesContext(connection) as asked:
        cards = read_cards(ids, now=NOW)
    assert (len(asked), sorted(cards)) == (statements, ids)
    assert [cards[pk].phones[0].raw for pk in ids] == [f"020 5551 000{index}" for index in range(count)]


def test_who_does_not_exist_is_left_out() -> None:
    pk = create_customer(name="Mali").pk
    assert list(read_cards([pk, pk + 1, pk], now=NOW)) == [pk]


def test_the_database_does_not_plan_or_search_anew_for_every_ring() -> None:
    """PostgreSQL keeps the prepared statement; SQLite, which plans in microseconds, finds each row by an index."""
    pk = create_customer(name="Mali").pk
    with CaptureQueriesContext(connection) as asked:
        for _ in range(10):
            read_cards([pk], now=NOW)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%customers_phone%"])
            assert cursor.fetchone() == (1,)
        else:
            cursor.execute("EXPLAIN QUERY PLAN " + asked[0]["sql"].replace("%", "%%"))
            steps = [row[3] for row in cursor.fetchall()]
            made_on_the_way = {"SCAN n", "SCAN t", "SCAN a", "SCAN CONSTANT ROW"}
            assert {step for step in steps if step.startswith("SCAN")} <= made_on_the_way
            assert sum(step.startswith("SEARCH") for step in steps) >= 10
