"""The list of orders: what is found, its pages, sums and groups, and changes to many with their undo."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.sales import order_lists
from callcard.sales.models import Order, OrderState
from callcard.sales.services import cancel_order, record_order, update_order
from callcard.staff.models import Company
from callcard.ui import lists
from tests.rooms.staff.windows import Window, person, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Window:
    Company.objects.create(name="Mekong", region="LA", currency="USD", time_zone="Asia/Vientiane")
    return Window(person("anna", role="owner"))


@pytest.fixture
def states() -> dict[str, OrderState]:
    new = OrderState.objects.create(name="New")
    return {"new": new, "done": OrderState.objects.create(name="Done", is_current=False, position=9)}


@pytest.fixture
def mali(anna: Window) -> Customer:
    return create_customer(name="Mali", responsible=anna.user)


@pytest.fixture
def base(anna: Window, mali: Customer, states: dict[str, OrderState]) -> dict[str, Order]:
    noy, today, now = create_customer(name="Noy"), timezone.localdate(), timezone.now()
    rows = {
        "A1": record_order(customer=mali, number="A1", total=Decimal(10), currency="USD", ordered_at=now),
        "A2": record_order(
            customer=mali, number="A2", total=Decimal(7), currency="EUR", responsible=anna.user,
            ordered_at=now - timedelta(days=1), due_on=today - timedelta(days=1),
        ),
        "B1": record_order(
            customer=noy, number="B1", total=Decimal("0.5"), currency="USD", state=states["done"],
            ordered_at=now - timedelta(days=40), due_on=today - timedelta(days=1),
        ),
        "B2": record_order(customer=noy, number="B2", total=Decimal(99), ordered_at=now - timedelta(days=2)),
    }  # fmt: skip
    rows["B2"] = cancel_order(order=rows["B2"])
    return rows


def listed(client: Window, question: str = "") -> list[str]:
    """Numbers in the order in which they stand."""
    page = client.text(f"/orders/?{question}")
    return re.findall(r'href="/orders/\d+/" data-window><bdi>(.*?)</bdi>', page)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", ["A1", "A2", "B2", "B1"]),
        ("sort=number", ["A1", "A2", "B1", "B2"]),
        ("sort=-total", ["B2", "A1", "A2", "B1"]),
        ("sort=due", ["A2", "B1", "A1", "B2"]),
        ("f.standing=late", ["A2"]),
        ("f.standing=cancelled", ["B2"]),
        ("f.standing=current&f.currency=USD", ["A1"]),
        ("f.currency=EUR&f.currency=USD&f.standing=late", ["A2"]),
        ("f.responsible.empty=1", ["A1", "B2", "B1"]),
        ("f.due.empty=1", ["A1", "B2"]),
        ("q=A2", ["A2"]),
        ("q=noy", ["B2", "B1"]),
        ("q=noy&f.standing=cancelled", ["B2"]),
        ("f.state=x", ["A1", "A2", "B2", "B1"][:0]),
        ("sort=nothing&f.ordered.from=2026-99-99&after=%00", ["A1", "A2", "B2", "B1"]),
    ],
)
def test_filters_and_orders_combine(anna: Window, base: dict[str, Order], question: str, found: list[str]) -> None:
    assert listed(anna, question) == found


def test_a_state_a_responsible_and_days_combine(anna: Window, base: dict[str, Order]) -> None:
    month = timezone.localdate() - timedelta(days=30)
    new, done = base["A1"].state_id, base["B1"].state_id
    assert listed(anna, f"f.state={done}") == ["B1"]
    assert listed(anna, f"f.state={new}&f.responsible={anna.user.pk}&f.ordered.from={month}") == ["A2"]
    assert listed(anna, f"f.state={new}&f.state={done}&f.ordered.to={month}") == ["B1"]


def test_pages_follow_each_other_to_the_last_and_back(
    anna: Window, mali: Customer, states: dict[str, OrderState]
) -> None:
    now = timezone.now()
    for index in range(120):
        record_order(
            customer=mali, total=Decimal(1), number=f"N{index:03}", ordered_at=now - timedelta(hours=index // 3)
        )
    numbers, question = [], ""
    while True:
        numbers += listed(anna, question)
        further = re.search(r'rel="next" href="\?([^"]*)"', anna.text(f"/orders/?{question}"))
        if further is None:
            break
        question = further[1].replace("&amp;", "&")
    assert sorted(numbers) == [f"N{index:03}" for index in range(120)]
    assert listed(anna, "last=1") == numbers[-50:]


@pytest.mark.parametrize("sort", ["total", "due", "number"])
def test_orders_by_other_columns_have_pages_too(
    anna: Window, mali: Customer, states: dict[str, OrderState], sort: str
) -> None:
    today = timezone.localdate()
    for index in range(60):
        record_order(customer=mali, total=Decimal(index), number=f"N{index:03}", due_on=today + timedelta(days=index))
    further = re.search(r'rel="next" href="\?([^"]*)"', anna.text(f"/orders/?sort={sort}"))
    assert further is not None
    assert listed(anna, further[1].replace("&amp;", "&")) == [f"N{index:03}" for index in range(50, 60)]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch, mali: Customer, states: dict[str, OrderState]) -> list[str]:
    """More orders than are counted: numbers from the newest to the oldest."""
    monkeypatch.setattr(order_lists, "COUNTED_UP_TO", 5)
    monkeypatch.setattr(lists, "COUNTED_UP_TO", 5)
    now = timezone.now()
    for index in range(140):
        record_order(
            customer=mali,
            number=f"M{index:03}",
            total=Decimal(1),
            currency="EUR" if index % 2 else "USD",
            state=states["done" if index % 3 == 0 else "new"],
            ordered_at=now - timedelta(hours=index),
        )
    return [f"M{index:03}" for index in range(140)]


_FITTING: dict[str, Callable[[int], bool]] = {
    "f.currency=EUR": lambda index: bool(index % 2),
    "f.currency=EUR&f.standing=current": lambda index: bool(index % 2 and index % 3),
    "f.currency=USD&f.currency=EUR&f.responsible.empty=1": lambda index: True,
    "f.due.empty=1&f.standing=current": lambda index: bool(index % 3),
}


def test_filters_of_which_each_fits_many_are_walked_together(anna: Window, many: list[str]) -> None:
    for question, fits in _FITTING.items():
        wanted = [number for index, number in enumerate(many) if fits(index)]
        assert listed(anna, question) == wanted[:50], question
        assert listed(anna, f"{question}&last=1") == wanted[-50:], question
        assert listed(anna, f"{question}&sort=ordered") == wanted[::-1][:50], question


def test_a_walk_that_finds_few_says_so_and_goes_on(
    anna: Window, many: list[str], states: dict[str, OrderState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_lists, "_LOOKED_AT", 20)
    question = f"f.currency=EUR&f.state={states['done'].pk}&f.standing=current"  # no finished order is going on
    page = anna.text(f"/orders/?{question}")
    assert "not every order has been looked at yet" in page
    assert 'rel="next"' in page


def test_the_beginning_of_many_numbers_is_listed_by_number(anna: Window, many: list[str]) -> None:
    assert listed(anna, "q=M1") == [f"M{index}" for index in range(139, 99, -1)]
    assert listed(anna, "q=M1&f.currency=EUR") == [f"M{index}" for index in range(139, 99, -2)]


def test_one_who_sees_few_customers_has_pages_and_filters(many: list[str], mali: Customer) -> None:
    lee = Window(person("lee", records="own"))
    Customer.objects.filter(pk=mali.pk).update(responsible=lee.user)
    assert listed(lee) == many[:50]
    assert listed(lee, "f.currency=EUR&last=1") == many[1::2][-50:]


def test_one_who_sees_many_customers_has_pages_and_filters(
    many: list[str], mali: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_lists, "_FEW_CUSTOMERS", 0)
    lee = Window(person("lee", records="own"))
    assert listed(lee) == []
    Customer.objects.filter(pk=mali.pk).update(responsible=lee.user)
    assert listed(lee, "f.currency=EUR") == many[1::2][:50]


def test_sums_are_of_all_that_are_found_by_currency(anna: Window, base: dict[str, Order]) -> None:
    page = anna.text("/orders/")
    sums = re.findall(r"<dt>(\w+)</dt><dd><b>(.*?)</b>", page)
    assert sums == [("EUR", "€7"), ("USD", "$10.50")]  # the cancelled one counts for nothing


def test_a_group_counts_and_leads_there(anna: Window, base: dict[str, Order]) -> None:
    page = anna.text("/orders/?group=state")
    groups = re.findall(r'<a href="(\?[^"]*)"><bdi>(\w+)</bdi> <span class="quiet">(\d+)', page)
    state = base["B1"].state_id
    assert [(words, number) for _address, words, number in groups] == [("New", "3"), ("Done", "1")]
    assert groups[1][0].endswith(f"f.state={state}")


def test_one_sees_and_changes_the_orders_of_ones_own_customers_only(
    base: dict[str, Order], states: dict[str, OrderState]
) -> None:
    lee = Window(person("lee", records="own"))
    assert listed(lee) == []
    Customer.objects.filter(name="Noy").update(responsible=lee.user)
    assert listed(lee) == ["B2", "B1"]
    lee.post("/orders/change", {"change": f"state:{states['done'].pk}", "order": [base["A1"].pk]})
    base["A1"].refresh_from_db()
    assert base["A1"].state == states["new"]


def test_many_are_changed_and_what_nobody_changed_since_is_undone(
    anna: Window, base: dict[str, Order], states: dict[str, OrderState]
) -> None:
    chosen = [base[number].pk for number in ("A1", "A2", "B2")]
    answer = words(anna.post("/orders/change", {"change": f"responsible:{anna.user.pk}", "order": chosen}))
    assert "1 order was changed." not in answer
    assert "2 orders were changed." in answer  # not the cancelled one
    first, second = Order.objects.get(number="A1"), Order.objects.get(number="A2")
    assert (first.responsible, second.responsible) == (anna.user, anna.user)
    batch = re.search(r'name="batch" value="([^"]+)"', answer)
    assert batch is not None
    anna.post("/orders/change/undo", {"batch": batch[1]})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.responsible, second.responsible) == (None, anna.user)  # who had it before


def test_all_that_are_found_are_changed_and_a_later_change_is_not_undone(
    anna: Window, base: dict[str, Order], states: dict[str, OrderState]
) -> None:
    sent = {"change": f"state:{states['done'].pk}", "all": "1", "question": "f.currency=USD"}
    answer = words(anna.post("/orders/change", sent))
    assert Order.objects.get(number="A1").state == states["done"]
    assert Order.objects.get(number="A2").state == states["new"]
    third = OrderState.objects.create(name="Third")
    update_order(order=base["A1"], changes={"state": third}, by=None)
    batch = re.search(r'name="batch" value="([^"]+)"', answer)
    assert batch is not None
    anna.post("/orders/change/undo", {"batch": batch[1]})
    assert Order.objects.get(number="A1").state == third


@pytest.mark.parametrize("change", ["", "state:", "state:999", "total:5", "state:x", "responsible:\x00"])
def test_a_change_that_is_none_changes_nothing(anna: Window, base: dict[str, Order], change: str) -> None:
    before = list(Order.objects.order_by("pk").values())
    answer = anna.post("/orders/change", {"change": change, "order": [base["A1"].pk]})
    assert answer.status_code == 302
    assert list(Order.objects.order_by("pk").values()) == before


def test_views_and_columns_of_orders_are_their_own(anna: Window, base: dict[str, Order]) -> None:
    address = anna.post("/orders/views/new", {"name": "Late", "question": "f.standing=late"})["Location"]
    assert listed(anna, anna.get(address)["Location"].partition("?")[2]) == ["A2"]
    assert "Late" not in anna.text("/customers/")
    anna.post("/orders/columns", {"column": ["total", "number"]})
    assert re.findall(r'data-column="(\w+)"', anna.text("/orders/")) == ["total", "number"]
