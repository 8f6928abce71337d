"""What stands in a customer's form as text, or not at all: fields that a user's roles do not let them change."""

from __future__ import annotations

from dataclasses import dataclass

from callcard.customers.models import Customer
from callcard.customers.veil import may_change, veiled
from callcard.staff.models import User
from callcard.ui.writing import anniversary

ABOUT = {"phones": "phone", "contacts": "contact", "addresses": "address", "persons": "person"}
"""Rows of the form -> what the history calls each of them."""
_COLUMNS = ("responsible", "address", "postal_code", "birthday", "note")
_OF_PERSONS = ("birthday", "note")


def fixed_columns(user: User, customer: Customer | None) -> list[str]:
    """Of a new customer everything is typed in, but not whose it is."""
    columns = _COLUMNS if customer is not None else ("responsible",)
    return [name for name in columns if not may_change(user, "customer", name)]


def fixed_in_rows(user: User, prefix: str, customer: Customer | None) -> list[str]:
    if prefix != "persons" or customer is None:
        return []
    return [name for name in _OF_PERSONS if not may_change(user, "person", name)]


@dataclass(frozen=True, slots=True)
class Fixed:
    """What the user sees of fields that they must not change, for templates: by the name of a column or of rows."""

    user: User
    customer: Customer

    def columns(self) -> dict[str, str]:
        shown = veiled([Customer.objects.select_related("responsible").get(pk=self.customer.pk)], self.user)
        names = fixed_columns(self.user, self.customer)
        return {name: text for one in shown for name in names if (text := _text(one, name))}

    def rows(self) -> dict[str, list[str]]:
        found = {
            prefix: [str(row) for row in veiled(getattr(self.customer, prefix).order_by("pk"), self.user)]
            for prefix, about in ABOUT.items()
            if not may_change(self.user, about, "")
        }
        return {prefix: lines for prefix, lines in found.items() if lines}


def _text(customer: Customer, name: str) -> str:
    if name == "birthday":
        return anniversary(customer.birthday)
    if name == "responsible":
        return customer.responsible.shown_name if customer.responsible else ""
    return str(getattr(customer, name))
