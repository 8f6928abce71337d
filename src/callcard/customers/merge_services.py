"""Several customers become one, and several again. Each is one transaction that holds the customers' rows."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.merge_models import DuplicatePair, Merge, MergedCustomer, MovedRows
from callcard.customers.merge_values import write_values
from callcard.customers.merging import (
    Back,
    CannotMerge,
    Json,
    Move,
    all_moves,
    followers,
    give,
    model_of,
)
from callcard.customers.models import Contact, ContactPerson, Customer, CustomerQuerySet, Phone, folded
from callcard.customers.record import OWN, customer_snapshot, keep_change, was_written
from callcard.staff.history import put_back
from callcard.staff.models import Change, User

MOST_AT_ONCE = 10
_IDS_IN_A_ROW = 500
_Rows = list[list[Json]]


@transaction.atomic
def merge_customers(
    *,
    kept: Customer,
    gone: Sequence[Customer],
    by: User | None,
    choices: Mapping[str, int] | None = None,
    unwanted: Mapping[str, Collection[int]] | None = None,
) -> Merge:
    """Everything of `gone` becomes the one's of `kept`; `gone` are archived and lead there.

    `choices`: field (see merge_values.fields_of) -> id of the customer whose value is taken, or merge_values.BOTH.
    `unwanted`: table ("customers.phone.customer") -> ids of rows that are left with, or put to, an archived one.
    Raises CannotMerge.
    """
    people = _locked(kept.pk, [one.pk for one in gone])
    ids = [one.pk for one in people]
    merge = Merge.objects.create(kept_id=kept.pk, at=timezone.now(), by=by)
    MergedCustomer.objects.bulk_create(MergedCustomer(merge=merge, customer_id=pk) for pk in ids[1:])
    for move in all_moves():
        _move(merge, move, ids, frozenset((unwanted or {}).get(move.table, ())))
    merge.rows = [*_settle_phones(ids, unwanted or {}), *_settle_persons(kept.pk)]
    _write_kept(merge, people, choices or {}, by)
    _archive(merge, people, by)
    merge.told = {each.name: each.merged(ids[0], ids[1:]) for each in followers()}
    merge.save(update_fields=["before", "after", "rows", "told"])
    return merge


@transaction.atomic
def undo_merge(*, merge: Merge, by: User | None) -> None:
    """All of it back, but for what happened since: that stays with the kept customer. Raises CannotMerge."""
    fresh = Merge.objects.select_for_update().get(pk=merge.pk)
    gone_ids = list(fresh.gone.order_by("pk").values_list("customer_id", flat=True))
    people = _held([fresh.kept_id, *gone_ids]).order_by("pk").in_bulk()
    _refuse_undo(fresh, people[fresh.kept_id])
    back = _to_return(fresh)
    for each in followers():
        each.undoing(back, fresh.told.get(each.name))
    _return(fresh, back)
    _restore_rows(fresh.rows)
    _restore_kept(fresh, people[fresh.kept_id], by)
    for pk in gone_ids:
        _unarchive(people[pk], fresh, by)
    fresh.undone_at, fresh.undone_by = timezone.now(), by
    fresh.save(update_fields=["undone_at", "undone_by"])
    was_written(people)


def say_not_the_same(*, pair: DuplicatePair, by: User) -> None:
    """They are not shown as duplicates again."""
    DuplicatePair.objects.filter(pk=pair.pk).update(differ_at=timezone.now(), differ_by=by)


def say_perhaps_the_same(*, pair: DuplicatePair) -> None:
    DuplicatePair.objects.filter(pk=pair.pk).update(differ_at=None, differ_by=None)


# -- merging ----------------------------------------------------------------------------------------------------------


def _locked(kept_id: int, gone_ids: Sequence[int]) -> list[Customer]:
    """All of them, the kept one first. Locked in the order of ids, so that two merges never wait for each other."""
    ids = [kept_id, *gone_ids]
    if len(set(ids)) != len(ids) or not gone_ids:
        raise CannotMerge(_("Choose two customers or more that differ."))
    if len(ids) > MOST_AT_ONCE:
        raise CannotMerge(_("At most %(number)d customers can be merged at once.") % {"number": MOST_AT_ONCE})
    rows = {row.pk: row for row in _held(ids).order_by("pk")}
    if len(rows) != len(ids) or any(row.archived_at for row in rows.values()):
        raise CannotMerge(_("One of them has been archived or merged meanwhile. Look again."))
    return [rows[pk] for pk in ids]


def _held(ids: Sequence[int]) -> CustomerQuerySet:
    """Nobody else's to change. Who writes a record of theirs at this moment may end: they hold what is wanted next."""
    return Customer.objects.select_for_update(no_key=True).filter(pk__in=ids)


