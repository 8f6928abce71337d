"""Lists that the company keeps by itself: categories, stages, states of orders. One window for all of them.

A room offers its lists when it is ready (`AppConfig.ready`), and Settings, Lists shows them: nothing else is needed.
A model of entries has `name`, `position` and `archived_at`, and what else the administrator sets (`fields`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise

from callcard.staff.history import record_change, snapshot
from callcard.staff.models import Change, User


@dataclass(frozen=True, slots=True)
class Use:
    """Where entries are used: the foreign key `field` of `model`.

    `once_for`: another column of a table of pairs, in which no entry stands twice for the same one.
    """

    model: type[models.Model]
    field: str
    once_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnList:
    """`slug` stands in addresses and in the history. Entries are offered in choices unless they are archived.

    `settle` is told, in the same transaction, of an entry that was changed or has taken the place of another: what is
    kept elsewhere of its columns can be put right. `at_first`: the entries of a new company, columns that are not
    named at their defaults.
    """

    slug: str
    name: str | Promise
    help_text: str | Promise
    model: type[Any]
    fields: tuple[str, ...]
    uses: tuple[Use, ...]
    settle: Callable[[Any], None] | None = None
    at_first: tuple[Mapping[str, object], ...] = ()

    def entries(self) -> models.QuerySet[Any]:
        found: models.QuerySet[Any] = self.model._default_manager.order_by("position", "name", "pk")
        return found

    def current(self) -> models.QuerySet[Any]:
        return self.entries().filter(archived_at=None)


class EntryInUse(Exception):
    """An entry that is used somewhere is archived or replaced, not erased."""


_offered: dict[str, OwnList] = {}


def offer_lists(own_lists: Iterable[OwnList]) -> None:
    """Show these in the settings. The same slug again takes the place of the first."""
    _offered.update({each.slug: each for each in own_lists})


def offered_lists() -> list[OwnList]:
    return list(_offered.values())


def offered_list(slug: str) -> OwnList | None:
    return _offered.get(slug)


def times_used(own_list: OwnList, entry: models.Model) -> int:
    return sum(use.model._default_manager.filter(**{use.field: entry.pk}).count() for use in own_list.uses)


@transaction.atomic
def save_entry(own_list: OwnList, *, entry: Any, values: dict[str, Any], by: User | None) -> Any:
    """Write an entry, a new one (without a key) at the end."""
    is_new = entry.pk is None
    before = {} if is_new else snapshot(entry, own_list.fields)
    for name in own_list.fields:
        setattr(entry, name, values[name])
    if is_new:
        last = own_list.entries().aggregate(last=models.Max("position"))["last"]
        entry.position = 0 if last is None else last + 1
    entry.save()
    if own_list.settle and not is_new:
        own_list.settle(entry)
    action = Change.Action.CREATED if is_new else Change.Action.CHANGED
    _keep(own_list, entry.pk, action, before, snapshot(entry, own_list.fields), by)
    return entry


@transaction.atomic
def begin_lists() -> None:
    """Put into every list that is empty what it has at first, in the language of the moment. The company goes on."""
    for own_list in offered_lists():
        if not own_list.model._default_manager.exists():
            own_list.model._default_manager.bulk_create(
                own_list.model(**columns, position=place) for place, columns in enumerate(_said(own_list.at_first))
            )


def _said(entries: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    return [
        {name: str(value) if isinstance(value, Promise) else value for name, value in columns.items()}
        for columns in entries
    ]


@transaction.atomic
def order_entries(own_list: OwnList, *, keys: Sequence[int]) -> None:
    """Entries that are not named follow those that are, as they stood."""
    there = {entry.pk: entry for entry in own_list.entries()}
    wanted = [pk for pk in dict.fromkeys(keys) if pk in there]
    for position, pk in enumerate([*wanted, *(pk for pk in there if pk not in set(wanted))]):
        own_list.model._default_manager.filter(pk=pk).update(position=position)


@transaction.atomic
def archive_entry(own_list: OwnList, *, entry: Any, by: User | None) -> None:
    """It is offered no more; what has it keeps it."""
    _archive(own_list, entry, timezone.now(), Change.Action.REMOVED, by)


@transaction.atomic
def restore_entry(own_list: OwnList, *, entry: Any, by: User | None) -> None:
    _archive(own_list, entry, None, Change.Action.RESTORED, by)


def _archive(own_list: OwnList, entry: Any, at: Any, action: str, by: User | None) -> None:
    before = snapshot(entry, ["archived_at"])
    entry.archived_at = at
    entry.save(update_fields=["archived_at"])
    _keep(own_list, entry.pk, action, before, snapshot(entry, ["archived_at"]), by)


@transaction.atomic
def replace_entry(own_list: OwnList, *, entry: Any, other: Any, by: User | None) -> int:
    """Put `other` wherever `entry` is used and remove `entry`. Returns in how many places."""
    places = sum(_replace(use, entry.pk, other.pk) for use in own_list.uses)
    if own_list.settle:
        own_list.settle(other)
    _remove(own_list, entry, {"name": other.name}, by)
    return places


def _replace(use: Use, old: int, new: int) -> int:
    rows = use.model._default_manager
    if use.once_for:
        have_both = rows.filter(**{use.field: new}).values(use.once_for)
        rows.filter(**{use.field: old, f"{use.once_for}__in": have_both}).delete()
    changed: int = rows.filter(**{use.field: old}).update(**{use.field: new})
    return changed


@transaction.atomic
def remove_entry(own_list: OwnList, *, entry: Any, by: User | None) -> None:
    """Raises EntryInUse; then it stays."""
    if times_used(own_list, entry):
        raise EntryInUse
    _remove(own_list, entry, {}, by)


def _remove(own_list: OwnList, entry: Any, after: dict[str, Any], by: User | None) -> None:
    _keep(own_list, entry.pk, Change.Action.REMOVED, snapshot(entry, own_list.fields), after, by)
    entry.delete()


def _keep(
    own_list: OwnList, pk: int, action: str, before: dict[str, Any], after: dict[str, Any], by: User | None
) -> None:
    record_change(
        about=own_list.slug[:20], object_id=pk, customer_id=None, action=action, before=before, after=after, by=by
    )
