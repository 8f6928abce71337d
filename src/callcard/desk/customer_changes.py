"""A step of a customer's history, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.customers.languages import language_name
from callcard.customers.models import Contact, Customer, OwnField
from callcard.customers.own_fields import is_seen_by, shown
from callcard.customers.record import OWN
from callcard.customers.veil import records_hidden_from, values_seen_by
from callcard.desk.customer_entries import Entry, Names
from callcard.desk.customer_values import LABELS, ROW_LABELS, Label
from callcard.kit.remembered import Remembered
from callcard.sales.models import Order, Payment
from callcard.staff.directory.settings_forms import DirectoryForm
from callcard.staff.models import Change, User
from callcard.staff.places import countries
from callcard.staff.single_sign_on.forms import GroupForm, ProviderForm
from callcard.tasks.models import Task
from callcard.ui.writing import day, full_moment, money

NAMES_OF_KINDS: dict[str, Label] = {
    "customer": gettext_lazy("Customer"),
    "phone": gettext_lazy("Number"),
    "contact": gettext_lazy("Contact"),
    "person": gettext_lazy("Contact person"),
    "address": gettext_lazy("Address"),
    "note": gettext_lazy("Note"),
    "file": gettext_lazy("File"),
    "consent": gettext_lazy("Consent"),
    "order": gettext_lazy("Order"),
    "payment": gettext_lazy("Payment"),
    "task": gettext_lazy("Task"),
    "dial": gettext_lazy("Call by button"),
    "dial-rules": gettext_lazy("Rules for calls"),
    "price-list": gettext_lazy("Price list"),
    "budget": gettext_lazy("Budget"),
    "role": gettext_lazy("Role"),
    "role-terms": gettext_lazy("How a role signs in"),
    "single-sign-on": gettext_lazy("Single sign-on"),
    "sign-in-group": gettext_lazy("Group and its roles"),
    "directory": gettext_lazy("Directory (LDAP)"),
    "user": gettext_lazy("Colleague"),
    "webhook": gettext_lazy("Webhook"),
    "see-as": gettext_lazy("Seeing as somebody else"),
}
_NEEDS = {
    "order": "sales.see",
    "payment": "sales.see",
    "task": "tasks.see",
    "dial": "calls.see",
    "price-list": "costs.see",
    "budget": "costs.see",
    "role": "staff.see",
    "role-terms": "staff.see",
    "single-sign-on": "staff.roles",
    "sign-in-group": "staff.roles",
    "directory": "staff.roles",
    "user": "staff.see",
    "see-as": "staff.roles",
}
_MODELS: dict[str, type[models.Model]] = {"order": Order, "payment": Payment, "task": Task, "user": User}
# Settings are called as in their windows.
_FORMS: dict[str, type[forms.Form]] = {
    "single-sign-on": ProviderForm,
    "sign-in-group": GroupForm,
    "directory": DirectoryForm,
}
# What follows from other fields, or tells a person nothing.
UNTOLD_FIELDS = {
    "e164",
    "is_valid_looking",
    "path",
    "media_type",
    "contact_person",
    "removed_at",
    "written_at",
    "author",
}
UNTOLD_FIELDS |= {"uploaded_by", "uploaded_at", "size_bytes", "version", "done_by"}
_MAIN = {"phone": "raw", "contact": "value", "person": "name", "address": "line", "note": "text", "file": "name"}
_FLAGS: dict[str, Label] = {
    "is_preferred": gettext_lazy("Preferred"),
    "do_not_call": gettext_lazy("Do not call"),
    "is_cancelled": gettext_lazy("Cancelled"),
    "done_at": gettext_lazy("Done"),
    "lines": gettext_lazy("Lines"),
    "roles": gettext_lazy("Roles"),
    "rights": gettext_lazy("Rights"),
    "scope": gettext_lazy("Whose records"),
    "merged": gettext_lazy("Taken in"),
    "merged_into": gettext_lazy("Now a part of"),
}
_ACTIONS: dict[str, Label] = {action.value: action.label for action in Change.Action}
_LONGEST = 120
own_fields_by_key = Remembered(lambda: {field.key: field for field in OwnField.objects.all()})


def change_entry(change: Change, user: User, names: Names) -> Entry | None:
    """None when nothing of it is for this user's eyes: fields that their role does not see."""
    before, after = seen_by(change.about, change.before, user), seen_by(change.about, change.after, user)
    if not before and not after and (change.before or change.after):
        return None
    return Entry(
        "change",
        change.pk,
        change.at,
        "history",
        title_of(change),
        text=_text(change, before, after),
        url=reverse("customer-history", args=[change.customer_id]) if change.customer_id else "",
        who=names.get(change.by_id or 0, ""),
    )


