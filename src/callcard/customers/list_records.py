"""The records of a page of the list of customers: of each only what the list shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callcard.customers.models import Category, Customer, CustomerSource, CustomerStage
from callcard.staff.kept_queries import KeptQueryOfMany, KeptWhole
from callcard.staff.models import User

SHOWN = (
    *("kind", "name", "search_name", "portrait", "city", "country", "birthday", "created_at", "archived_at"),
    *("own_fields", "category", "stage", "source", "responsible"),
)
"""Columns of the customers' own."""


def customers_of(ids: Sequence[int]) -> list[Customer]:
    """In no order."""
    return _CUSTOMERS.rows(ids)


def put_beside(customers: Sequence[Customer]) -> None:
    """Their categories, stages, sources and responsible users: few different ones."""
    categories, stages, sources = ({one.pk: one for one in entries.rows()} for entries in _ENTRIES)
    ids = {one.responsible_id for one in customers if one.responsible_id is not None}
    users = {one.pk: one for one in _USERS.rows(list(ids))}
    for one in customers:
        one.category, one.stage = categories.get(one.category_id), stages.get(one.stage_id)
        one.source, one.responsible = sources.get(one.source_id), users.get(one.responsible_id or 0)


_CUSTOMERS = KeptQueryOfMany(lambda pks: Customer.objects.filter(pk__in=pks).only(*SHOWN))
_USERS = KeptQueryOfMany(lambda pks: User.objects.filter(pk__in=pks).only("first_name", "last_name", "username"))
_ENTRIES: tuple[KeptWhole[Any], ...] = (
    KeptWhole(lambda: Category.objects.only("name", "colour")),
    KeptWhole(lambda: CustomerStage.objects.only("name", "colour")),
    KeptWhole(lambda: CustomerSource.objects.only("name")),
)
