"""A step in the history of an order or payment, in words."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from callcard.sales.models import Order, Payment
from callcard.staff.models import Change
from callcard.ui.writing import money

_SILENT = frozenset({"cancelled_at", "number", "currency"})


def change_words(change: Change) -> str:
    """ "State: New → Delivered; Due: 2026-12-01"."""
    if change.action in (Change.Action.CREATED, Change.Action.IMPORTED):
        total = _shown("total", change.after.get("total", change.after.get("amount")), change.after)
        return f"{_('Written down')}: {total}" if total else _("Written down")
    steps = [_step(name, change) for name in change.after | change.before if name not in _SILENT]
    said = {Change.Action.CANCELLED: _("Cancelled"), Change.Action.RESTORED: _("Taken back")}.get(
        Change.Action(change.action), ""
    )
    return "; ".join(filter(None, [said, *steps]))


def order_in_words(order: Order) -> str:
    """What people call it, in a task about it."""
    return _("Order %(number)s") % {"number": order.number}


def _step(name: str, change: Change) -> str:
    before, after = (_shown(name, side.get(name), side) for side in (change.before, change.after))
    label = _label(name)
    if name == "lines":
        return f"{label}: {after}"
    return f"{label}: {before} → {after}" if before else f"{label}: {after or '—'}"


def _label(name: str) -> str:
    if name == "lines":
        return _("Lines")
    model = Order if name in {field.name for field in Order._meta.fields} else Payment
    label = str(getattr(model._meta.get_field(name), "verbose_name", name))
    return label[:1].upper() + label[1:]


def _shown(name: str, value: Any, side: dict[str, Any]) -> str:
    if isinstance(value, dict):
        return str(value.get("name", ""))
    if isinstance(value, list):
        return "; ".join(str(one.get("name", "")) if isinstance(one, dict) else str(one) for one in value)
    if name in {"total", "amount"} and side.get("currency") and value is not None:
        try:
            return money(Decimal(value), side["currency"])
        except InvalidOperation:
            return str(value)
    return "" if value in (None, "") else str(value)