def _move(merge: Merge, move: Move, ids: Sequence[int], unwanted: frozenset[int]) -> None:
    kept_id = ids[0]
    if move.key is None and not unwanted:
        for pk in ids[1:]:
            rows = move.model._default_manager.filter(**{f"{move.field}_id": pk})
            _give(merge, move, list(rows.order_by("pk").values_list("pk", flat=True)), pk, kept_id)
        return
    owned = _rows_of(move, ids)
    seen = {_key(move, row) for row in owned[kept_id] if row.pk not in unwanted}
    _give(merge, move, [row.pk for row in owned[kept_id] if row.pk in unwanted], kept_id, ids[1])
    for pk in ids[1:]:
        wanted = []
        for row in owned[pk]:
            if row.pk not in unwanted and _key(move, row) not in seen:
                seen.add(_key(move, row))
                wanted.append(row.pk)
        _give(merge, move, wanted, pk, kept_id)


def _rows_of(move: Move, ids: Sequence[int]) -> dict[int, list[Any]]:
    owned: dict[int, list[Any]] = {pk: [] for pk in ids}
    for row in move.model._default_manager.filter(**{f"{move.field}__in": ids}).order_by("pk"):
        owned[getattr(row, f"{move.field}_id")].append(row)
    return owned


def _key(move: Move, row: models.Model) -> Hashable:
    return row.pk if move.key is None else move.key(row)


def _give(merge: Merge, move: Move, ids: list[int], from_id: int, to_id: int) -> None:
    give(move.table, ids, to_id=to_id)
    MovedRows.objects.bulk_create(
        MovedRows(merge=merge, table=move.table, from_id=from_id, to_id=to_id, ids=ids[start : start + _IDS_IN_A_ROW])
        for start in range(0, len(ids), _IDS_IN_A_ROW)
    )


def _settle_phones(ids: Sequence[int], unwanted: Mapping[str, Collection[int]]) -> _Rows:
    """At most one number is preferred. What the double of a number said is said by the one that is left."""
    phones = list(Phone.objects.filter(customer_id=ids[0]).order_by("pk"))
    left = Phone.objects.filter(customer__in=ids[1:]).exclude(pk__in=unwanted.get("customers.phone.customer", ()))
    doubles = list(left.order_by("pk"))
    preferred = next((phone.pk for phone in phones if phone.is_preferred), None)
    changed: _Rows = []
    for phone in phones:
        same = [other for other in doubles if other.e164 and other.e164 == phone.e164]
        changed += _changed(
            phone,
            is_preferred=phone.is_preferred and phone.pk == preferred,
            do_not_call=phone.do_not_call or any(other.do_not_call for other in same),
            label=phone.label or next((other.label for other in same if other.label), ""),
        )
    return changed


def _settle_persons(kept_id: int) -> _Rows:
    """Whose number it is: a contact person of the kept customer, by name, not one who was left behind."""
    persons = {folded(one.name): one for one in ContactPerson.objects.filter(customer_id=kept_id).order_by("-pk")}
    changed: _Rows = []
    for model in (Phone, Contact):
        astray = model._default_manager.filter(customer_id=kept_id).exclude(contact_person=None)
        for row in astray.exclude(contact_person__customer_id=kept_id).select_related("contact_person").order_by("pk"):
            own = persons.get(folded(str(row.contact_person)))
            changed += _changed(row, contact_person_id=own.pk if own else None)
    return changed


def _changed(row: models.Model, **values: Json) -> _Rows:
    before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    if not before:
        return []
    after = {name: values[name] for name in before}
    type(row)._default_manager.filter(pk=row.pk).update(**after)
    return [[f"{row._meta.label_lower}.customer", row.pk, before, after]]


