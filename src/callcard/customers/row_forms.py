"""Rows of a customer's form: numbers, contacts, contact persons and further addresses, as many as one likes.

A row of the page says which record it is (`id`, empty for a new one) and what it showed (`seen`), so that only what
this person changed is written, and what others changed or added meanwhile is neither lost nor overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.customers.birthdays import BirthdayField
from callcard.customers.models import Contact, Customer
from callcard.customers.person_services import (
    add_address,
    add_person,
    change_address,
    change_person,
    remove_address,
    remove_person,
)
from callcard.customers.record import ChangedMeanwhile, as_text
from callcard.customers.services import (
    add_contact,
    add_number_to_customer,
    change_contact,
    change_phone,
    remove_contact,
    remove_phone,
)
from callcard.staff.models import User
from callcard.staff.places import countries
from callcard.ui.forms import dress

MOST_ROWS = 60
# What changes in a row also when only another one of the customer is changed.
_OF_OTHERS = {"person", "is_preferred"}


class RowForm(forms.Form):
    """`names`: what is typed. `mains`: without one of them there is no row."""

    names: tuple[str, ...]
    mains: ClassVar[tuple[str, ...]]

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, fixed: Collection[str] = (), **kwargs: Any) -> None:
        """`fixed`: fields that the user must not change, and may not even see."""
        super().__init__(*args, **kwargs)
        for name in fixed:
            del self.fields[name]
        self.names = tuple(name for name in type(self).names if name not in fixed)
        dress(self)
        for name in self.names:
            widget = self.fields[name].widget
            if not isinstance(widget, forms.CheckboxInput | forms.Select):
                widget.attrs |= {"placeholder": str(self.fields[name].label), "autocomplete": "off"}
                widget.attrs.setdefault("dir", "auto")
            if not isinstance(widget, forms.CheckboxInput):
                widget.attrs["aria-label"] = str(self.fields[name].label)

    @property
    def is_empty(self) -> bool:
        typed = getattr(self, "cleaned_data", {})
        return not any(typed.get(name) for name in self.mains)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        has_main = any(values.get(name) or name in self.errors for name in self.mains)
        if not has_main and any(values.get(name) and not self._is_choice(name) for name in self.names):
            self.add_error(self.mains[0], _("This is missing."))
        return values

    def _is_choice(self, name: str) -> bool:
        return isinstance(self.fields[name].widget, forms.Select)

    def changes(self) -> dict[str, Any]:
        """What differs from what was seen; all of it for a new row."""
        seen = self._seen()
        return {name: self.cleaned_data[name] for name in self.names if as_text(self.cleaned_data[name]) != seen[name]}

    def old(self, names: Iterable[str]) -> dict[str, str]:
        seen = self._seen()
        return {name: seen[name] for name in names}

    def _seen(self) -> dict[str, str]:
        try:
            kept = json.loads(self.cleaned_data.get("seen") or "{}")
        except (ValueError, RecursionError):
            kept = {}
        kept = kept if isinstance(kept, dict) else {}
        return {name: str(kept.get(name, "")) for name in self.names}


def _text(label: Any, longest: int, **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=False, widget=forms.TextInput(attrs=dict(attributes))
    )


class PhoneRow(RowForm):
    names = ("raw", "label", "person", "is_preferred", "do_not_call")
    mains = ("raw",)

    raw = _text(gettext_lazy("Number"), 64, inputmode="tel", dir="ltr")
    label = _text(gettext_lazy("Label"), 40, list="phone-labels")
    person = _text(gettext_lazy("Whose number"), 100)
    is_preferred = forms.BooleanField(label=gettext_lazy("Call first"), required=False)
    do_not_call = forms.BooleanField(label=gettext_lazy("Do not call"), required=False)


class ContactRow(RowForm):
    names = ("value", "kind", "person")
    mains = ("value",)

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Contact.Kind.choices)
    value = _text(gettext_lazy("E-mail or name there"), 254, dir="ltr")
    person = _text(gettext_lazy("Whose"), 100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].required = False

    def clean_kind(self) -> str:
        return str(self.cleaned_data["kind"] or Contact.Kind.EMAIL)


class PersonRow(RowForm):
    names = ("name", "role", "birthday", "note")
    mains = ("name",)

    name = _text(gettext_lazy("Name"), 100)
    role = _text(gettext_lazy("Position"), 100)
    birthday = BirthdayField()
    note = _text(gettext_lazy("Note"), 500)


class AddressRow(RowForm):
    names = ("line", "city", "postal_code", "country", "label")
    mains = ("line", "city")

    line = _text(gettext_lazy("Street and house"), 300)
    city = _text(gettext_lazy("City"), 100)
    postal_code = _text(gettext_lazy("Postal code"), 20)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    label = _text(gettext_lazy("What is there"), 40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", gettext_lazy("Country")), *countries()]


@dataclass(frozen=True, slots=True)
class RowKind:
    """How rows of one kind are shown and written."""

    prefix: str
    form: type[RowForm]
    related_name: str
    add: Callable[..., Any]
    change: Callable[..., Any]
    remove: Callable[..., None]

    def formset(
        self,
        data: Any = None,
        *,
        customer: Customer | None = None,
        first: Iterable[Any] = (),
        fixed: Collection[str] = (),
    ) -> Any:
        """Bound to `data`; else the customer's rows, and `first` (initial values of further ones), without the fields
        in `fixed`."""
        made = forms.formset_factory(self.form, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True)
        if data is not None:
            return made(_with_totals(data, self.prefix), prefix=self.prefix, form_kwargs={"fixed": fixed})
        stored = getattr(customer, self.related_name).order_by("pk") if customer else ()
        rows = [self._initial(row, fixed) for row in stored]
        return made(prefix=self.prefix, initial=[*rows, *first], form_kwargs={"fixed": fixed})

    def _initial(self, row: models.Model, fixed: Collection[str]) -> dict[str, Any]:
        values = {name: self._value(row, name) for name in self.form.names if name not in fixed}
        seen = {name: as_text(value) for name, value in values.items()}
        return {**values, "id": row.pk, "seen": json.dumps(seen, ensure_ascii=False)}

    def _value(self, row: Any, name: str) -> Any:
        if name == "person" and isinstance(row, Contact):
            return row.contact_person.name if row.contact_person else ""
        return getattr(row, name)

    def write(self, formset: Any, *, customer: Customer, shown: set[int], by: User) -> bool:
        """Write valid rows; those in `shown` (ids that the page had) that are gone are removed.

        False when somebody else changed a row meanwhile: it says so, and the transaction is to be undone.
        """
        rows = {row.pk: row for row in getattr(customer, self.related_name).select_for_update()}
        kept: set[int] = set()
        is_done = True
        for form in formset.forms:
            pk = form.cleaned_data.get("id")
            if form.is_empty:
                continue
            if pk in rows:
                kept.add(pk)
                is_done = self._change(form, rows[pk], by) and is_done
            else:
                self.add(customer=customer, by=by, **{name: form.cleaned_data[name] for name in form.names})
        for pk in (shown & rows.keys()) - kept:
            self.remove(rows[pk], by)
        return is_done

    def _change(self, form: RowForm, row: Any, by: User) -> bool:
        changes = form.changes()
        if not changes:
            return True
        try:
            self.change(row, changes=changes, old=form.old(set(changes) - _OF_OTHERS), by=by)
        except ChangedMeanwhile as refused:
            form.add_error(refused.field, meanwhile(refused))
            return False
        return True


def meanwhile(refused: ChangedMeanwhile) -> str:
    if refused.by is None:
        return _("Changed meanwhile: it is “%(now)s” now.") % {"now": refused.current}
    return _("%(who)s changed this meanwhile: it is “%(now)s” now.") % {
        "who": refused.by.shown_name,
        "now": refused.current,
    }


def _with_totals(data: Any, prefix: str) -> Any:
    """A form that says nothing of these rows has none; one that says nonsense has as many as can be."""
    total, initial = f"{prefix}-TOTAL_FORMS", f"{prefix}-INITIAL_FORMS"
    given = str(data.get(total, "0"))
    data = data.copy()
    data[total] = given if given.isascii() and given.isdigit() and len(given) < 4 else "0"
    data[initial] = "0"
    return data


def _add_phone(*, customer: Customer, by: User, raw: str, **values: Any) -> None:
    phone = add_number_to_customer(customer=customer, raw=raw, by=by, **values)
    change_phone(phone=phone, changes={name: value for name, value in values.items() if value}, by=by)


PHONES = RowKind(
    "phones",
    PhoneRow,
    "phones",
    add=_add_phone,
    change=lambda row, **what: change_phone(phone=row, **what),
    remove=lambda row, by: remove_phone(phone=row, by=by),
)
CONTACTS = RowKind(
    "contacts",
    ContactRow,
    "contacts",
    add=add_contact,
    change=lambda row, **what: change_contact(contact=row, **what),
    remove=lambda row, by: remove_contact(contact=row, by=by),
)
PERSONS = RowKind(
    "persons",
    PersonRow,
    "persons",
    add=add_person,
    change=lambda row, **what: change_person(person=row, **what),
    remove=lambda row, by: remove_person(person=row, by=by),
)
ADDRESSES = RowKind(
    "addresses",
    AddressRow,
    "addresses",
    add=add_address,
    change=lambda row, **what: change_address(address=row, **what),
    remove=lambda row, by: remove_address(address=row, by=by),
)
ROW_KINDS = (PERSONS, PHONES, CONTACTS, ADDRESSES)
"""In the order in which they are written: numbers and contacts find their persons."""
