"""Rows of a file whose customers are here already change them, some at once, and their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone

from callcard.customers.models import Contact, ContactPerson, Customer, CustomerTag, Phone, Tag, by_customer, folded
from callcard.customers.record import TAGS, customer_snapshot, row_snapshot, without_empty
from callcard.customers.transfer.choices import OVERWRITE
from callcard.customers.transfer.planning import Entry
from callcard.customers.veil import may_change
from callcard.staff.history import a_change, record_changes
from callcard.staff.models import Change, User
from callcard.telephony.numbers import ReadNumber


@dataclass(slots=True)
class Rows:
    """What belongs to customers, collected so that each table is written once."""

    phones: list[Phone] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    persons: list[ContactPerson] = field(default_factory=list)
    tags: list[CustomerTag] = field(default_factory=list)

    def write(self) -> None:
        Phone.objects.bulk_create(self.phones)
        Contact.objects.bulk_create(self.contacts)
        ContactPerson.objects.bulk_create(self.persons)
        CustomerTag.objects.bulk_create(self.tags, ignore_conflicts=True)

    def add(self, customer: Customer, entry: Entry, *, is_first_preferred: bool) -> None:
        for place, (number, label) in enumerate(entry.phones):
            self.phones.append(_phone(customer, number, label, is_preferred=is_first_preferred and not place))
        self.contacts += [Contact(customer=customer, kind=kind, value=value) for kind, value in entry.contacts]
        self.persons += [ContactPerson(customer=customer, name=name) for name in entry.persons]
        self.tags += [CustomerTag(customer=customer, tag_id=pk) for pk in entry.tags]


def _phone(customer: Customer, number: ReadNumber, label: str, *, is_preferred: bool) -> Phone:
    return Phone(
        customer=customer,
        raw=number.raw[:64],
        e164=number.e164,
        ending=number.ending,
        is_valid_looking=number.is_valid,
        label=label[:40],
        is_preferred=is_preferred,
    )


class Update:
    """Rows whose customers are there already, for one transaction. Empty cells take nothing away, and fields that the
    roles of `by` do not let them change stay as they are."""

    def __init__(self, pairs: Sequence[tuple[Entry, int]], *, duplicates: str, by: User, batch: str) -> None:
        self.pairs, self.by, self.batch = pairs, by, batch
        self.overwrites = duplicates == OVERWRITE
        ids = [pk for _entry, pk in pairs]
        related = ("category", "stage", "source", "responsible")
        locked = Customer.objects.select_for_update(of=("self",)).select_related(*related)
        self.customers = {one.pk: one for one in locked.filter(pk__in=ids, archived_at=None)}
        self.phones = by_customer(Phone.objects.filter(customer__in=ids))
        self.contacts = by_customer(Contact.objects.filter(customer__in=ids))
        self.persons = by_customer(ContactPerson.objects.filter(customer__in=ids))
        self.tags: dict[int, set[int]] = {}
        for pk, tag in CustomerTag.objects.filter(customer__in=ids).values_list("customer_id", "tag_id"):
            self.tags.setdefault(pk, set()).add(tag)
        self.rows, self.steps = Rows(), list[Change | None]()

    def write(self) -> list[int]:
        """The numbers of the rows that changed something. A customer that is gone meanwhile is left alone."""
        changed = [entry.number for entry, pk in self.pairs if pk in self.customers and self._row(entry, pk)]
        self.rows.write()
        self.steps += [self._step(row, {}, row_snapshot(row)) for row in self._fresh()]
        record_changes(self.steps)
        written = [pk for entry, pk in self.pairs if entry.number in changed]
        Customer.objects.filter(pk__in=written).update(changed_at=timezone.now())
        return changed

    def _fresh(self) -> list[Phone | Contact | ContactPerson]:
        return [*self.rows.phones, *self.rows.contacts, *self.rows.persons]

    def _row(self, entry: Entry, pk: int) -> bool:
        customer = self.customers[pk]
        has_columns = self._columns(customer, entry)
        fresh = Entry(entry.number)
        numbers = {phone.e164 or phone.raw for phone in self.phones.get(pk, ())}
        if may_change(self.by, "phone", ""):
            fresh.phones = [(n, label) for n, label in entry.phones if (n.e164 or n.raw) not in numbers]
        ways = {(way.kind, way.value.lower()) for way in self.contacts.get(pk, ())}
        if may_change(self.by, "contact", ""):
            fresh.contacts = [(kind, value) for kind, value in entry.contacts if (kind, value.lower()) not in ways]
        people = {folded(person.name) for person in self.persons.get(pk, ())}
        fresh.persons = [name for name in entry.persons if folded(name) not in people]
        fresh.tags = [tag for tag in entry.tags if tag not in self.tags.get(pk, ())]
        self.rows.add(customer, fresh, is_first_preferred=not numbers)
        if fresh.tags:
            self._tag_step(customer, fresh.tags)
        return has_columns or bool(fresh.phones or fresh.contacts or fresh.persons or fresh.tags)

    def _columns(self, customer: Customer, entry: Entry) -> bool:
        before = customer_snapshot(customer, with_tags=False)
        given = {name: value for name, value in entry.columns.items() if may_change(self.by, "customer", name)}
        written = [name for name, value in given.items() if self._may(getattr(customer, name), value)]
        for name in written:
            setattr(customer, name, entry.columns[name])
        own = {key: value for key, value in entry.own.items() if self._may(customer.own_fields.get(key), value)}
        if own:
            customer.own_fields = {**customer.own_fields, **own}
        if not written and not own:
            return False
        customer.save(update_fields=[*written, *(["own_fields"] if own else [])])
        self.steps.append(self._step(customer, before, customer_snapshot(customer, with_tags=False)))
        return True

    def _may(self, has: Any, value: Any) -> bool:
        return has != value and (self.overwrites or has in (None, "", []))

    def _tag_step(self, customer: Customer, added: list[int]) -> None:
        had = self.tags.get(customer.pk, set())
        self.tags[customer.pk] = had | set(added)
        before, after = {TAGS: _tag_list(had)}, {TAGS: _tag_list(had | set(added))}
        self.steps.append(self._step(customer, before, after))

    def _step(self, row: models.Model, before: dict[str, Any], after: dict[str, Any]) -> Change | None:
        is_customer = isinstance(row, Customer)
        return a_change(
            about="customer" if is_customer else _ABOUT[type(row)],
            object_id=row.pk,
            customer_id=row.pk if is_customer else row.customer_id,  # type: ignore[attr-defined]
            action=Change.Action.CHANGED if is_customer else Change.Action.CREATED,
            before=before,
            after=after if is_customer else without_empty(after),
            by=self.by,
            batch=self.batch,
        )


_ABOUT: dict[type[models.Model], str] = {Phone: "phone", Contact: "contact", ContactPerson: "person"}


def _tag_list(ids: set[int]) -> list[dict[str, Any]]:
    return [{"id": tag.pk, "name": tag.name} for tag in Tag.objects.filter(pk__in=ids).order_by("pk")]
