"""What is left to pay of an order, in words: never an amount with a minus."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from callcard.sales.models import Order


def debt_words(order: Order) -> tuple[str, Decimal]:
    """What stands before the amount, and the amount, which is not less than nothing."""
    if order.debt >= 0:
        return _("To pay"), order.debt
    is_too_much = order.is_owed or order.is_cancelled
    return (_("Overpaid") if is_too_much else _("Paid in advance")), -order.debt
