"""Orders and payments of a person who is erased: the books keep them, what was written freely goes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.customers.erasing import Person, erases, forget_values, knows
from callcard.sales.models import Balance, Order, Payment
from callcard.staff.models import Change


def name_steps() -> None:
    fate = _("stay for the books, with lines and sums; their notes go")
    erases("sales", _("Orders and payments"), fate, count=_count, erase=_erase)
    knows(Order, fate="stays without its free texts")
    knows(Payment, fate="stays without its free texts")
    knows(Balance, fate="stays: sums only")


def _orders(person: Person) -> models.QuerySet[Order]:
    return Order.objects.filter(customer__in=person.ids)


def _payments(person: Person) -> models.QuerySet[Payment]:
    return Payment.objects.filter(customer__in=person.ids)


def _count(person: Person) -> int:
    return _orders(person).count() + _payments(person).count()


def _erase(person: Person) -> None:
    _orders(person).update(title="", note="", cancelled_why="", version=models.F("version") + 1)
    _payments(person).update(note="", cancelled_why="")
    # Of a time when they were another customer's, before a merge or a move.
    forget_values(Change.objects.filter(about="order", object_id__in=_orders(person).values("pk")))
    forget_values(Change.objects.filter(about="payment", object_id__in=_payments(person).values("pk")))
