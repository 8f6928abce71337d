"""Taking away customers who came with an import, and with them what came with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import connection, models

from callcard.customers.list_models import ListFact, ListValue
from callcard.customers.merge_models import DuplicatePair
from callcard.customers.models import Address, Contact, ContactPerson, Customer, CustomerTag, Phone
from callcard.customers.search_index import forget
from callcard.customers.search_models import SearchCode, SearchText
from callcard.staff.models import Change

# What came with the customer or is made of the record, in the order in which it goes. Any other row that points at one
# shows that somebody worked with them. Each with its column.
_OWN_ROWS: tuple[tuple[type[models.Model], str], ...] = (
    (Phone, "customer_id"),
    (Contact, "customer_id"),
    (ContactPerson, "customer_id"),
    (Address, "customer_id"),
    (CustomerTag, "customer_id"),
    (ListFact, "customer_id"),
    (ListValue, "customer_id"),
    (SearchText, "customer_id"),
    (SearchCode, "customer_id"),
    (DuplicatePair, "first_id"),
    (DuplicatePair, "second_id"),
)
_GOING: tuple[tuple[type[models.Model], str], ...] = (*_OWN_ROWS, (Customer, "id"))


def with_rows_elsewhere(ids: Collection[int]) -> set[int]:
    """Those at whom some other row points: an order, a task, a call, a note ..., learned from the tables themselves."""
    used: set[int] = set()
    own = {model for model, _name in _OWN_ROWS}
    for relation in Customer._meta.get_fields(include_hidden=True):
        field = getattr(relation, "field", None)
        if relation.concrete or not isinstance(field, models.ForeignKey) or field.model in own:
            continue
        rows = field.model._default_manager.filter(**{f"{field.name}__in": ids})
        used |= set(rows.values_list(field.attname, flat=True))
    return used


def with_history(ids: Collection[int], *, but_for: Iterable[str]) -> set[int]:
    """Those whom somebody has changed. `but_for`: batches that do not count."""
    later = Change.objects.filter(customer_id__in=ids).exclude(batch__in=list(but_for))
    return {pk for pk in later.values_list("customer_id", flat=True) if pk is not None}


def remove(ids: Sequence[int]) -> None:
    """Away with them. The database refuses it when a row elsewhere points at one (IntegrityError, at the latest when
    the transaction ends)."""
    if not ids:
        return
    forget(ids)
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        # The ORM would work out each of these statements anew, some 10,000 times for a big file.
        for model, column in _GOING:
            cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE "{column}" IN ({marks})', list(ids))
