"""One change to many orders, with one undo. Each order is changed by the services, with its own history."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from callcard.kit.ids import is_id
from callcard.sales.models import Order, OrderState
from callcard.sales.services import OrderIsCancelled, update_order
from callcard.staff.models import Change, User

_MODELS: dict[str, Any] = {"state": OrderState, "responsible": User}


def change_many(*, order_ids: Iterable[int], action: str, value: str, by: User) -> tuple[str, int]:
    """Give those of these orders that `by` may see another state or responsible. Cancelled ones stay as they are.

    Returns the batch for `undo_many` and how many were changed. Raises ValidationError when there is no such choice.
    """
    new = _chosen(action, value)
    batch = f"bulk:{secrets.token_hex(6)}"
    ids = list(dict.fromkeys(order_ids))
    orders = Order.objects.visible_to(by).filter(pk__in=ids).order_by("pk")
    return batch, sum(_change(order, {action: new}, by, batch) for order in orders)


def undo_many(*, batch: str, by: User) -> int:
    """Take back what `by` did in this batch, where nobody has changed it since; how many."""
    undone = 0
    for change in Change.objects.filter(batch=batch, about="order", by=by).order_by("-pk"):
        order = Order.objects.visible_to(by).filter(pk=change.object_id).first()
        old = {name: _one(name, change.before[name]) for name in _MODELS if name in change.before}
        if order is not None and all(_id(change.after.get(name)) == getattr(order, f"{name}_id") for name in old):
            undone += _change(order, old, by, "")
    Change.objects.filter(batch=batch, about="order", by=by).update(batch="")
    return undone


@transaction.atomic
def _change(order: Order, changes: dict[str, Any], by: User, batch: str) -> bool:
    try:
        update_order(order=order, changes=changes, by=by, batch=batch)
    except OrderIsCancelled:
        return False
    return True


def _chosen(action: str, value: str) -> Any:
    if action == "responsible" and not value:
        return None
    found = _MODELS[action].objects.filter(pk=int(value)).first() if action in _MODELS and is_id(value) else None
    if found is None:
        raise ValidationError("no such choice")
    return found


def _one(name: str, kept: Any) -> Any:
    pk = _id(kept)
    return None if pk is None else _MODELS[name].objects.filter(pk=pk).first()


def _id(kept: Any) -> int | None:
    """Of a related record as the history keeps it."""
    pk = kept.get("id") if isinstance(kept, dict) else kept
    return pk if isinstance(pk, int) else None
