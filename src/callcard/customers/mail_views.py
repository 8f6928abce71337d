"""A mail to many: their addresses, for one's own mail program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from callcard.customers.models import Contact, Customer
from callcard.customers.selection import MOST_CHOSEN, Selection, read_selection
from callcard.staff.models import User
from callcard.staff.requests import signed_in

# What Windows hands to a mail program in one link.
_LONGEST_LINK = 1800
_SHOWN_WITHOUT = 50


@dataclass(frozen=True, slots=True)
class Portion:
    """`first` to `last` of the addresses, counted from 1, and the link that opens a mail to them."""

    first: int
    last: int
    link: str


@require_GET
def mail(request: HttpRequest) -> HttpResponse:
    """A mail to those who were selected, with the addresses as hidden copies: none sees the others'."""
    user, selection = signed_in(request), read_selection(request.GET)
    if user.veil is not None and user.veil.hides("contacts"):
        messages.error(request, _("Your role does not let you see e-mail addresses."))
        return redirect("customers")
    if selection.question is not None and not user.may("customers.export"):
        messages.error(request, _("To write to all that are found, you must be allowed to export customers."))
        return redirect(f"{reverse('customers')}?{selection.question}")
    customers, is_cut = _chosen(selection, user)
    addresses = addresses_of(customers)
    without = [customer for customer in customers if customer.pk not in addresses]
    unique = list(dict.fromkeys(addresses.values()))
    context = {
        "number": len(customers),
        "addresses": unique,
        "portions": list(portions(unique)),
        "without": without[:_SHOWN_WITHOUT],
        "without_number": len(without),
        "is_cut": is_cut,
        "most": MOST_CHOSEN,
        "back": f"{reverse('customers')}?{selection.question or ''}",
    }
    return render(request, "customers/mail.html", context)


def _chosen(selection: Selection, user: User) -> tuple[list[Customer], bool]:
    found = list(selection.customers(user).order_by("search_name", "pk")[: MOST_CHOSEN + 1])
    return found[:MOST_CHOSEN], len(found) > MOST_CHOSEN


def addresses_of(customers: Iterable[Customer]) -> dict[int, str]:
    """Customer -> their first e-mail address; those who have none are left out."""
    mails = Contact.objects.filter(customer__in=[one.pk for one in customers], kind=Contact.Kind.EMAIL)
    found: dict[int, str] = {}
    for customer_id, value in mails.order_by("pk").values_list("customer_id", "value"):
        if "@" in value and not set(value) & set(" ,;<>\r\n\t"):
            found.setdefault(customer_id, value)
    return found


def portions(addresses: Sequence[str]) -> Iterable[Portion]:
    """As many in one mail as a link can hold (RFC 6068)."""
    first, part = 1, ""
    for number, address in enumerate(addresses, start=1):
        written = quote(address, safe="@")
        if part and len(part) + len(written) > _LONGEST_LINK:
            yield Portion(first, number - 1, f"mailto:?bcc={part}")
            first, part = number, ""
        part = f"{part},{written}" if part else written
    if part:
        yield Portion(first, len(addresses), f"mailto:?bcc={part}")
