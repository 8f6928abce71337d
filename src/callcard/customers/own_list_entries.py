"""The lists that the company keeps about its customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Category, Customer, CustomerSource, CustomerStage, CustomerTag, Tag
from callcard.staff.own_lists import OwnList, Use

CUSTOMER_LISTS = (
    OwnList(
        slug="categories",
        name=_("Categories of customers"),
        help_text=_("Kinds of customers. Their colour and icon are seen on the pop-up and in lists."),
        model=Category,
        fields=("name", "colour", "icon"),
        uses=(Use(Customer, "category"),),
        at_first=(
            {"name": _("Regular customer"), "colour": "green", "icon": "user"},
            {"name": _("Important customer"), "colour": "purple", "icon": "bell"},
            {"name": _("Supplier or partner"), "colour": "blue", "icon": "package"},
        ),
    ),
    OwnList(
        slug="stages",
        name=_("Stages"),
        help_text=_("How far you have come with somebody, from the first contact to a customer."),
        model=CustomerStage,
        fields=("name", "colour", "is_customer"),
        uses=(Use(Customer, "stage"),),
        at_first=(
            {"name": _("Potential customer"), "colour": "yellow"},
            {"name": _("Customer"), "colour": "green", "is_customer": True},
            {"name": _("Former customer"), "colour": "grey", "is_customer": True},
        ),
    ),
    OwnList(
        slug="sources",
        name=_("Sources"),
        help_text=_("Where customers have heard of you."),
        model=CustomerSource,
        fields=("name",),
        uses=(Use(Customer, "source"),),
        at_first=(
            *({"name": _("Recommended")}, {"name": _("Website")}, {"name": _("Social media")}),
            *({"name": _("Advertisement")}, {"name": _("Called us")}, {"name": _("Walked in")}),
        ),
    ),
    OwnList(
        slug="tags",
        name=_("Tags"),
        help_text=_("Short words to find customers by. A customer has as many as you like."),
        model=Tag,
        fields=("name", "colour"),
        uses=(Use(CustomerTag, "tag", once_for="customer"),),
    ),
)
