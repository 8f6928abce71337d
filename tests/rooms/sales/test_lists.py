"""The lists of products and of debts, and orders that leave as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from callcard.customers.models import Category, Customer
from callcard.customers.services import create_customer
from callcard.sales.models import Order, Product
from callcard.sales.order_lists import columns_for
from callcard.sales.product_services import set_product
from callcard.sales.rules import LineFigures
from callcard.sales.services import LineDraft, cancel_order, record_order
from callcard.staff.models import Change, Company
from tests.rooms.staff.windows import Window, person, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Window:
    Company.objects.create(name="Mekong", region="LA", currency="USD", time_zone="Asia/Vientiane")
    return Window(person("anna", role="owner"))


def products(client: Window, question: str) -> list[str]:
    response = client.get(f"/products/?{question}")
    assert response.status_code == 200
    return [one.name for one in response.context["page"].rows]


@pytest.fixture
def goods(anna: Window) -> dict[str, Product]:
    given = (("Tile", "T-2", "goods"), ("Nail", "T-9", "goods"), ("Delivery", "A-1", "service"))
    return {name: set_product(product=None, prices={}, name=name, code=code, kind=kind) for name, code, kind in given}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", ["Delivery", "Nail", "Tile"]),
        ("sort=-name", ["Tile", "Nail", "Delivery"]),
        ("sort=code", ["Delivery", "Tile", "Nail"]),
        ("q=t-", ["Nail", "Tile"]),
        ("q=tile T-2", ["Tile"]),
        ("f.kind=service", ["Delivery"]),
        ("f.kind=bogus", []),
        ("f.archived=yes", []),
        ("sort=bogus&after=x&group=bogus&f.kind.empty=1", ["Delivery", "Nail", "Tile"]),
    ],
)
def test_products_are_found_filtered_and_ordered(
    anna: Window, goods: dict[str, Product], question: str, found: list[str]
) -> None:
    assert products(anna, question) == found


def test_kinds_are_groups_and_views_and_columns_are_the_products_own(anna: Window, goods: dict[str, Product]) -> None:
    groups = anna.get("/products/?group=kind").context["groups"]
    assert [(one["words"], one["number"]) for one in groups] == [("Goods", 2), ("Service", 1)]
    anna.post("/products/columns", {"column": ["name", "tax"], "question": ""})
    assert [head.column.key for head in anna.get("/products/").context["columns"]] == ["name", "tax"]
    anna.post("/products/views/new", {"name": "Services", "question": "f.kind=service"})
    assert "Services" in anna.text("/products/")
    assert "Services" not in anna.text("/orders/")


def test_many_products_leave_the_list_and_come_back_with_one_undo(anna: Window, goods: dict[str, Product]) -> None:
    chosen = [goods["Tile"].pk, goods["Nail"].pk, "x", 2**70]
    response = anna.post("/products/change", {"product": chosen, "change": "archive"})
    assert "2 products were changed." in words(response)
    assert products(anna, "") == ["Delivery"]
    assert products(anna, "f.archived=yes") == ["Nail", "Tile"]
    assert Change.objects.filter(about="product", by=anna.user, action=Change.Action.CHANGED).count() == 2
    back = response.context
    anna.post("/products/change", {"product": back["ids"], "change": back["back_to"]})
    assert products(anna, "") == ["Delivery", "Nail", "Tile"]
    anna.post("/products/change", {"product": chosen, "change": "burn"})
    assert products(anna, "") == ["Delivery", "Nail", "Tile"]


# -- debts ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def owing(anna: Window) -> dict[str, Customer]:
    vip = Category.objects.create(name="VIP")
    mali = create_customer(name="Mali", responsible=anna.user)
    noy, chan = create_customer(name="Noy", category=vip), create_customer(name="Chan")
    past = timezone.localdate() - timedelta(days=3)
    record_order(customer=mali, total=Decimal("10.5"), currency="USD")
    record_order(customer=noy, total=Decimal(7), currency="USD", due_on=past)
    record_order(customer=chan, total=Decimal(99), currency="USD")
    record_order(customer=chan, total=Decimal(5), currency="EUR", due_on=past)
    return {"Mali": mali, "Noy": noy, "Chan": chan}


def debtors(client: Window, question: str) -> list[str]:
    response = client.get(f"/debts/?{question}")
    assert response.status_code == 200
    return [row.customer.name for row, _late in response.context["rows"]]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", ["Chan", "Mali", "Noy"]),
        ("sort=owed", ["Noy", "Mali", "Chan"]),
        ("sort=customer", ["Chan", "Mali", "Noy"]),
        ("sort=-customer", ["Noy", "Mali", "Chan"]),
        ("currency=EUR", ["Chan"]),
        ("currency=QQQ", ["Chan", "Mali", "Noy"]),
        ("q=noy", ["Noy"]),
        ("f.late=yes", ["Noy"]),
        ("f.late=no", ["Chan", "Mali"]),
        ("f.owed.from=8&f.owed.to=50", ["Mali"]),
        ("f.owed.from=NaN&f.owed.to=1e99", ["Chan", "Mali", "Noy"]),
        ("f.category=1&f.category=x", ["Noy"]),
        ("f.category.empty=1", ["Chan", "Mali"]),
        ("f.responsible=999", []),
    ],
)
def test_debts_are_found_filtered_and_ordered_in_one_currency(
    anna: Window, owing: dict[str, Customer], question: str, found: list[str]
) -> None:
    question = question.replace("f.category=1", f"f.category={Category.objects.get().pk}")
    assert debtors(anna, question) == found


def test_filters_keep_the_currency_and_the_selected_can_be_written_to(anna: Window, owing: dict[str, Customer]) -> None:
    page = anna.text("/debts/?currency=EUR&q=chan")
    assert '<input type="hidden" name="currency" value="EUR">' in page
    chan = owing["Chan"].pk
    answer = anna.post("/customers/change", {"customer": [chan], "do": "mail"})
    assert answer.headers["Location"] == f"/customers/mail?customer={chan}"


def test_pages_of_debts_follow_each_other(anna: Window) -> None:
    for number in range(60):
        record_order(customer=create_customer(name=f"N{number:03}"), total=Decimal(1 + number // 3), currency="USD")
    for question in ("", "sort=owed", "sort=customer", "sort=-customer"):
        first = anna.get(f"/debts/?{question}").context
        second = anna.get(f"/debts/?{question}&after={first['page'].next}").context
        seen = [(row.owed, row.customer.name) for context in (first, second) for row, _late in context["rows"]]
        assert len(set(seen)) == len(seen) == 60
        by_name = "customer" in question
        is_reversed = question in ("", "sort=-customer")
        assert [one[by_name] for one in seen] == sorted((one[by_name] for one in seen), reverse=is_reversed)
        last = anna.get(f"/debts/?{question}&last=1").context
        assert [row.customer.name for row, _late in last["rows"]] == [name for _owed, name in seen[-50:]]


def test_debts_of_others_are_not_listed(anna: Window, owing: dict[str, Customer]) -> None:
    limited = Window(person("lee", records="own"))
    owing["Noy"].responsible = limited.user
    owing["Noy"].save()
    assert debtors(limited, "") == ["Noy"]
    assert debtors(limited, "q=chan") == []
    assert debtors(limited, "f.responsible.empty=1") == []


# -- orders as a file -------------------------------------------------------------------------------------------------


@pytest.fixture
def orders(anna: Window) -> list[Order]:
    mali = create_customer(name="=Mali", responsible=anna.user)
    line = LineDraft(title="Tile", figures=LineFigures(quantity=Decimal(2), price=Decimal("5.25")))
    at = timezone.now()
    first = record_order(customer=mali, number="A1", lines=[line], currency="USD", note="=1+1", ordered_at=at)
    second = record_order(customer=create_customer(name="Noy"), number="A2", total=Decimal(7), currency="LAK")
    return [first, cancel_order(order=second)]


def sent(client: Window, **asked: Any) -> bytes:
    response = client.get("/orders/export/file", asked)
    assert response.status_code == 200
    return bytes(response.getvalue())


def test_orders_leave_as_csv_without_formulas(anna: Window, orders: list[Order]) -> None:
    column = ["number", "customer", "state", "currency", "total", "debt", "lines", "note"]
    rows = list(csv.reader(io.StringIO(sent(anna, form="csv", column=column).decode("utf-8-sig"))))
    assert rows == [
        ["Number", "Customer", "State", "Currency", "Total", "To pay", "Lines", "Note"],
        ["A1", "'=Mali", "New", "USD", "10.5", "10.5", "Tile: 2 × 5.25", "'=1+1"],
        ["A2", "Noy", "Cancelled", "LAK", "7", "0", "", ""],
    ]
    step = Change.objects.get(about="export")
    assert (step.by, step.after["what"], step.after["rows"]) == (anna.user, "orders", 2)


def test_orders_leave_as_a_workbook_with_amounts_that_can_be_added(anna: Window, orders: list[Order]) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(sent(anna, form="xlsx", column=["number", "customer", "total"])))
    assert book.get_sheet_by_index(0).to_python() == [
        ["Number", "Customer", "Total"],
        ["A1", "=Mali", 10.5],
        ["A2", "Noy", 7],
    ]


def test_the_lists_filters_or_the_selected_orders_are_exported(anna: Window, orders: list[Order]) -> None:
    assert sent(anna, column="number", **{"f.standing": "cancelled"}) == "\ufeffNumber\r\nA2\r\n".encode()
    assert sent(anna, column="number", id=orders[0].pk) == "\ufeffNumber\r\nA1\r\n".encode()
    selected = {"order": [orders[0].pk], "do": "export"}
    assert anna.post("/orders/change", selected).headers["Location"] == f"/orders/export?id={orders[0].pk}"
    everything = {"all": "1", "question": "q=mali", "do": "export"}
    assert anna.post("/orders/change", everything).headers["Location"] == "/orders/export?q=mali"
    assert "1 chosen order." in anna.text(f"/orders/export?id={orders[0].pk}")


def test_orders_leave_with_who_may_export_only_and_never_those_of_others(anna: Window, orders: list[Order]) -> None:
    manager = Window(person("mo"))
    assert manager.get("/orders/export").status_code == 403
    assert manager.get("/orders/export/file").status_code == 403
    assert not Change.objects.filter(about="export").exists()
    assert "/orders/export" not in manager.text("/orders/")
    limited = Window(person("lee", records="own", may_export=True))
    assert sent(limited, column="number", id=[one.pk for one in orders]) == "\ufeffNumber\r\n".encode()
    assert anna.get("/orders/export/file", {"form": "vcf"}).status_code == 400
    assert anna.get("/orders/export/file", {"column": "bogus"}).status_code == 400


def test_orders_by_total_have_a_second_page(anna: Window) -> None:
    customer = create_customer(name="Mali")
    for number in range(60):
        record_order(customer=customer, number=f"N{number:02}", total=Decimal(number) / 4, currency="USD")
    assert next(column.sort for column in columns_for(anna.user) if column.key == "total") == "total"
    first = anna.get("/orders/?sort=total").context["page"]
    second = anna.get(f"/orders/?sort=total&after={first.next}").context["page"]
    assert [order.number for order in second.rows] == [f"N{number}" for number in range(50, 60)]
