"""Erasing a person for good: the register of what each room does with what it keeps of them.

Each room names its steps and its tables (config.erasing has the order); tests/rooms/desk/test_erasing.py compares the
tables with every reference to a customer, so that no new one is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.merge_queries import merged_ids
from callcard.customers.models import Customer, Phone
from callcard.customers.search_index import refresh
from callcard.live.watching import tell_watchers_on_commit
from callcard.staff.history import topic_of
from callcard.staff.models import Change, User

BATCH = "erased"
"""Of the one step of the history that an erasure leaves."""


class CannotErase(ValueError):
    """The words are for the user and say what to do. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Person:
    """`ids`: the customer and everybody who became part of it by merging. `numbers`: theirs, as typed and as E.164.
    `with_recordings`: whether recordings of their calls go too, or stay until their rule takes them."""

    ids: tuple[int, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    with_recordings: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """`words`: what it is about, for people, translated when it is shown. `fate`: what becomes of it."""

    words: Any
    fate: Any
    count: Callable[[Person], int]
    erase: Callable[[Person], None]


_steps: dict[str, Step] = {}
_tables: dict[str, str] = {}
_refusals: list[Callable[[Person], str]] = []


def erases(
    name: str, words: Any, fate: Any, *, count: Callable[[Person], int], erase: Callable[[Person], None]
) -> None:
    """Steps run in the order in which they are named, all in one transaction. Files may only go once that is done."""
    _steps[name] = Step(words, fate, count, erase)


def knows(model: type[models.Model], field: str = "customer", *, fate: str) -> None:
    """What becomes of the rows of this table that refer to the customer."""
    _tables[f"{model._meta.label_lower}.{field}"] = fate


def refuses(reason: Callable[[Person], str]) -> None:
    """`reason` returns words for the user why it cannot be now, or none."""
    _refusals.append(reason)


def known_tables() -> Mapping[str, str]:
    return dict(_tables)


def person_of(customer: Customer, *, with_recordings: bool = False) -> Person:
    ids = tuple(merged_ids(customer.pk))
    names = Customer.objects.filter(pk__in=ids).values_list("name", flat=True)
    phones = Phone.objects.filter(customer__in=ids).values_list("raw", "e164")
    numbers = sorted({number for pair in phones for number in pair if number})
    return Person(ids, tuple(names), tuple(numbers), with_recordings)


def outlook(person: Person) -> Sequence[tuple[Step, int]]:
    """Each step and how many records it is about, for the question that is asked before."""
    return [(step, step.count(person)) for step in _steps.values()]


@transaction.atomic
def erase_person(*, customer: Customer, with_recordings: bool, by: User | None) -> None:
    """For good. Raises CannotErase; then nothing is changed."""
    ids = merged_ids(customer.pk)
    list(Customer.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    person = person_of(customer, with_recordings=with_recordings)
    for reason in filter(None, (refusal(person) for refusal in _refusals)):
        raise CannotErase(reason)
    for step in _steps.values():
        step.erase(person)
    for pk in person.ids:
        _empty(pk)
    forget_values(Change.objects.filter(customer_id__in=person.ids))
    Change.objects.bulk_create(
        Change(about="customer", object_id=pk, customer_id=pk, action=Change.Action.REMOVED, by=by, batch=BATCH)
        for pk in person.ids
    )
    refresh(person.ids)
    tell_watchers_on_commit({topic_of(pk): {"customer": pk} for pk in person.ids}, kind="customer")


def forget_values(steps: models.QuerySet[Change]) -> None:
    """That something was done stays in the history; what was written goes."""
    steps.update(before={}, after={})


def _empty(pk: int) -> None:
    """The record itself stays, for the books: orders and payments belong to it. Who looks after it stays too, so that
    the same people see those."""
    now, kept = timezone.now(), Customer.objects.get(pk=pk)
    blank = Customer(
        pk=pk,
        name=_("Erased person № %(number)d") % {"number": pk},
        kind=kept.kind,
        responsible_id=kept.responsible_id,
        created_by_id=kept.created_by_id,
        created_at=kept.created_at,
        changed_at=now,
        archived_at=now,
    )
    blank.save(force_update=True)
