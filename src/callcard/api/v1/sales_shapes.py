"""Orders, payments and products as programs see and send them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from callcard.api.v1.answers import PageOfList
from callcard.api.v1.types import Currency, Day, Given, Moment, Money, Named, Quantity, Reference, Text, Told

Note = Annotated[Text, Field(max_length=5000)]
Title = Annotated[Text, Field(max_length=200)]


class LineTold(Told):
    """`price` is for one; `amount` for all, after the line's discount."""

    product: int | None
    title: str
    unit: str
    quantity: str
    price: str
    discount_percent: str
    discount_amount: str
    tax_percent: str
    amount: str


class OrderTold(Told):
    """`owed`: what is still to be paid for it; negative when too much was paid. All amounts are in its currency."""

    id: int
    number: str
    title: str
    customer: Named
    state: Named
    is_current: bool
    responsible: Named | None
    currency: str
    total: str
    tax: str
    paid: str
    owed: str
    discount_percent: str
    discount_amount: str
    is_tax_included: bool
    ordered_at: str
    due_on: str | None
    note: str
    cancelled_at: str | None
    cancelled_why: str
    lines: list[LineTold]


class OrdersPage(PageOfList):
    items: list[OrderTold]


class LineGiven(Given):
    """Of a discount either a share or an amount."""

    title: Annotated[Text, Field(min_length=1, max_length=200)]
    product: Reference | None = None
    unit: Annotated[Text, Field(max_length=20)] = ""
    quantity: Quantity
    price: Quantity
    discount_percent: Quantity | None = None
    discount_amount: Quantity | None = None
    tax_percent: Quantity | None = None


Lines = Annotated[list[LineGiven], Field(min_length=1, max_length=300)]


class OrderGiven(Given):
    """Without a currency the company's, without a state the first, without a responsible the token's user."""

    customer: Reference
    title: Title = ""
    state: Reference | None = None
    currency: Currency = "USD"
    responsible: Reference | None = None
    due_on: Day | None = None
    note: Note = ""
    discount_percent: Quantity | None = None
    discount_amount: Quantity | None = None
    lines: Lines


class OrderChange(Given):
    """What is not sent stays as it is; lines are sent all together."""

    title: Title = ""
    state: Reference = 1
    currency: Currency = "USD"
    responsible: Reference | None = None
    due_on: Day | None = None
    note: Note = ""
    discount_percent: Quantity | None = None
    discount_amount: Quantity | None = None
    lines: Lines = []


class Cancelled(Given):
    why: Title = ""


class PaymentTold(Told):
    """`amount` is negative for money given back. `free`: what of an advance is not yet given to an order."""

    id: int
    number: str
    customer: Named
    order: int | None
    amount: Money
    free: str
    method: Named | None
    paid_at: str
    note: str
    cancelled_at: str | None
    cancelled_why: str


class PaymentGiven(Given):
    """Without an order it is an advance."""

    customer: Reference
    order: Reference | None = None
    amount: Quantity
    currency: Currency
    is_refund: Annotated[bool, Field(strict=True)] = False
    method: Reference | None = None
    paid_at: Moment | None = None
    note: Annotated[Text, Field(max_length=300)] = ""


class AllocationGiven(Given):
    """How much of the advance pays for this order from now on; "0" takes it back."""

    order: Reference
    amount: Quantity


class ProductTold(Told):
    id: int
    kind: Literal["goods", "service"]
    code: str
    name: str
    unit: str
    tax_percent: str
    prices: list[Money]
    archived_at: str | None


class ProductsPage(PageOfList):
    items: list[ProductTold]
