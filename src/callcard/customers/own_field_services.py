"""Writes of the fields that the company adds by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from callcard.customers.models import CustomerSettings, OwnField
from callcard.staff.history import record_change, snapshot
from callcard.staff.models import Change, User

_KEPT = ("name", "kind", "options", "is_required", "default", "on_card", "on_list", "on_popup", "roles", "archived_at")
_LONGEST_KEY = 40


@transaction.atomic
def save_own_field(field: OwnField, *, values: dict[str, Any], by: User | None) -> OwnField:
    """Write a field, a new one (without a key) at the end. `values`: of name, kind, options, default and the rest.

    A field that exists keeps its kind and its key, because values are stored by them.
    """
    is_new = field.pk is None
    before = {} if is_new else snapshot(field, _KEPT)
    for name, value in values.items():
        if is_new or name != "kind":
            setattr(field, name, value)
    if is_new:
        last = OwnField.objects.aggregate(last=Max("position"))["last"]
        field.position = 0 if last is None else last + 1
        field.key = field.key or _fresh_key(field.name)
    field.save()
    _keep(field, Change.Action.CREATED if is_new else Change.Action.CHANGED, before, by)
    return field


def _fresh_key(name: str) -> str:
    """Letters that are safe everywhere; a name without any gives "field"."""
    stem = slugify(name)[:_LONGEST_KEY].strip("-") or "field"
    taken = set(OwnField.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if key not in taken)


@transaction.atomic
def order_own_fields(*, keys: Sequence[str]) -> None:
    """Fields that are not named follow those that are, as they stood."""
    there = list(OwnField.objects.values_list("key", flat=True))
    wanted = [key for key in dict.fromkeys(keys) if key in there]
    for position, key in enumerate([*wanted, *(key for key in there if key not in wanted)]):
        OwnField.objects.filter(key=key).update(position=position)


@transaction.atomic
def show_on_popup(*, keys: Collection[str]) -> None:
    """These fields and no others stand on the pop-up."""
    OwnField.objects.filter(key__in=keys).update(on_popup=True)
    OwnField.objects.exclude(key__in=keys).update(on_popup=False)


@transaction.atomic
def archive_own_field(field: OwnField, *, by: User | None) -> None:
    """No window shows it any more; what customers have in it stays."""
    before = snapshot(field, _KEPT)
    field.archived_at = timezone.now()
    field.save(update_fields=["archived_at"])
    _keep(field, Change.Action.REMOVED, before, by)


@transaction.atomic
def restore_own_field(field: OwnField, *, by: User | None) -> None:
    before = snapshot(field, _KEPT)
    field.archived_at = None
    field.save(update_fields=["archived_at"])
    _keep(field, Change.Action.RESTORED, before, by)


def set_largest_file(*, megabytes: int) -> None:
    CustomerSettings.objects.update_or_create(pk=1, defaults={"largest_file_mb": megabytes})


def _keep(field: OwnField, action: str, before: dict[str, Any], by: User | None) -> None:
    record_change(
        about="own_field",
        object_id=field.pk,
        customer_id=None,
        action=action,
        before=before,
        after=snapshot(field, _KEPT),
        by=by,
    )
