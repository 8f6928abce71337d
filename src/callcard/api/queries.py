"""Which customers are in a book."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from callcard.api.models import DevicePassword, PhoneBook
from callcard.customers.models import Customer, CustomerQuerySet, Phone, folded

MOST_ON_A_DEVICE = 5000
_PARTS = ("phones", "contacts", "addresses")


def customers_of_phone_book(book: PhoneBook, words: str = "") -> list[Customer]:
    """Those with a number, by name. `words`: what was typed on the phone. An administrator decided what is in it."""
    rows = Customer.objects.current()
    if book.category_id:
        rows = rows.filter(category=book.category_id)
    if book.responsible_id:
        rows = rows.filter(responsible=book.responsible_id)
    if words.strip():
        rows = rows.filter(_found(words))
    numbers = Phone.objects.filter(customer=OuterRef("pk"), do_not_call=False)
    return list(rows.filter(Exists(numbers)).order_by("search_name", "pk").prefetch_related("phones")[: book.most])


def _found(words: str) -> Q:
    digits = "".join(mark for mark in words if mark.isdecimal())
    name = Q(search_name__contains=folded(words))
    return (
        name | Q(Exists(Phone.objects.filter(customer=OuterRef("pk"), e164__contains=digits)))
        if len(digits) > 2
        else name
    )


def customers_on(device: DevicePassword) -> CustomerQuerySet:
    """Those in the device's address book, in the order of their ids; never more than MOST_ON_A_DEVICE are given."""
    rows = Customer.objects.visible_to(device.user).current()
    if device.scope == DevicePassword.Scope.OWN:
        rows = rows.filter(responsible=device.user)
    if device.category_id:
        rows = rows.filter(category=device.category_id)
    return rows.order_by("pk")


def last_on(device: DevicePassword) -> int | None:
    """The id that ends the book when there are more customers than fit; None when all of them do."""
    ids = customers_on(device).values_list("pk", flat=True)
    return next(iter(ids[MOST_ON_A_DEVICE - 1 : MOST_ON_A_DEVICE]), None)


def book_of(device: DevicePassword) -> CustomerQuerySet:
    end = last_on(device)
    rows = customers_on(device)
    return rows if end is None else rows.filter(pk__lte=end)


def with_parts(rows: CustomerQuerySet) -> CustomerQuerySet:
    return rows.select_related("category").prefetch_related(*_PARTS)