def _write_kept(merge: Merge, people: Sequence[Customer], choices: Mapping[str, int], by: User | None) -> None:
    kept = people[0]
    before = customer_snapshot(kept, with_tags=False)
    write_values(kept, people, choices)
    kept.save()
    # Related records are named anew: the instance still has the old ones at hand.
    after = customer_snapshot(Customer.objects.get(pk=kept.pk), with_tags=False)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    merge.before = {name: before.get(name) for name in names}
    merge.after = {name: after.get(name) for name in names}
    merged = [{"id": one.pk, "name": one.name} for one in people[1:]]
    action = Change.Action.MERGED
    keep_change(
        kept, before=merge.before, after={**merge.after, "merged": merged}, by=by, action=action, batch=merge.batch
    )


def _archive(merge: Merge, people: Sequence[Customer], by: User | None) -> None:
    kept = {"id": people[0].pk, "name": people[0].name}
    for one in people[1:]:
        one.archived_at = merge.at
        one.save(update_fields=["archived_at"])
        after = {"archived_at": merge.at.isoformat(), "merged_into": kept}
        action = Change.Action.MERGED
        keep_change(one, before={"archived_at": None}, after=after, by=by, action=action, batch=merge.batch)


# -- undoing ----------------------------------------------------------------------------------------------------------


def _refuse_undo(merge: Merge, kept: Customer) -> None:
    if merge.undone_at is not None:
        raise CannotMerge(_("This merge has been undone already."))
    later = Merge.objects.filter(undone_at=None, pk__gt=merge.pk)
    if later.filter(models.Q(kept_id=kept.pk) | models.Q(gone__customer_id=kept.pk)).exists():
        raise CannotMerge(_("They were merged again since. Undo the later merge first."))


def _to_return(merge: Merge) -> Back:
    """Rows that are still where the merge put them."""
    back = Back(merge.kept_id)
    for some in merge.moved.order_by("pk"):
        name = some.table.rpartition(".")[2]
        rows = model_of(some.table)._default_manager.filter(pk__in=some.ids, **{f"{name}_id": some.to_id})
        whose = back.rows.setdefault(some.table, {})
        whose.update(dict.fromkeys(rows.values_list("pk", flat=True), some.from_id))
    return back


def _return(merge: Merge, back: Back) -> None:
    for table, whose in back.rows.items():
        for pk in sorted(set(whose.values())):
            give(table, [row for row, owner in whose.items() if owner == pk], to_id=pk)
    merge.moved.all().delete()


def _restore_rows(rows: _Rows) -> None:
    """Only what nobody has changed since."""
    for table, pk, before, after in rows:
        row = model_of(table)._default_manager.filter(pk=pk).first()
        values = {name: value for name, value in before.items() if row and getattr(row, name) == after[name]}
        if values:
            model_of(table)._default_manager.filter(pk=pk).update(**values)


def _restore_kept(merge: Merge, kept: Customer, by: User | None) -> None:
    now = customer_snapshot(kept, with_tags=False)
    old = {name: value for name, value in merge.before.items() if now.get(name) == merge.after.get(name)}
    put_back(kept, {name: value for name, value in old.items() if not name.startswith(OWN)})
    own = {name.removeprefix(OWN): value for name, value in old.items() if name.startswith(OWN)}
    kept.own_fields = {key: value for key, value in {**kept.own_fields, **own}.items() if value is not None}
    kept.save()
    after = customer_snapshot(Customer.objects.get(pk=kept.pk), with_tags=False)
    keep_change(kept, before=now, after=after, by=by, action=Change.Action.RESTORED, batch=merge.batch)


def _unarchive(customer: Customer, merge: Merge, by: User | None) -> None:
    if customer.archived_at is None:
        return
    before = {"archived_at": customer.archived_at.isoformat()}
    customer.archived_at = None
    customer.save(update_fields=["archived_at"])
    action = Change.Action.RESTORED
    keep_change(customer, before=before, after={"archived_at": None}, by=by, action=action, batch=merge.batch)
