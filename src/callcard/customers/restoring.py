"""Bringing back what a step of the history took away, whatever was written since: somebody chose it in the history.

`customers.undo` takes back the last step only, and refuses when somebody went on from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from callcard.customers import services
from callcard.customers.models import Customer, CustomerFile, CustomerNote
from callcard.customers.record import FIELDS_OF, keep_row_change, row_snapshot
from callcard.customers.undo import ROWS, CannotUndo, bring_back, refuse_unchangeable, seen_of
from callcard.staff.history import put_back
from callcard.staff.models import Change, User

_TOLD_ONLY = {"merged", "merged_into"}


@transaction.atomic
def restore_change(*, change: Change, by: User | None) -> None:
    """Write the values of before this step again; a removed row or an archived customer comes back.

    For customers and what belongs to them; own fields that the role of `by` does not see stay as they are.
    Raises CannotUndo, or ValidationError when a value no longer fits.
    """
    customer = Customer.objects.select_for_update().filter(pk=change.customer_id or 0).first()
    if customer is None or change.action in {Change.Action.CREATED, Change.Action.IMPORTED, Change.Action.MERGED}:
        raise CannotUndo
    if change.about == "customer":
        values = seen_of(earlier(change), by)
        if not values:
            raise CannotUndo
        _restore_customer(customer, values, by)
    elif change.about in ROWS:
        _restore_row(customer, change, by)
    else:
        raise CannotUndo


@transaction.atomic
def restore_record(*, customer: Customer, until: Change, by: User | None) -> None:
    """The customer's fields as they were right after this step, and what was removed since. What came since stays."""
    since = Change.objects.filter(customer_id=customer.pk, pk__gt=until.pk).order_by("-pk")
    values: dict[str, Any] = {}
    for step in since.filter(about="customer").exclude(action=Change.Action.MERGED):
        values |= earlier(step)
    values = seen_of(values, by)
    if values:
        _restore_customer(Customer.objects.select_for_update().get(pk=customer.pk), values, by)
    for step in since.filter(about__in=ROWS, action=Change.Action.REMOVED).reverse():
        if not _is_back(step):
            _restore_row(customer, step, by)


def earlier(change: Change) -> dict[str, Any]:
    """Field -> what it held before the step."""
    names = {**change.before, **change.after}.keys() - _TOLD_ONLY
    return {name: change.before.get(name) for name in names}


def _restore_customer(customer: Customer, values: Mapping[str, Any], by: User | None) -> None:
    if "archived_at" in values:
        turn = services.archive_customer if values["archived_at"] else services.restore_customer
        turn(customer=customer, by=by)
    rest = {name: value for name, value in values.items() if name != "archived_at"}
    if rest:
        # A text that was empty was not kept as one.
        texts = {name for name in rest if rest[name] is None and _is_text(name)}
        services.put_back_fields(customer=customer, values={**rest, **dict.fromkeys(texts, "")}, by=by)


def _is_text(name: str) -> bool:
    return name in {field.name for field in Customer._meta.fields if field.empty_strings_allowed and not field.null}


def _restore_row(customer: Customer, change: Change, by: User | None) -> None:
    refuse_unchangeable(change, by)
    rows: Any = ROWS[change.about]._default_manager
    row = rows.select_for_update().filter(pk=change.object_id, customer_id=customer.pk).first()
    if change.action == Change.Action.REMOVED:
        if row is not None and not isinstance(row, CustomerNote | CustomerFile):
            raise CannotUndo
        bring_back(customer, change, row, by)
        return
    if row is None:
        raise CannotUndo
    before = row_snapshot(row)
    put_back(row, {name: value for name, value in earlier(change).items() if name in FIELDS_OF[type(row)]})
    row.save()
    keep_row_change(row, customer_id=customer.pk, before=before, by=by, action=Change.Action.RESTORED)


def _is_back(step: Change) -> bool:
    """Whether the same row was brought back already, by its words: it has another number then."""
    model: Any = ROWS[step.about]
    if model in (CustomerNote, CustomerFile):
        return bool(model._default_manager.filter(pk=step.object_id, removed_at=None).exists())
    words = {name: step.before.get(name, "") for name in ("raw", "value", "name", "line") if name in FIELDS_OF[model]}
    return bool(model._default_manager.filter(customer_id=step.customer_id, **words).exists())
