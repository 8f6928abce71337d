"""Reads of duplicates and merges."""

from __future__ import annotations

from typing import TypeVar

from callcard.customers.merge_models import DuplicatePair, Merge, MergedCustomer
from callcard.customers.models import Address, Contact, ContactPerson, Customer, Phone
from callcard.customers.veil import veiled
from callcard.staff.models import User
from callcard.staff.visibility import visible_to

_LONGEST_WAY = 50


def merged_into(customer: Customer) -> Customer | None:
    """Where links to an archived customer lead: the one it was merged into at last; None when it was not merged."""
    found: Customer | None = None
    for _step in range(_LONGEST_WAY):
        here = found or customer
        if here.archived_at is None:
            break
        merged = MergedCustomer.objects.filter(customer_id=here.pk, merge__undone_at=None)
        newest = merged.select_related("merge__kept").order_by("-pk").first()
        if newest is None:
            break
        found = newest.merge.kept
    return found


def held_for_writing(customer: Customer) -> Customer:
    """To whom a new record belongs: this customer, or the one it became part of while somebody was typing.

    Held until the transaction ends, so that no merge passes by a record that is being written.
    """
    held = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    leads_to = merged_into(held) if held.archived_at else None
    return customer if leads_to is None else held_for_writing(leads_to)


_Row = TypeVar("_Row", Phone, Contact, ContactPerson, Address)


def held_row(row: _Row) -> _Row:
    """The row as it is now, held until the transaction ends, and its customer before it, as a merge holds them: two
    who write never wait for each other in a circle."""
    Customer.objects.select_for_update(no_key=True).filter(pk=row.customer_id).first()
    fresh: _Row = type(row)._default_manager.select_for_update().get(pk=row.pk)
    return fresh


def merged_ids(customer_id: int) -> list[int]:
    """The customer and everyone who became part of it, however often: whose history is this one's."""
    found, waiting = [customer_id], [customer_id]
    while waiting and len(found) < _LONGEST_WAY * 10:
        gone = MergedCustomer.objects.filter(merge__kept__in=waiting, merge__undone_at=None)
        waiting = [pk for pk in gone.values_list("customer_id", flat=True) if pk not in found]
        found += waiting
    return found


def possible_duplicates(user: User, *, differ: bool = False, limit: int) -> list[DuplicatePair]:
    """Pairs of customers whom this user sees both, the surest first. `differ`: those said to be two."""
    visibility = visible_to(user)
    pairs = DuplicatePair.objects.filter(
        visibility.customers_filter("first__"),
        visibility.customers_filter("second__"),
        differ_at__isnull=not differ,
        first__archived_at=None,
        second__archived_at=None,
    )
    people = ("first__responsible", "first__category", "second__responsible", "second__category", "differ_by")
    rows = pairs.select_related(*people).prefetch_related("first__phones", "second__phones")
    return _veiled_pairs(list(rows.order_by("why", "pk")[:limit]), user)


def _veiled_pairs(pairs: list[DuplicatePair], user: User) -> list[DuplicatePair]:
    """Without what they share, where this user does not see that."""
    veil = user.veil
    for pair in pairs if veil is not None else ():
        veiled([pair.first, pair.second], user)
        if pair.why == DuplicatePair.Why.NUMBER:
            pair.shared = veil.number(pair.shared) if veil else ""
        elif veil and veil.hides("contacts"):
            pair.shared = ""
    return pairs


def last_merges(user: User, *, limit: int) -> list[Merge]:
    """Those that can still be undone, of customers whom this user sees."""
    seen = visible_to(user).customers_filter("kept__")
    rows = Merge.objects.filter(seen, undone_at=None, kept__archived_at=None).select_related("kept", "by")
    return list(rows.prefetch_related("gone__customer").order_by("-pk")[:limit])