def unseen_kinds(user: User) -> list[str]:
    """Of what this user reads nothing in histories: records of modules that no role of theirs lets them see."""
    return [*(about for about, right in _NEEDS.items() if not user.may(right)), *records_hidden_from(user)]


def seen_by(about: str, values: Mapping[str, Any], user: User) -> dict[str, Any]:
    return {name: value for name, value in values_seen_by(user, about, values).items() if may_see(name, user)}


def may_see(name: str, user: User) -> bool:
    if not name.startswith(OWN):
        return name != "own_fields"
    field = own_fields_by_key.get().get(name.removeprefix(OWN))
    return field is None or is_seen_by(field, user)


def title_of(change: Change) -> str:
    about, does = str(NAMES_OF_KINDS.get(change.about, change.about)), _ACTIONS.get(change.action, change.action)
    return f"{about}: {does}" if about else str(does)


def _text(change: Change, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    main = _MAIN.get(change.about)
    if main and (not change.before or not change.after):
        return _short(str((after or before).get(main, "") or ""))
    if change.about == "customer" and not change.before:
        return _short(str(after.get("name", "")))
    steps = [_step(change.about, name, before, after) for name in {**before, **after} if name not in UNTOLD_FIELDS]
    return "; ".join(steps)


def _step(about: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    was, now = (value_in_words(name, side.get(name), side) for side in (before, after))
    return f"{field_label(about, name)}: {was or '—'} → {now or '—'}"


def field_label(about: str, name: str) -> str:
    if name.startswith(OWN):
        field = own_fields_by_key.get().get(name.removeprefix(OWN))
        return field.name if field else name.removeprefix(OWN)
    if about in _FORMS and name in _FORMS[about].base_fields:
        return str(_FORMS[about].base_fields[name].label)
    label = _FLAGS.get(name) or ROW_LABELS.get(about, LABELS).get(name)
    if label is None and about in _MODELS and name in {each.name for each in _MODELS[about]._meta.fields}:
        words = str(getattr(_MODELS[about]._meta.get_field(name), "verbose_name", name))
        return words[:1].upper() + words[1:]
    return str(label or name)


def value_in_words(name: str, value: Any, side: Mapping[str, Any]) -> str:
    if value in (None, "", []):
        return ""
    if name.startswith(OWN):
        field = own_fields_by_key.get().get(name.removeprefix(OWN))
        return _short(shown(field, value) if field else str(value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Mapping):
        return _short(str(value.get("name", "")))
    if isinstance(value, list):
        return _short(", ".join(value_in_words("", one, {}) for one in value))
    return _short(_written(name, str(value), side))


def _written(name: str, text: str, side: Mapping[str, Any]) -> str:
    """Codes by their names, times and amounts as people here write them."""
    try:
        if name in {"birthday", "due_on"}:
            return day(date.fromisoformat(text))
        if name.endswith("_at"):
            return full_moment(datetime.fromisoformat(text))
        if name in {"total", "amount"} and side.get("currency"):
            return money(Decimal(text), str(side["currency"]))
    except (ValueError, InvalidOperation):
        return text
    named = _NAMED.get(name)
    return named(text) if named else text


def _name_of_kind(text: str) -> str:
    return str({**dict(Customer.Kind.choices), **dict(Contact.Kind.choices)}.get(text, text))


_NAMED: dict[str, Callable[[str], str]] = {
    "portrait": lambda _text: _("a photo"),
    "client_secret": lambda _text: _("a new one"),
    "bind_password": lambda _text: _("a new one"),
    "country": lambda code: dict(countries()).get(code, code),
    "kind": _name_of_kind,
    "language": language_name,
}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
