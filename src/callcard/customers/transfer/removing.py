"""Taking away customers who came with an import, and with them what came with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import models

from callcard.customers.list_models import ListFact, ListValue
from callcard.customers.merge_models import DuplicatePair
from callcard.customers.models import Address, Contact, ContactPerson, Customer, CustomerTag, Phone
from callcard.customers.search_index import forget
from callcard.customers.search_models import SearchCode, SearchText
from callcard.staff.models import Change

# What came with the customer or is made of the record, in the order in which it goes. Any other row that points at one
# shows that somebody worked with them.
_OWN_ROWS: tuple[tuple[type[models.Model], str], ...] = (
    (Phone, "customer"),
    (Contact, "customer"),
    (ContactPerson, "customer"),
    (Address, "customer"),
    (CustomerTag, "customer"),
    (ListFact, "customer"),
    (ListValue, "customer"),
    (SearchText, "customer"),
    (SearchCode, "customer"),
    (DuplicatePair, "first"),
    (DuplicatePair, "second"),
)


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
    forget(ids)
    for model, name in _OWN_ROWS:
        model._default_manager.filter(**{f"{name}__in": ids})._raw_delete("default")
    Customer.objects.filter(pk__in=ids)._raw_delete("default")
