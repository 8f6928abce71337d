"""What programs say of customers, read by the forms with which people type it, and written by the same services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from callcard.api.problems import Problem
from callcard.api.v1.types import Given
from callcard.customers.form_fixed import ABOUT
from callcard.customers.forms import CustomerForm
from callcard.customers.models import Customer
from callcard.customers.own_fields import fields_seen_by
from callcard.customers.record import OWN
from callcard.customers.row_forms import ADDRESSES, CONTACTS, MOST_ROWS, PERSONS, PHONES, RowKind
from callcard.customers.services import create_customer, update_customer
from callcard.customers.veil import may_change
from callcard.staff.models import User

KINDS: dict[str, RowKind] = {"persons": PERSONS, "phones": PHONES, "contacts": CONTACTS, "addresses": ADDRESSES}
"""In the order in which they are written: numbers and contacts find their persons."""
_OWN_INPUT = "own_"
_NAMES = {"raw": "number"}


def written_customer(said: Mapping[str, Any], user: User) -> Customer:
    """A new customer, with their rows. In a transaction of the caller's. Raises Problem."""
    columns = {name: value for name, value in said.items() if name not in KINDS}
    form = CustomerForm(_typed({"responsible": user.pk, **columns, **_defaults(columns, user)}, user), user=user)
    _refuse(form, form.fields)
    values = form.values()
    own = {name.removeprefix(OWN): values.pop(name) for name in list(values) if name.startswith(OWN)}
    customer = create_customer(by=user, own_fields={k: v for k, v in own.items() if v is not None}, **values)
    for kind in KINDS:
        for row in said.get(kind, ()):
            _add_row(customer, kind, row, user)
    return customer


def _defaults(said: Mapping[str, Any], user: User) -> dict[str, Any]:
    """What a new customer has where nothing is said: as the form for people begins."""
    own = {field.key: field.default for field in fields_seen_by(user) if field.default is not None}
    return {"kind": said.get("kind", Customer.Kind.PERSON), "own_fields": {**own, **said.get("own_fields", {})}}


def changed_customer(customer: Customer, said: Mapping[str, Any], user: User) -> None:
    """Only what is said. In a transaction of the caller's. Raises Problem."""
    refuse_fixed(user, "customer", said)
    form = CustomerForm(_typed(said, user), user=user, instance=Customer.objects.get(pk=customer.pk))
    names = {*(said.keys() - {"own_fields"}), *(_OWN_INPUT + key for key in said.get("own_fields", {}))}
    _refuse(form, names)
    values = form.cleaned_data
    changes = {
        OWN + name.removeprefix(_OWN_INPUT) if name.startswith(_OWN_INPUT) else name: values[name] for name in names
    }
    if changes:
        update_customer(customer=customer, changes=changes, by=user)


def _typed(said: Mapping[str, Any], user: User) -> dict[str, Any]:
    """As a form is given it. Raises Problem for an own field that this user has not."""
    own = said.get("own_fields", {})
    known = {field.key for field in fields_seen_by(user)}
    if own.keys() - known:
        odd = sorted(own.keys() - known)
        raise Problem(422, errors=[(f"own_fields.{key}", "There is no such field.") for key in odd])
    typed = {name: _as_typed(value) for name, value in said.items() if name != "own_fields"}
    return {**typed, **{_OWN_INPUT + key: _as_typed(value) for key, value in own.items()}}


def _as_typed(value: Any) -> Any:
    if isinstance(value, list):
        return [str(one) for one in value]
    return "" if value is None else value if isinstance(value, dict) else str(value)


def _refuse(form: forms.BaseForm, names: Iterable[str]) -> None:
    form.is_valid()
    wanted = {*names, "__all__"}
    errors = [(_told_name(name), str(word)) for name, words in form.errors.items() if name in wanted for word in words]
    if errors:
        raise Problem(422, errors=errors)


def _told_name(name: str) -> str:
    if name.startswith(_OWN_INPUT):
        return f"own_fields.{name.removeprefix(_OWN_INPUT)}"
    return "" if name == "__all__" else _NAMES.get(name, name)


# -- phones, contacts, contact persons, further addresses --------------------------------------------------------------


def said_of(given: Given) -> dict[str, Any]:
    """What was really sent, with the columns' names."""
    said = given.model_dump(exclude_unset=True)
    return {"raw" if name == "number" and "number" in said else name: value for name, value in said.items()}


def refuse_fixed(user: User, about: str, names: Iterable[str]) -> None:
    """Raises Problem for a field that the user's roles do not let them change. `about`: the kind of record."""
    if not all(may_change(user, about, name) for name in ("", *names)):
        raise Problem(403, "The role of the user does not let them change this.")


def add_row(customer: Customer, kind: str, said: Mapping[str, Any], user: User) -> Any:
    """The new row; of a number that the customer has already, that one. Raises Problem."""
    refuse_fixed(user, ABOUT[kind], said)
    return _add_row(customer, kind, said, user)


def _add_row(customer: Customer, kind: str, said: Mapping[str, Any], user: User) -> Any:
    """Of a new customer all is told."""
    rows = KINDS[kind]
    related = getattr(customer, rows.related_name)
    if related.count() >= MOST_ROWS:
        raise Problem(409, f"A customer has at most {MOST_ROWS} {kind}.")
    form = rows.form(_typed_row({"raw" if name == "number" else name: value for name, value in said.items()}))
    _refuse(form, form.fields)
    if form.is_empty:
        raise Problem(422, errors=[(_told_name(form.mains[0]), "This is missing.")])
    values = {name: form.cleaned_data[name] for name in form.names}
    rows.add(customer=customer, by=user, **values)
    if kind == "phones":
        same = related.filter(raw=values["raw"]).order_by("-pk").first()
        return same or related.order_by("-pk").first()
    return related.order_by("-pk").first()


def change_row(row: Any, kind: str, said: Mapping[str, Any], user: User) -> None:
    """Raises Problem."""
    refuse_fixed(user, ABOUT[kind], said)
    rows = KINDS[kind]
    now = {name: _held(row, name) for name in rows.form.names}
    form = rows.form(_typed_row({**now, **said}))
    _refuse(form, form.fields)
    if form.is_empty:
        raise Problem(422, errors=[(_told_name(form.mains[0]), "This is missing.")])
    if said:
        rows.change(row, changes={name: form.cleaned_data[name] for name in said}, old=None, by=user)


def _held(row: Any, name: str) -> Any:
    if name == "person" and not hasattr(row, "person"):
        return row.contact_person.name if row.contact_person else ""
    return getattr(row, name)


def _typed_row(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, bool) else _as_typed(value) for name, value in said.items()}
