"""Everything the program knows of a person, table by table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from callcard.calls.erasing import calls_of
from callcard.calls.missed.models import MissedCaller
from callcard.calls.models import CallNote
from callcard.calls.recordings.models import Listening, Recording
from callcard.customers.consent.models import Consent
from callcard.customers.erasing import Person
from callcard.customers.models import (
    Address,
    Contact,
    ContactPerson,
    Customer,
    CustomerFile,
    CustomerNote,
    CustomerTag,
    Phone,
)
from callcard.customers.transfer.models import ImportRow
from callcard.sales.models import Balance, Order, OrderLine, Payment
from callcard.staff.audit.models import Entry
from callcard.staff.models import Change
from callcard.tasks.models import Task

_AT_ONCE = 200
# Of use to the program only, or its own way of keeping what is told beside it.
_UNTOLD = frozenset(
    [
        "search_name",
        "ending",
        "path",
        "token",
        "peaks",
        "place",
        "tracking",
        "command_id",
        "key",
        "candidates",
        "version",
        "sha256",
        "checked_at",
        "is_deed",
        "last_call_id",
        "allocated",
    ]
)


@dataclass(frozen=True, slots=True)
class Section:
    """`key` names it in person.json."""

    key: str
    title: Any
    rows: Callable[[], models.QuerySet[Any]]

    def records(self) -> Iterator[models.Model]:
        """A few at a time: a person may have a hundred thousand calls."""
        last = 0
        while some := list(self.rows().filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
            yield from some
            last = some[-1].pk


def fields_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """What is told of a record of this table."""
    return [field for field in model._meta.concrete_fields if field.name not in _UNTOLD]


def sections_of(person: Person) -> Sequence[Section]:
    """Numbers that are now nobody's are the person's too, when they had them as they called."""
    return (*_record(person), *_business(person), *_calls(person), *_doings(person))


def _theirs(model: type[models.Model], person: Person, *related: str) -> Callable[[], models.QuerySet[Any]]:
    return lambda: model._default_manager.filter(customer__in=person.ids).select_related(*related)


def _record(person: Person) -> Iterator[Section]:
    related = ("category", "stage", "source", "responsible", "created_by")
    yield Section("customer", _("Record"), lambda: Customer.objects.filter(pk__in=person.ids).select_related(*related))
    yield Section("numbers", _("Numbers"), _theirs(Phone, person))
    yield Section("contacts", _("Contacts"), _theirs(Contact, person))
    yield Section("persons", _("Contact persons"), _theirs(ContactPerson, person))
    yield Section("addresses", _("Addresses"), _theirs(Address, person))
    yield Section("tags", _("Tags"), _theirs(CustomerTag, person, "tag"))
    yield Section("notes", _("Notes"), _theirs(CustomerNote, person, "author"))
    yield Section("consents", _("Consents"), _theirs(Consent, person, "noted_by"))
    yield Section("files", _("Files"), _theirs(CustomerFile, person, "uploaded_by"))
    yield Section("imported", _("Rows of imports"), lambda: ImportRow.objects.filter(customer_id__in=person.ids))


def _business(person: Person) -> Iterator[Section]:
    yield Section("orders", _("Orders"), _theirs(Order, person, "state", "responsible"))
    lines = OrderLine.objects.filter(order__customer__in=person.ids).select_related("order", "product")
    yield Section("order_lines", _("Lines of orders"), lambda: lines)
    yield Section("payments", _("Payments"), _theirs(Payment, person, "order", "method"))
    yield Section("balances", _("Balances"), _theirs(Balance, person))
    yield Section("tasks", _("Tasks"), _theirs(Task, person, "assignee", "created_by", "done_by"))


def _calls(person: Person) -> Iterator[Section]:
    keys = calls_of(person).values("pk")
    notes, heard = CallNote.objects.filter(call__in=keys), Listening.objects.filter(recording__call__in=keys)
    yield Section("calls", _("Calls"), lambda: calls_of(person).select_related("answered_by", "order"))
    yield Section("call_notes", _("Notes of calls"), lambda: notes.select_related("author"))
    yield Section("missed", _("Waiting to be called back"), _theirs(MissedCaller, person, "assignee"))
    yield Section("recordings", _("Recordings of calls"), lambda: Recording.objects.filter(call__in=keys))
    yield Section("listenings", _("Who listened"), lambda: heard.select_related("user"))


def _doings(person: Person) -> Iterator[Section]:
    changes = Change.objects.filter(customer_id__in=person.ids).select_related("by")
    yield Section("history", _("History"), lambda: changes)
    looked = Q(about="customer", object_id__in=person.ids)
    yield Section("looks", _("Who looked"), lambda: Entry.objects.filter(looked))
