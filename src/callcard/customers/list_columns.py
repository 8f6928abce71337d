"""Columns of the list of customers: what they are called, how they are filtered, ordered and grouped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from callcard.customers.consent.models import Consent
from callcard.customers.list_entries import Entries, read_entries
from callcard.customers.models import Customer, OwnField
from callcard.customers.own_fields import fields_seen_by
from callcard.customers.transfer.models import Import
from callcard.customers.veil import columns_hidden_from
from callcard.staff.kept_queries import KeptQuery, KeptQueryOfMany, KeptWhole
from callcard.staff.models import User
from callcard.staff.places import countries
from callcard.staff.visibility import visible_to
from callcard.ui.lists import Column, Kind
from callcard.ui.writing import day

IMPORT = "import"
_IMPORTS_OFFERED = 30
CALLS = "calls_consent"
OWN = "own-"
"""What the key of an own field's column begins with."""
_KINDS: dict[str, Kind] = {
    OwnField.Kind.TEXT: "text",
    OwnField.Kind.LINK: "text",
    OwnField.Kind.NUMBER: "number",
    OwnField.Kind.MONEY: "money",
    OwnField.Kind.DATE: "date",
    OwnField.Kind.YES_NO: "yesno",
    OwnField.Kind.CHOICE: "choice",
    OwnField.Kind.CHOICES: "choices",
}


def columns_for(user: User, entries: Entries | None = None) -> list[Column]:
    """Those that this user may see, own fields last. `entries`: what is read already."""
    entries = entries or read_entries()
    own = fields_seen_by(user, [field for field in entries.own_fields if field.archived_at is None])
    hidden = columns_hidden_from(user)
    fixed = [column for column in _fixed(user, entries) if column.key not in hidden]
    return [*fixed, *_imports(user), *(_own(field) for field in own)]


def _fixed(user: User, entries: Entries) -> list[Column]:
    kinds = tuple((str(value), str(label)) for value, label in Customer.Kind.choices)
    people = people_of(user)
    return [
        Column("name", _("Name"), sort="search_name", has_filter=False),
        Column("phones", _("Numbers"), has_filter=False),
        _chosen("category", _("Category"), _named(entries.categories), is_shown=True),
        _chosen("stage", _("Stage"), _named(entries.stages)),
        _chosen("tags", _("Tags"), _named(entries.tags), kind="choices", is_shown=True),
        Column("city", _("City"), "text", sort="city"),
        _chosen("responsible", _("Responsible"), people, is_shown=True),
        _chosen("source", _("Source"), _named(entries.sources)),
        Column("kind", _("Kind"), "choice", options=kinds, can_group=True, is_shown=False, may_be_empty=False),
        Column("country", _("Country"), "choice", options=tuple(countries()), is_shown=False),
        Column("contacts", _("E-mail"), has_filter=False, is_shown=False),
        Column("birthday", _("Birthday"), "date", sort="birthday", is_shown=False),
        Column("created", _("Entered"), "date", sort="id", is_shown=False, may_be_empty=False),
        Column(CALLS, _("Consent for calls"), "choice", options=_answers(), is_shown=False),
        Column("archived", _("Archived"), "yesno", is_shown=False, may_be_empty=False),
    ]


def _answers() -> tuple[tuple[str, str], ...]:
    return tuple((value, str(label)) for value, label in Consent.Answer.choices if value)


def _imports(user: User) -> list[Column]:
    """By which file they came; only where files were imported."""
    mine = _ALL_IMPORTS.rows() if user.may("customers.all_imports") else _IMPORTS.rows(user.pk)
    options = tuple((str(one.pk), f"{one.name} · {day(one.applied_at)}") for one in mine)
    column = Column(IMPORT, _("Import"), "choice", options=options, is_shown=False, may_be_empty=False)
    return [column] if options else []


def _done(imports: QuerySet[Import]) -> QuerySet[Import]:
    return imports.filter(state=Import.State.DONE).only("name", "applied_at").order_by("-pk")[:_IMPORTS_OFFERED]


def current_tags(entries: Entries) -> tuple[tuple[str, str], ...]:
    """(id, name) of those that are not archived."""
    return _named(tag for tag in entries.tags if tag.archived_at is None)


def _chosen(
    key: str, title: str, options: tuple[tuple[str, str], ...], *, kind: Kind = "choice", is_shown: bool = False
) -> Column:
    return Column(key, title, kind, options=options, can_group=True, is_shown=is_shown)


def _own(field: OwnField) -> Column:
    options: Iterable[dict[str, str]] = field.options or ()
    chosen = tuple((str(one.get("value", "")), str(one.get("name", ""))) for one in options)
    kind = _KINDS[field.kind]
    grouped = kind in ("choice", "choices")
    sort = "own_fields" if kind in ("number", "date") else ""
    return Column(f"{OWN}{field.key}", field.name, kind, sort, chosen, can_group=grouped, is_shown=field.on_list)


def without_words(column: Column) -> str:
    """What those are called who have nothing in this column."""
    known = {
        "category": _("No category"),
        "stage": _("No stage"),
        "tags": _("No tags"),
        "responsible": _("Nobody responsible"),
        "source": _("No source"),
        CALLS: _("Not asked"),
    }
    return known.get(column.key) or _("%(column)s: none") % {"column": column.title}


def _named(entries: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(one.pk), one.name) for one in entries)


def people_of(user: User) -> tuple[tuple[str, str], ...]:
    """Users whose customers this user sees."""
    seen = visible_to(user).responsible_ids
    people = _ALL_PEOPLE.rows() if seen is None else _PEOPLE.rows(sorted(seen))
    return tuple((str(one.pk), one.shown_name) for one in people)


def _people() -> QuerySet[User]:
    return User.objects.only("first_name", "last_name", "username").order_by("first_name", "last_name", "username")


# Asked for with every page of every list.
_ALL_PEOPLE = KeptWhole(lambda: _people().filter(is_active=True))
_PEOPLE = KeptQueryOfMany(lambda pks: _people().filter(pk__in=pks))
_ALL_IMPORTS = KeptWhole(lambda: _done(Import.objects.all()))
_IMPORTS = KeptQuery(lambda pk: _done(Import.objects.filter(user=pk)))
