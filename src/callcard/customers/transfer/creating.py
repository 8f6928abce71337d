"""Rows of a file become customers, some at once: everything of them, their history and what they are found by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils import timezone

from callcard.customers import grams
from callcard.customers.list_index import Listed, listed, write_new
from callcard.customers.models import Contact, ContactPerson, Customer, CustomerTag, OwnField, Phone, folded
from callcard.customers.own_fields import default_values
from callcard.customers.record import OWN, without_empty
from callcard.customers.rows_at_once import Row, fresh_ids, insert_prepared, prepared
from callcard.customers.search_documents import Ready, ready
from callcard.customers.search_documents import insert as add_to_index
from callcard.customers.search_index import listed_facts, new_document
from callcard.customers.transfer.planning import Entry
from callcard.staff.models import Change, User

_RELATED = ("category", "stage", "source", "responsible")
_TEXTS = ("name", "language", "country", "city", "address", "postal_code", "note")
_TIMES = ("created_at", "changed_at")
_COLUMNS = ("kind", *_TEXTS, "birthday", "own_fields", *(f"{name}_id" for name in _RELATED), "search_name", "portrait")
_PHONE = ("raw", "e164", "ending", "is_valid_looking", "label", "is_preferred", "person", "do_not_call")
_CONTACT = ("kind", "value", "label")
_PERSON = ("name", "role", "note")
_CHANGE = ("object_id", "customer_id", "after", "at", "by_id", "about", "action", "before", "batch")


@dataclass(frozen=True, slots=True)
class OwnFields:
    """Of the company: what a new customer has in them, the id and the kind of each, and the kinds alone.

    `known_words`: of names, see search_documents.insert.
    """

    defaults: dict[str, Any]
    fields: dict[str, tuple[int, str]]
    kinds: dict[str, str]
    known_words: set[str] = field(default_factory=set)

    @classmethod
    def read(cls) -> OwnFields:
        fields = {key: (pk, kind) for pk, key, kind in OwnField.objects.values_list("pk", "key", "kind")}
        return cls(default_values(), fields, {key: kind for key, (_pk, kind) in fields.items()})


class Fresh(NamedTuple):
    """A new customer as rows of every table, without their ids and times: all work that needs no transaction."""

    columns: Row
    phones: list[Row]
    contacts: list[Row]
    persons: list[Row]
    tags: list[int]
    after: str  # of the step in the history
    found_by: Ready
    listed: Listed


def prepare(entry: Entry, own: OwnFields) -> Fresh:
    values = _values_of(entry, own)
    kinds, custom, name = own.kinds, values["own_fields"], folded(values["name"])
    related = [values[one] and values[one].pk for one in _RELATED]
    row = {**values, "id": 0, "kind": str(values["kind"]), "archived_at": None, "search_name": name}
    row |= {f"{one}_id": pk for one, pk in zip(_RELATED, related, strict=True)}
    texts = [values[one] for one in _TEXTS]
    columns = [row["kind"], *texts, values["birthday"], custom, *related, name, ""]
    return Fresh(
        columns=prepared(Customer, _COLUMNS, [columns])[0],
        phones=list(_phone_rows(entry)),
        contacts=[(*way, "") for way in entry.contacts],
        persons=[(person, "", "") for person in entry.persons],
        tags=list(dict.fromkeys(entry.tags)),
        after=prepared(Change, ("after",), [[_after(values)]])[0][0],
        found_by=ready(new_document(row, _parts(entry), tags=entry.tags, kinds=kinds)),
        listed=listed(row, listed_facts(custom, entry.tags, kinds), own.fields),
    )


def create(fresh: Sequence[Fresh], *, own: OwnFields, by: User, batch: str) -> int:
    """How many new customers, inside the caller's transaction. What came with one has no step of its own in history."""
    if not fresh:
        return 0
    now = prepared(Customer, ("created_at",), [[timezone.now()]])[0][0]
    pairs = list(zip(fresh_ids(Customer, len(fresh)), fresh, strict=True))
    insert_prepared(
        Customer,
        ("id", *_COLUMNS, "created_by_id", *_TIMES),
        [(pk, *one.columns, by.pk, now, now) for pk, one in pairs],
    )
    insert_prepared(Phone, ("customer_id", *_PHONE), [(pk, *row) for pk, one in pairs for row in one.phones])
    insert_prepared(Contact, ("customer_id", *_CONTACT), [(pk, *row) for pk, one in pairs for row in one.contacts])
    insert_prepared(ContactPerson, ("customer_id", *_PERSON), [(pk, *row) for pk, one in pairs for row in one.persons])
    insert_prepared(CustomerTag, ("customer_id", "tag_id"), [(pk, tag) for pk, one in pairs for tag in one.tags])
    step = (now, by.pk, "customer", Change.Action.IMPORTED.value, "{}", batch)
    insert_prepared(Change, _CHANGE, [(pk, pk, one.after, *step) for pk, one in pairs])
    add_to_index([(pk, one.found_by) for pk, one in pairs], own.known_words)
    write_new((pk, one.listed) for pk, one in pairs)
    return len(pairs)


def _values_of(entry: Entry, own: OwnFields) -> dict[str, Any]:
    """Every column that an import can say, by its field's name."""
    empty = {**dict.fromkeys(_TEXTS, ""), **dict.fromkeys((*_RELATED, "birthday"))}
    return {**empty, "kind": Customer.Kind.PERSON, **entry.columns, "own_fields": {**own.defaults, **entry.own}}


def _parts(entry: Entry) -> Iterator[tuple[str, str]]:
    """As search_index reads them of a customer who is there."""
    for number, _label in entry.phones:
        yield "phone", number.e164 or number.raw
        if number.e164 and grams.digits_of(number.raw).lstrip("0") not in number.e164:
            yield "phone", number.raw
    yield from (("contact", value) for _kind, value in entry.contacts)
    yield from (("person", name) for name in entry.persons)


def _phone_rows(entry: Entry) -> Iterator[Row]:
    for place, (number, label) in enumerate(entry.phones):
        read = (number.raw[:64], number.e164, number.ending, number.is_valid)
        yield (*read, label[:40], place == 0, "", False)


def _after(values: dict[str, Any]) -> dict[str, Any]:
    """As record.customer_snapshot would keep it."""
    after = {name: values[name] for name in _TEXTS}
    after |= {name: values[name] and {"id": values[name].pk, "name": str(values[name])} for name in _RELATED}
    after |= {"kind": str(values["kind"]), "birthday": values["birthday"] and values["birthday"].isoformat()}
    after |= {f"{OWN}{key}": value for key, value in values["own_fields"].items()}
    return without_empty(after)
