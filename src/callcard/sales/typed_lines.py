"""The lines of an order as they are typed in its window: read, found wrong, and shown again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from callcard.kit.ids import ids_in, is_id
from callcard.sales.forms import decimal_point, not_a_discount, typed, typed_discount
from callcard.sales.models import Order, OrderLine, Product
from callcard.sales.product_services import product_by_line
from callcard.sales.rules import (
    LARGEST_TOTAL,
    LineFigures,
    MoreThanAll,
    NotAnAmount,
    places_of_price,
    read_amount,
    read_discount,
)
from callcard.sales.services import LineDraft

MOST_LINES = 300
NEW_PRODUCT = "new"
_FIELDS = ("title", "product", "quantity", "unit", "price", "discount", "tax")
_Value = TypeVar("_Value")


@dataclass(slots=True)
class TypedLine:
    """A line as text. `wrong`: what cannot be understood, in words. `figures` when all of it can."""

    title: str = ""
    product: str = ""
    quantity: str = ""
    unit: str = ""
    price: str = ""
    discount: str = ""
    tax: str = ""
    wrong: str = ""
    figures: LineFigures | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.title.strip() or self.price.strip() or self.product)


def read_lines(data: QueryDict) -> list[TypedLine]:
    """Those that are not empty, in their order."""
    places = places_of_price(data.get("currency", ""))
    columns = [data.getlist(f"line_{name}") for name in _FIELDS]
    lines = [
        TypedLine(*(value.replace("\x00", "")[:200] for value in values)) for values in zip(*columns, strict=False)
    ]
    kept = [line for line in lines if not line.is_empty][:MOST_LINES]
    for line in kept:
        _understand(line, places)
    return kept


def _understand(line: TypedLine, places: int) -> None:
    percent, amount = _read(line, _("the discount"), read_discount, line.discount, places) or (Decimal(0), Decimal(0))
    quantity = _read(line, _("the quantity"), read_amount, line.quantity.strip() or "1")
    price = _read(line, _("the price"), read_amount, line.price.strip() or "0", places)
    tax = _read(line, _("the tax"), read_amount, line.tax.strip(" %") or "0")
    if (quantity is not None and quantity < 0) or (price is not None and price < 0):
        line.wrong = line.wrong or _(
            "Neither a quantity nor a price is less than nothing. Write what you take off as a discount; "
            "money that you give back is a payment, marked “Money given back”."
        )
    if tax is not None and not 0 <= tax <= 100:
        line.wrong = line.wrong or _("A tax is between 0 and 100 %.")
    if not line.title.strip():
        line.wrong = line.wrong or _("What is it? Write a name.")
    if line.wrong or quantity is None or price is None or tax is None:
        return
    figures = LineFigures(quantity, price, percent, amount, tax)
    if abs(quantity * price) > LARGEST_TOTAL:
        line.wrong = _("This comes to more than can be written down.")
    else:
        line.figures = figures


def _read(line: TypedLine, name: str, read: Callable[..., _Value], text: str, places: int = 3) -> _Value | None:
    try:
        return read(text, point=decimal_point(), places=places)
    except MoreThanAll as refused:
        line.wrong = line.wrong or not_a_discount(refused)
        return None
    except NotAnAmount:
        line.wrong = line.wrong or _("%(what)s cannot be read: %(text)s") % {"what": name.capitalize(), "text": text}
        return None


def lines_of(order: Order) -> list[TypedLine]:
    return [_typed(line) for line in order.lines.all()]


def _typed(line: OrderLine) -> TypedLine:
    return TypedLine(
        title=line.title,
        product=str(line.product_id or ""),
        quantity=typed(line.quantity),
        unit=line.unit,
        price=typed(line.price),
        discount=typed_discount(line.discount_percent, line.discount_amount),
        tax=typed(line.tax_percent) if line.tax_percent else "",
        figures=line.figures,
    )


def figures_of_lines(lines: Iterable[TypedLine]) -> list[LineFigures]:
    """Of those that can be understood."""
    return [line.figures for line in lines if line.figures]


def drafts(lines: list[TypedLine], *, currency: str) -> list[LineDraft]:
    """For the services. What was marked as new in its line becomes a product now."""
    products = Product.objects.in_bulk(ids_in(line.product for line in lines))
    return list(_drafts(lines, products, currency))


def _drafts(lines: list[TypedLine], products: dict[int, Product], currency: str) -> Iterator[LineDraft]:
    for line in lines:
        assert line.figures is not None
        product = None
        if line.product == NEW_PRODUCT:
            product = product_by_line(title=line.title.strip(), unit=line.unit, currency=currency, figures=line.figures)
        elif is_id(line.product):
            product = products.get(int(line.product))
        yield LineDraft(title=line.title.strip(), figures=line.figures, unit=line.unit.strip(), product=product)
