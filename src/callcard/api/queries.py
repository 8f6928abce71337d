"""Which customers are in a book."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from callcard.api.models import DevicePassword, PhoneBook
from callcard.customers.models import Customer, CustomerQuerySet, Phone, folded

MOST_ON_A_DEVICE = 25_000
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


def first_on(device: DevicePassword) -> int | None:
    """The id that begins the book when there are more customers than fit; None when all of them do.

    It moves on by a tenth of the book at once: with every step of it, devices have to read the whole book anew.
    """
    rows = customers_on(device)
    over = rows.count() - MOST_ON_A_DEVICE
    if over <= 0:
        return None
    step = max(MOST_ON_A_DEVICE // 10, 1)
    left_out = -(-over // step) * step
    return next(iter(rows.values_list("pk", flat=True)[left_out : left_out + 1]), None)


def book_of(device: DevicePassword) -> CustomerQuerySet:
    begin = first_on(device)
    rows = customers_on(device)
    return rows if begin is None else rows.filter(pk__gte=begin)


def with_parts(rows: CustomerQuerySet) -> CustomerQuerySet:
    return rows.select_related("category").prefetch_related(*_PARTS)
