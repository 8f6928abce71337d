"""Duplicates of customers who were written since the whole base was last looked through: the history says who they are,
so the window that shows duplicates is never older than itself, and no save waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Lower

from callcard.customers.duplicates import Found, owners, write_pairs
from callcard.customers.merge_models import DuplicatePair
from callcard.customers.models import Contact, Customer, Phone
from callcard.staff.models import Change

_STEPS_READ = 500
_Why = DuplicatePair.Why


def look_at_latest(*, since: datetime) -> bool:
    """Write the pairs of whom somebody has written since then, by number, e-mail and name. False when more was written
    than is looked at here: then only the job says all."""
    steps = list(Change.objects.order_by("-pk").values_list("at", "customer_id")[:_STEPS_READ])
    late = [customer_id for at, customer_id in steps if at >= since]
    found = list(_pairs_of({pk for pk in late if pk is not None}))
    if found:
        write_pairs(found)
    return len(late) < _STEPS_READ


def _pairs_of(ids: set[int]) -> Iterator[Found]:
    """The strongest reason first."""
    for why, shared in ((_Why.NUMBER, _numbers), (_Why.EMAIL, _emails), (_Why.NAME, _names)):
        for value in shared(ids) if ids else ():
            for one, other in combinations(owners(why, value), 2):
                yield one, other, why, value


def _numbers(ids: set[int]) -> Sequence[str]:
    mine = Phone.objects.filter(customer__in=ids, customer__archived_at=None).exclude(e164="")
    rows = Phone.objects.filter(e164__in=_values(mine.values_list("e164", flat=True)), customer__archived_at=None)
    return _values(_held_twice(rows.values("e164"), "customer").values_list("e164", flat=True))


def _emails(ids: set[int]) -> Sequence[str]:
    mails = Contact.objects.filter(kind=Contact.Kind.EMAIL, customer__archived_at=None)
    mails = mails.annotate(address=Lower("value"))
    mine = mails.filter(customer__in=ids).values_list("address", flat=True)
    rows = mails.filter(address__in=_values(mine)).values("address")
    return _values(_held_twice(rows, "customer").values_list("address", flat=True))


def _names(ids: set[int]) -> Sequence[str]:
    current = Customer.objects.current()
    mine = current.filter(pk__in=ids).exclude(search_name="").values_list("search_name", flat=True)
    rows = current.filter(search_name__in=_values(mine)).values("search_name")
    return _values(_held_twice(rows, "pk").values_list("search_name", flat=True))


def _held_twice(rows: QuerySet[Any, Any], by: str) -> QuerySet[Any, Any]:
    twice: QuerySet[Any, Any] = rows.annotate(number=Count(by, distinct=True)).filter(number__gt=1).order_by()
    return twice


def _values(rows: Iterable[str]) -> list[str]:
    return sorted(set(rows))
