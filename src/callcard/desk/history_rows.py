"""Steps of the history as the history window shows them: field by field, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from callcard.customers.models import Customer
from callcard.customers.undo import ROWS
from callcard.desk import customer_changes as words
from callcard.kit.ids import is_id
from callcard.staff.models import Change, User

ROWS_SHOWN = 50
# Looking for the steps of one person goes back this far and no further: there may be ten million.
_LOOKED_BACK = 200_000
_STEPS_RESTORED = {Change.Action.CHANGED, Change.Action.REMOVED, Change.Action.RESTORED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`merge_id`: set when the step is a merge, which is undone as a whole."""

    change: Change
    title: str
    who: str
    lines: tuple[Line, ...]
    can_be_restored: bool
    merge_id: int | None
    customer: Customer | None = None


def steps(changes: Iterable[Change], user: User) -> list[Step]:
    """Without those of which this user may see no field."""
    unseen = words.unseen_kinds(user)
    rows = [change for change in changes if change.about not in unseen]
    names = Customer.objects.visible_to(user).in_bulk({row.customer_id for row in rows if row.customer_id})
    made = (_step(row, user, names.get(row.customer_id or 0)) for row in rows)
    return [step for step in made if step is not None]


def _step(change: Change, user: User, customer: Customer | None) -> Step | None:
    before, after = (words.seen_by(change.about, side, user) for side in (change.before, change.after))
    if not before and not after and (change.before or change.after):
        return None
    lines = (
        Line(
            label=words.field_label(change.about, name),
            was=words.value_in_words(name, before.get(name), before),
            now=words.value_in_words(name, after.get(name), after),
        )
        for name in {**before, **after}
        if name not in words.UNTOLD_FIELDS
    )
    merge = change.batch.removeprefix("merge:") if change.action == Change.Action.MERGED else ""
    return Step(
        change=change,
        title=words.title_of(change),
        who=change.by.shown_name if change.by else "",
        lines=tuple(line for line in lines if line.was or line.now),
        can_be_restored=_can_be_restored(change),
        merge_id=int(merge) if merge.isdigit() else None,
        customer=customer,
    )


def _can_be_restored(change: Change) -> bool:
    if change.about == "order":
        return change.action in {Change.Action.CHANGED, Change.Action.RESTORED, Change.Action.CANCELLED}
    if change.about == "payment":
        return change.action == Change.Action.CANCELLED
    return change.action in _STEPS_RESTORED and change.about in {"customer", "task", *ROWS}


def page_of(changes: QuerySet[Change], *, after: str, by: str = "", about: str = "", field: str = "") -> list[Change]:
    """The newest first, one more than fits on a page. `after`: the id where the page before ended."""
    if is_id(after):
        changes = changes.filter(pk__lt=int(after))
    if is_id(by):
        changes = changes.filter(by=int(by))
    if about:
        changes = changes.filter(about=about)
    if field:
        changes = changes.filter(Q(before__has_key=field) | Q(after__has_key=field))
    return list(changes.select_related("by").order_by("-pk")[: ROWS_SHOWN + 1])


def recent() -> QuerySet[Change]:
    newest = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Change.objects.filter(pk__gt=newest - _LOOKED_BACK)


def kinds() -> dict[str, str]:
    """What a step can be about -> its name."""
    return {key: str(name) for key, name in words.NAMES_OF_KINDS.items()}


def field_name(about: str, name: str) -> str:
    return words.field_label(about, name)
