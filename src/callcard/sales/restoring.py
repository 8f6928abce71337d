"""Bringing back what a step of an order's history changed, whatever was written since: somebody chose it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from callcard.sales.models import Order, Product
from callcard.sales.remembering import LINE_FIGURES
from callcard.sales.rules import LineFigures
from callcard.sales.services import CHANGEABLE, LineDraft, cancel_order, restore_order, update_order
from callcard.staff.history import put_back
from callcard.staff.models import Change, User


class CannotRestore(ValueError):
    """Nothing of it can be written again."""


@transaction.atomic
def restore_order_step(*, order: Order, change: Change, by: User | None = None) -> Order:
    """Write the values of before this step again; its lines too. Totals and what is owed follow.

    Raises CannotRestore, and whatever `update_order` refuses with.
    """
    names = {**change.before, **change.after}
    if "cancelled_at" in names:
        if change.before.get("cancelled_at"):
            return cancel_order(order=order, why=change.before.get("cancelled_why") or "", by=by)
        return restore_order(order=order, by=by)
    changes = _columns({name: change.before.get(name) for name in names if name in CHANGEABLE})
    lines = _lines(change.before.get("lines") or []) if "lines" in names else None
    if not changes and lines is None:
        raise CannotRestore
    return update_order(order=order, changes=changes, lines=lines, by=by, action=Change.Action.RESTORED)


def _columns(kept: Mapping[str, Any]) -> dict[str, Any]:
    """As the order takes them. A state that is gone is left out; a text that was empty was not kept as one."""
    values = {name: "" if value is None and name in ("title", "note") else value for name, value in kept.items()}
    read = Order()
    return {name: getattr(read, name) for name in put_back(read, values)}


def _lines(kept: list[Any]) -> list[LineDraft]:
    """Steps of before lines were kept whole hold their words only, of which no line can be made."""
    if not all(isinstance(line, Mapping) for line in kept):
        raise CannotRestore
    products = Product.objects.in_bulk([line["product"] for line in kept if line["product"]])
    try:
        return [
            LineDraft(
                title=line["title"],
                figures=LineFigures(**{name: Decimal(line[name]) for name in LINE_FIGURES}),
                unit=line["unit"],
                product=products.get(line["product"]),
            )
            for line in kept
        ]
    except (KeyError, InvalidOperation) as error:
        raise CannotRestore from error
