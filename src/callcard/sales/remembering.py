"""What the history keeps of orders and payments."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from callcard.sales.models import Order, OrderLine, Payment
from callcard.staff.history import Json, record_change, snapshot
from callcard.staff.models import Change, User

Before = dict[str, Json]

_OF_ORDER = (
    *("number", "title", "state", "total", "currency", "responsible", "due_on", "ordered_at", "note"),
    *("discount_percent", "discount_amount", "is_tax_included", "cancelled_at", "cancelled_why"),
)
LINE_FIGURES = ("quantity", "price", "discount_percent", "discount_amount", "tax_percent")
_OF_PAYMENT = (
    *("number", "order", "amount", "currency", "method", "paid_at", "note", "allocated"),
    *("cancelled_at", "cancelled_why"),
)


def seen(document: Order | Payment) -> Before:
    """The document as the history compares it; of an order's lines, whatever it takes to write them again."""
    if isinstance(document, Payment):
        return _plain(document, _OF_PAYMENT)
    lines = [_line(line) for line in document.lines.all()]
    return _plain(document, _OF_ORDER) | ({"lines": lines} if lines else {})


def _line(line: OrderLine) -> Json:
    figures = {name: plain(getattr(line, name)) for name in LINE_FIGURES}
    words = f"{line.title}: {figures['quantity']} × {figures['price']}"
    return {"name": words, "title": line.title, "unit": line.unit, "product": line.product_id, **figures}


def _plain(document: Order | Payment, fields: Iterable[str]) -> Before:
    """An amount is the same however many zeros the database wrote behind it."""
    kept = snapshot(document, fields)
    amounts = {name: getattr(document, name) for name in kept}
    return kept | {name: plain(value) for name, value in amounts.items() if isinstance(value, Decimal)}


def plain(amount: Decimal) -> str:
    """12.500 -> "12.5", 1E+3 -> "1000"."""
    return f"{amount.normalize():f}"


def remember(
    document: Order | Payment, action: Change.Action, *, before: Before, by: User | None, batch: str = ""
) -> None:
    """Keep the step from `before` to what the document is now."""
    record_change(
        about="order" if isinstance(document, Order) else "payment",
        object_id=document.pk,
        customer_id=document.customer_id,
        action=action,
        before=before,
        after=seen(document),
        by=by,
        batch=batch,
    )
