"""The records of a page of the list of customers: of each only what the list shows."""

from __future__ import annotations

from collections.abc import Sequence

from callcard.customers.list_entries import Entries
from callcard.customers.models import Customer
from callcard.staff.kept_queries import KeptQueryOfMany
from callcard.staff.models import User

SHOWN = (
    *("kind", "name", "search_name", "portrait", "city", "country", "birthday", "created_at", "archived_at"),
    *("own_fields", "category", "stage", "source", "responsible"),
)
"""Columns of the customers' own."""


def customers_of(ids: Sequence[int]) -> list[Customer]:
    """In no order."""
    return _CUSTOMERS.rows(ids)


def put_beside(customers: Sequence[Customer], entries: Entries) -> None:
    """Their categories, stages, sources and responsible users: few different ones."""
    categories = {one.pk: one for one in entries.categories}
    stages = {one.pk: one for one in entries.stages}
    sources = {one.pk: one for one in entries.sources}
    ids = {one.responsible_id for one in customers if one.responsible_id is not None}
    users = {one.pk: one for one in _USERS.rows(list(ids))}
    for one in customers:
        one.category, one.stage = categories.get(one.category_id or 0), stages.get(one.stage_id or 0)
        one.source, one.responsible = sources.get(one.source_id or 0), users.get(one.responsible_id or 0)


_CUSTOMERS = KeptQueryOfMany(lambda pks: Customer.objects.filter(pk__in=pks).only(*SHOWN))
_USERS = KeptQueryOfMany(lambda pks: User.objects.filter(pk__in=pks).only("first_name", "last_name", "username"))
