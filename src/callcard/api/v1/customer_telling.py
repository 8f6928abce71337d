"""A customer as JSON. Everything that the API tells of customers is made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from callcard.api.v1.types import day, moment, money, named
from callcard.customers.consent.models import Consent
from callcard.customers.models import Address, Contact, ContactPerson, Customer, CustomerTag, Phone, by_customer
from callcard.customers.own_fields import fields_seen_by
from callcard.customers.veil import Row, veiled
from callcard.sales.models import Balance
from callcard.staff.kept_queries import KeptQuery, KeptQueryOfMany
from callcard.staff.models import User
from callcard.staff.visibility import SALES, scope_of, visible_to

Json = dict[str, Any]
_RELATED = ("category", "stage", "source", "responsible")
_ONE = KeptQuery(lambda pk, user: Customer.objects.visible_to(user).filter(pk=pk).select_related(*_RELATED))
_MANY = KeptQueryOfMany(lambda pks: Customer.objects.filter(pk__in=pks).select_related(*_RELATED))
_PHONES = KeptQueryOfMany(lambda pks: Phone.objects.filter(customer__in=pks).order_by("-is_preferred", "pk"))
_CONTACTS = KeptQueryOfMany(
    lambda pks: Contact.objects.filter(customer__in=pks).select_related("contact_person").order_by("pk")
)
_PERSONS = KeptQueryOfMany(lambda pks: ContactPerson.objects.filter(customer__in=pks).order_by("pk"))
_ADDRESSES = KeptQueryOfMany(lambda pks: Address.objects.filter(customer__in=pks).order_by("pk"))
_TAGS = KeptQueryOfMany(
    lambda pks: CustomerTag.objects.filter(customer__in=pks).select_related("tag").order_by("tag__position", "tag_id")
)
_CONSENTS = KeptQueryOfMany(lambda pks: Consent.objects.filter(customer__in=pks).order_by("pk"))
_OWED = KeptQueryOfMany(
    lambda pks: Balance.objects.filter(customer__in=pks).exclude(owed=0).order_by("-owed", "currency")
)


def customer_seen_by(user: User, pk: int) -> Customer | None:
    """None for whom the user may not see."""
    return next(iter(_ONE.rows(pk, user, scope=scope_of(user))), None)


def customers_told(customers: Sequence[Customer], user: User) -> list[Json]:
    """`customers`: some that the user may see, in an order that is kept."""
    rows = {one.pk: one for one in _MANY.rows([one.pk for one in customers])}
    return [*told([rows[one.pk] for one in customers if one.pk in rows], user)]


def customer_told(customer: Customer, user: User) -> Json:
    return told([customer], user)[0]


def told(customers: Sequence[Customer], user: User) -> list[Json]:
    """With whom they belong to read already, as `customer_seen_by` does."""
    pks = [one.pk for one in customers]
    parts = {
        "phones": _by(_PHONES, pks, user),
        "contacts": _by(_CONTACTS, pks, user),
        "persons": _by(_PERSONS, pks, user),
        "addresses": _by(_ADDRESSES, pks, user),
        "tags": _by(_TAGS, pks, user),
        "consents": _by(_CONSENTS, pks, user),
        "owed": _by(_OWED, pks, user) if user.may("sales.see") else {},
    }
    own = [field.key for field in fields_seen_by(user)]
    return [_told(one, parts, own, user) for one in as_seen(customers, user)]


def as_seen(rows: Sequence[Row], user: User) -> Sequence[Row]:
    """Drawn over for this user; what is given may be written afterwards."""
    return rows if user.veil is None else veiled([copy(row) for row in rows], user)


def _by(rows: KeptQueryOfMany[Any], pks: Sequence[int], user: User) -> Mapping[int, list[Any]]:
    return by_customer(veiled(rows.rows(pks), user))


def _told(one: Customer, parts: Mapping[str, Mapping[int, list[Any]]], own: Sequence[str], user: User) -> Json:
    def of(name: str) -> list[Any]:
        return parts[name].get(one.pk, [])

    sees_owed = visible_to(user, SALES).allows(one.responsible_id)
    return {
        "id": one.pk,
        "kind": one.kind,
        "name": one.name,
        "category": one.category and {"id": one.category.pk, "name": one.category.name},
        "stage": one.stage and {"id": one.stage.pk, "name": one.stage.name},
        "source": one.source and {"id": one.source.pk, "name": one.source.name},
        "tags": [{"id": row.tag_id, "name": row.tag.name} for row in of("tags")],
        "responsible": one.responsible and named(one.responsible.pk, one.responsible.shown_name),
        **{name: getattr(one, name) for name in ("language", "country", "city", "address", "postal_code")},
        "birthday": day(one.birthday),
        "note": one.note,
        "own_fields": {key: one.own_fields[key] for key in own if key in one.own_fields},
        "phones": [phone_told(row) for row in of("phones")],
        "contacts": [contact_told(row) for row in of("contacts")],
        "persons": [person_told(row) for row in of("persons")],
        "addresses": [address_told(row) for row in of("addresses")],
        "owed": [money(row.owed, row.currency) for row in of("owed")] if sees_owed else None,
        "consents": consents_told(of("consents")),
        "created_at": moment(one.created_at),
        "changed_at": moment(one.changed_at),
        "archived_at": moment(one.archived_at),
    }


def consents_told(rows: Sequence[Consent]) -> list[Json]:
    """`rows`: in the order in which they were noted; of each way the last one counts."""
    counting = {row.way: row for row in rows}
    return [
        {"way": row.way, "answer": row.answer, "said_on": day(row.said_on), "how": row.how} for row in counting.values()
    ]


def phone_told(row: Phone) -> Json:
    names = ("e164", "label", "person", "is_preferred", "do_not_call")
    return {"id": row.pk, "number": row.raw, **{name: getattr(row, name) for name in names}}


def contact_told(row: Contact) -> Json:
    person = row.contact_person.name if row.contact_person else ""
    return {"id": row.pk, "kind": row.kind, "value": row.value, "label": row.label, "person": person}


def person_told(row: ContactPerson) -> Json:
    return {"id": row.pk, "name": row.name, "role": row.role, "birthday": day(row.birthday), "note": row.note}


def address_told(row: Address) -> Json:
    return {"id": row.pk, **{name: getattr(row, name) for name in ("line", "city", "postal_code", "country", "label")}}
