"""The merge window's table: what each of the customers has, and what is chosen before anybody chose."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from callcard.customers.languages import language_name
from callcard.customers.merge_values import BOTH, FIELDS, PLACE, fields_of, is_empty, usual_choice, value_of
from callcard.customers.merging import Move, all_moves
from callcard.customers.models import Address, Contact, ContactPerson, Customer, CustomerTag, OwnField, Phone
from callcard.customers.own_fields import fields_seen_by, shown
from callcard.customers.record import OWN
from callcard.customers.veil import columns_hidden_from, veiled
from callcard.staff.models import User
from callcard.ui.writing import anniversary

_AS_COLUMN = {"place": "address"}
_LISTS = (Phone, Contact, ContactPerson, Address, CustomerTag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a list: `is_double` when one further to the left is the same."""

    pk: int
    text: str
    is_double: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    customer: Customer
    text: str = ""
    portrait: str = ""
    is_chosen: bool = False
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`name`: of the form's field. `table`: set for lists, whose lines are ticked one by one."""

    name: str
    label: str
    cells: tuple[Cell, ...]
    table: str = ""
    may_be_both: bool = False
    is_both: bool = False


def usual_kept(people: Sequence[Customer]) -> Customer:
    """The one of whom most is known; the older one of equals."""

    def known(one: Customer) -> tuple[int, int]:
        filled = sum(not is_empty(value_of(one, field)) for field in fields_of([one]))
        return -(filled + one.phones.count() + one.contacts.count()), one.pk

    return min(people, key=known)


def merge_rows(people: Sequence[Customer], user: User) -> list[Row]:
    """The kept one's column first. What is the same everywhere is no choice and is left out."""
    own = {field.key: field for field in fields_seen_by(user)}
    hidden = columns_hidden_from(user)
    seen = {field for field in FIELDS if _AS_COLUMN.get(field, field) not in hidden}
    fields = [field for field in fields_of(people) if field in seen or field.removeprefix(OWN) in own]
    rows = [_field_row(people, field, own) for field in fields if _differ(people, field)]
    lists = [_list_row(people, move, user) for move in all_moves() if move.model in _LISTS]
    return [*rows, *(row for row in lists if any(cell.lines for cell in row.cells))]


def _differ(people: Sequence[Customer], field: str) -> bool:
    values = [value_of(one, field) for one in people]
    return field == "name" or any(value != values[0] for value in values)


def _field_row(people: Sequence[Customer], field: str, own: dict[str, OwnField]) -> Row:
    chosen = usual_choice(people, field)
    filled = [value for one in people if not is_empty(value := value_of(one, field))]
    both = len(filled) > 1 and (field == "note" or all(isinstance(value, list) for value in filled))
    cells = tuple(
        Cell(
            customer=one,
            text=_text(one, field, own),
            portrait=one.portrait if field == "portrait" else "",
            is_chosen=one.pk == chosen,
        )
        for one in people
    )
    label = _label(field, own)
    return Row(name=f"field:{field}", label=label, cells=cells, may_be_both=both, is_both=chosen == BOTH)


def _label(field: str, own: dict[str, OwnField]) -> str:
    if field.startswith(OWN):
        return own[field.removeprefix(OWN)].name
    named = {"place": _("Address"), "portrait": _("Photo"), "responsible": _("Responsible")}
    label = named.get(field) or str(getattr(Customer._meta.get_field(field), "verbose_name", field))
    return label[:1].upper() + label[1:]


def _text(one: Customer, field: str, own: dict[str, OwnField]) -> str:
    if field.startswith(OWN):
        key = field.removeprefix(OWN)
        return shown(own[key], one.own_fields.get(key))
    if field == "place":
        return ", ".join(filter(None, (getattr(one, name) for name in (*PLACE[2:], *PLACE[1::-1]))))
    if field == "portrait":
        return ""
    if field == "birthday":
        return anniversary(one.birthday)
    if field == "language":
        return language_name(one.language) if one.language else ""
    if field == "responsible":
        return one.responsible.shown_name if one.responsible else ""
    return str(one.get_kind_display() if field == "kind" else getattr(one, field) or "")


def _list_row(people: Sequence[Customer], move: Move, user: User) -> Row:
    seen: set[Hashable] = set()
    names: dict[type[Any], str] = {
        Phone: _("Numbers"),
        Contact: _("Contacts"),
        ContactPerson: _("Contact persons"),
        Address: _("Further addresses"),
        CustomerTag: _("Tags"),
    }
    cells = tuple(Cell(customer=one, lines=tuple(_lines(one, move, seen, user))) for one in people)
    return Row(name=f"row:{move.table}", label=names[move.model], cells=cells, table=move.table)


def _lines(one: Customer, move: Move, seen: set[Hashable], user: User) -> Iterable[Line]:
    rows = move.model._default_manager.filter(customer_id=one.pk).order_by("pk")
    for row in rows.select_related("tag") if move.model is CustomerTag else rows:
        key = row.pk if move.key is None else move.key(row)  # of the row as it is, before it is drawn over
        for one_shown in veiled([row], user):
            yield Line(pk=row.pk, text=_line_text(one_shown), is_double=key in seen)
        seen.add(key)


def _line_text(row: Any) -> str:
    if isinstance(row, CustomerTag):
        return row.tag.name
    if isinstance(row, Phone):
        return " · ".join(filter(None, (row.raw, row.label, row.person, _("do not call") if row.do_not_call else "")))
    if isinstance(row, Contact):
        return f"{row.get_kind_display()}: {row.value}"
    return str(row)
