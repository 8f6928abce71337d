"""One change to many customers, with one undo. Each customer is changed by the services, with its own history."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction

from callcard.customers.models import Category, Customer, CustomerStage, Tag
from callcard.customers.record import TAGS, customer_snapshot
from callcard.customers.services import archive_customer, put_back_fields, restore_customer, update_customer
from callcard.customers.veil import refuse_unless_changeable
from callcard.kit.ids import is_id
from callcard.staff.models import Change, User

Action = Literal["category", "stage", "responsible", "city", "add_tag", "remove_tag", "archive", "restore"]
ACTIONS: tuple[Action, ...] = (
    "category",
    "stage",
    "responsible",
    "city",
    "add_tag",
    "remove_tag",
    "archive",
    "restore",
)
_AT_ONCE = 50
MOST = 10_000


def change_many(
    *,
    customer_ids: Iterable[int],
    action: str,
    value: str,
    by: User,
    batch: str = "",
    tell: Callable[[int], None] = lambda done: None,
) -> str:
    """Do one thing to those of these customers that `by` may see. Returns the batch for `undo_many`.

    `value`: an id, a city, or empty for none. Short transactions, and customers of the same batch are passed over, so
    it may be repeated after it was cut off. Raises ValidationError when the action or its value is none.
    """
    change = _change(action, value, by)
    batch = batch or f"bulk:{secrets.token_hex(6)}"
    ids = list(dict.fromkeys(customer_ids))[:MOST]
    for start in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            some = ids[start : start + _AT_ONCE]
            done = set(Change.objects.filter(batch=batch, object_id__in=some).values_list("object_id", flat=True))
            for customer in Customer.objects.visible_to(by).filter(pk__in=some).exclude(pk__in=done):
                before = _newest_change(customer)
                change(customer)
                Change.objects.filter(about="customer", object_id=customer.pk, pk__gt=before).update(batch=batch)
        tell(min(start + _AT_ONCE, len(ids)))
    return batch


def changed_by(*, batch: str, by: User) -> int:
    """How many customers `change_many` changed: not those who were like that already, or whom `by` may not see."""
    return Change.objects.filter(batch=batch, about="customer", by=by).values("object_id").distinct().count()


def undo_many(*, batch: str, by: User, tell: Callable[[int], None] = lambda done: None) -> int:
    """Take back what `change_many` did, for those customers whom `by` may see; how many. May be repeated.

    What somebody has changed since stays, and so do tags that others have given or taken since.
    """
    changes = Change.objects.filter(batch=batch, about="customer", by=by).order_by("-pk")
    undone = 0
    while some := list(changes[:_AT_ONCE]):
        with transaction.atomic():
            for change in some:
                undone += _take_back(change, by)
            Change.objects.filter(pk__in=[change.pk for change in some]).update(batch="")
        tell(undone)
    return undone


def _take_back(change: Change, by: User) -> bool:
    """False when there is nothing to take back any more."""
    if not Customer.objects.visible_to(by).filter(pk=change.object_id).exists():
        return False
    customer = Customer.objects.select_for_update().get(pk=change.object_id)
    now = customer_snapshot(customer)
    before = _untagged(change, now[TAGS]) if TAGS in change.before else change.before
    has_gone_on = any(_id(now.get(name)) != _id(value) for name, value in change.after.items() if name != TAGS)
    if has_gone_on or all(now.get(name) == value for name, value in before.items()):
        return False
    if "archived_at" in before:
        (restore_customer if before["archived_at"] is None else archive_customer)(customer=customer, by=by)
    else:
        put_back_fields(customer=customer, values=before, by=by)
    return True


def _untagged(change: Change, now: list[dict[str, Any]]) -> dict[str, Any]:
    """The tags of now without those that this step gave, and with those that it took."""
    had, got = (_by_id(tags) for tags in (change.before[TAGS], change.after.get(TAGS)))
    kept = {pk: tag for pk, tag in _by_id(now).items() if pk in had or pk not in got}
    wanted = kept | {pk: tag for pk, tag in had.items() if pk not in got}
    return {TAGS: [wanted[pk] for pk in sorted(wanted)]}


def _id(kept: Any) -> Any:
    """Of a related record as the history keeps it: it may have another name by now."""
    return kept.get("id") if isinstance(kept, dict) else kept


def _by_id(tags: Iterable[dict[str, Any]] | None) -> dict[int, dict[str, Any]]:
    return {tag["id"]: tag for tag in tags or ()}


def _newest_change(customer: Customer) -> int:
    newest = Change.objects.filter(about="customer", object_id=customer.pk).order_by("-pk")
    return newest.values_list("pk", flat=True).first() or 0


def _change(action: str, value: str, by: User) -> Callable[[Customer], Any]:
    refuse_unless_changeable(by, "customer", action)
    if action == "archive":
        return lambda customer: archive_customer(customer=customer, by=by)
    if action == "restore":
        return lambda customer: restore_customer(customer=customer, by=by)
    if action in ("add_tag", "remove_tag"):
        return _tagged(action, _one_of(Tag, value), by)
    if action == "city":
        return lambda customer: update_customer(customer=customer, changes={"city": value.strip()[:100]}, by=by)
    models: dict[str, Any] = {"category": Category, "stage": CustomerStage, "responsible": User}
    if action not in models:
        raise ValidationError("no such action")
    new = _one_of(models[action], value) if value else None
    return lambda customer: update_customer(customer=customer, changes={action: new}, by=by)


def _tagged(action: str, tag: Tag, by: User) -> Callable[[Customer], Any]:
    def change(customer: Customer) -> None:
        tags = set(customer.tags.values_list("pk", flat=True))
        tags = tags | {tag.pk} if action == "add_tag" else tags - {tag.pk}
        update_customer(customer=customer, changes={"tags": sorted(tags)}, by=by)

    return change


def _one_of(model: Any, value: str) -> Any:
    found = model.objects.filter(pk=int(value)).first() if is_id(value) else None
    if found is None:
        raise ValidationError("no such choice")
    return found
