"""The lists about orders and payments that the company keeps by itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from callcard.sales.models import Order, OrderState, Payment, PaymentMethod
from callcard.sales.settling import settle_state
from callcard.staff.own_lists import OwnList, Use

SALES_LISTS = (
    OwnList(
        slug="order-states",
        name=_("Order states"),
        help_text=_("How far an order is. The first is that of a new order."),
        model=OrderState,
        fields=("name", "colour", "is_current", "is_owed"),
        uses=(Use(Order, "state"),),
        settle=settle_state,
        at_first=(
            {"name": _("New order"), "colour": "blue"},
            {"name": _("In work"), "colour": "yellow"},
            {"name": _("Ready"), "colour": "teal"},
            {"name": _("Delivered"), "colour": "green", "is_current": False},
            {"name": _("Offer"), "colour": "purple", "is_current": False, "is_owed": False},
        ),
    ),
    OwnList(
        slug="payment-methods",
        name=_("Ways of paying"),
        help_text=_("Such as cash, bank transfer or card."),
        model=PaymentMethod,
        fields=("name",),
        uses=(Use(Payment, "method"),),
        at_first=({"name": _("Cash")}, {"name": _("Bank transfer")}, {"name": _("Card")}),
    ),
)
