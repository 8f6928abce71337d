"""Changing one value of a customer's card where it stands: what is typed is read by the customers' own forms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from callcard.customers.forms import CustomerForm
from callcard.customers.models import Customer
from callcard.customers.record import COLUMNS, OWN, TAGS
from callcard.customers.row_forms import ADDRESSES, CONTACTS, PERSONS, PHONES, RowForm, RowKind
from callcard.customers.services import change_field
from callcard.customers.undo import ROWS
from callcard.customers.veil import refuse_unless_changeable
from callcard.kit.ids import is_id
from callcard.staff.models import Change, User

KINDS: dict[str, RowKind] = {"phone": PHONES, "contact": CONTACTS, "person": PERSONS, "address": ADDRESSES}
_OWN_INPUT = "own_"
_ROW_KEY = re.compile(r"(phone|contact|person|address)-([0-9]{1,18})(?:\.([a-z_]{1,30}))?", re.ASCII)
_STEPS_UNDONE = 20  # of one press: a person with a number are a few
_SWITCHES = {"do_not_call", "is_preferred"}


class GoneMeanwhile(Exception):
    """Somebody removed the row that was to be changed."""


@dataclass(frozen=True, slots=True)
class RowField:
    about: str
    row: Any
    name: str


def row_field(customer: Customer, key: str) -> RowField | None:
    """What "phone-12.label" of a page names; None for a field of the customer. Raises GoneMeanwhile and Http404."""
    found = _ROW_KEY.fullmatch(key)
    if found is None:
        return None
    about, pk, name = found[1], int(found[2]), found[3] or ""
    if name and name not in {*KINDS[about].form.names, *(_SWITCHES if about == "phone" else ())}:
        raise Http404
    row = ROWS[about]._default_manager.filter(pk=pk, customer_id=customer.pk).first()
    if row is None:
        raise GoneMeanwhile
    return RowField(about, row, name)


def write_value(*, customer: Customer, key: str, old: str, data: QueryDict, user: User) -> None:
    """`data` has "new", more than once for several choices. Raises ValidationError, ChangedMeanwhile, GoneMeanwhile."""
    row = row_field(customer, key)
    if row is not None:
        refuse_unless_changeable(user, row.about, row.name)
        _write_row(row, old, data.get("new", ""), user)
        return
    refuse_unless_changeable(user, "customer", key)
    field = form_field(customer, key, user)
    typed: Any = data.getlist("new") if _takes_several(field) else data.get("new", "")
    if isinstance(typed, list):
        typed = [one for one in typed if one]
    change_field(customer=customer, field=key, old=old, new=_cleaned(field, typed), by=user)


def form_field(customer: Customer, key: str, user: User) -> forms.Field:
    """The field of the form that reads this one; Http404 when this user has no such field."""
    if key not in (COLUMNS - {"own_fields"}) | {TAGS} and not key.startswith(OWN):
        raise Http404
    form = CustomerForm(user=user, instance=customer)
    name = _OWN_INPUT + key.removeprefix(OWN) if key.startswith(OWN) else key
    if name not in form.fields:
        raise Http404
    return form.fields[name]


def options(customer: Customer, key: str, user: User) -> list[tuple[str, str]]:
    """What one can choose: (what is held, its name). Raises as write_value does."""
    row = row_field(customer, key)
    field = form_field(customer, key, user) if row is None else KINDS[row.about].form().fields[row.name]
    offered: Iterable[tuple[Any, Any]] = getattr(field, "choices", None) or getattr(field.widget, "choices", None) or ()
    return [(str(value or ""), str(name)) for value, name in offered]


def _takes_several(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.CheckboxSelectMultiple)


def _cleaned(field: forms.Field, typed: Any) -> Any:
    if isinstance(typed, str) and "\x00" in typed:
        raise ValidationError(_("There is a character in it that cannot be kept."))
    return field.clean(typed)


def _write_row(target: RowField, old: str, typed: str, user: User) -> None:
    kind = KINDS[target.about]
    value: Any = typed == "true" if target.name in _SWITCHES else _row_cleaned(kind.form(), target.name, typed)
    is_column = any(field.name == target.name for field in target.row._meta.concrete_fields)
    seen = {target.name: old} if is_column and target.name not in _SWITCHES else None
    kind.change(target.row, changes={target.name: value}, old=seen, by=user)


def _row_cleaned(form: RowForm, name: str, typed: str) -> Any:
    value = _cleaned(form.fields[name], typed)
    if name in form.mains and len(form.mains) == 1 and not value:
        raise ValidationError(_("This is missing. To be rid of the whole line, remove it."))
    return value


@transaction.atomic
def add_row(*, customer: Customer, about: str, data: QueryDict, user: User) -> None:
    """With a person may come their `number`. Raises ValidationError with a message for each field that is wrong."""
    kind = KINDS.get(about)
    if kind is None:
        raise Http404
    refuse_unless_changeable(user, about, "")
    form = kind.form(data)
    if not form.is_valid():
        raise ValidationError([str(error) for errors in form.errors.values() for error in errors])
    if form.is_empty:
        raise ValidationError(_("Type something first."))
    kind.add(customer=customer, by=user, **{name: form.cleaned_data[name] for name in form.names})
    number = data.get("number", "").strip()
    if about == "person" and number:
        add_row(customer=customer, about="phone", data=_number_of(form.cleaned_data["name"], number), user=user)


def _number_of(person: str, number: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({"raw": number, "person": person})
    return data


def remove_row(*, customer: Customer, key: str, user: User) -> None:
    target = row_field(customer, key)
    if target is None:
        raise Http404
    refuse_unless_changeable(user, target.about, "")
    KINDS[target.about].remove(target.row, user)


def steps_since(customer: Customer, user: User, *, after: int) -> str | None:
    """What there is to undo: the ids of this user's steps that are newer than `after`, the newest first."""
    steps = Change.objects.filter(customer_id=customer.pk, pk__gt=after, by=user)
    ids = steps.order_by("-pk").values_list("pk", flat=True)[:_STEPS_UNDONE]
    return "-".join(map(str, ids)) or None


def newest_step(customer: Customer) -> int:
    steps = Change.objects.filter(customer_id=customer.pk).order_by("-pk")
    return steps.values_list("pk", flat=True).first() or 0


def steps_to_undo(customer: Customer, given: str) -> list[Change]:
    """What `steps_since` told, in that order; Http404 when one of them is not there."""
    parts = given.split("-")[:_STEPS_UNDONE]
    ids = [int(part) if is_id(part) else 0 for part in parts]
    found = Change.objects.filter(customer_id=customer.pk).in_bulk(ids)
    if len(found) < len(ids):
        raise Http404
    return [found[pk] for pk in ids]
