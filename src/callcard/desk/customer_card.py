"""What a customer's card as a window shows: read with a bounded number of queries, whatever happened with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from callcard.customers.consent.models import Consent
from callcard.customers.models import (
    Address,
    Contact,
    ContactPerson,
    Customer,
    CustomerFile,
    OwnField,
    Phone,
    Tag,
)
from callcard.customers.own_fields import current_fields, fields_seen_by
from callcard.customers.veil import veiled
from callcard.desk.customer_timeline import KINDS, Page, timeline
from callcard.desk.customer_values import Value, customer_values, own_values, row_values
from callcard.live.watching import watchers
from callcard.sales.models import Balance, Order
from callcard.staff.history import topic_of
from callcard.staff.kept_queries import KeptQuery
from callcard.staff.models import User
from callcard.staff.visibility import scope_of
from callcard.tasks.models import Task
from callcard.tasks.veil import veiled_tasks

PARTS = ("head", "reach", "persons", "about", "own", "note", "orders", "tasks")
"""Parts of the card, each drawn by desk/customer/<name>.html, and anew when somebody changes something."""
_ORDERS_SHOWN, _TASKS_SHOWN, _FILES_SHOWN = 12, 20, 6
# Asked with every card and every renewal of a watch, so without the ORM.
_NEWEST = """
SELECT (SELECT id FROM staff_change WHERE customer_id = %s ORDER BY id DESC LIMIT 1), c.id, c.outcome
FROM (SELECT 1 AS one) always LEFT JOIN
(SELECT id, outcome FROM calls_call WHERE customer_id = %s ORDER BY started_at DESC LIMIT 1) c ON 1 = 1
"""
_ABOUT = ("source", "language", "birthday")
_PLACE = ("address", "city", "postal_code", "country")
_CUSTOMER = KeptQuery(
    lambda pk, user: (
        Customer.objects.visible_to(user).filter(pk=pk).select_related("category", "stage", "source", "responsible")
    )
)
_CALLS = KeptQuery(lambda pk: Consent.objects.filter(customer_id=pk, way=Consent.Way.CALLS).order_by("-pk")[:1])
_TAGS = KeptQuery(lambda pk: Tag.objects.filter(customer_tags__customer_id=pk))
_DEBTS = KeptQuery(lambda pk: Balance.objects.filter(customer_id=pk).exclude(owed=0).order_by("-owed"))
_PHONES = KeptQuery(lambda pk: Phone.objects.filter(customer_id=pk).order_by("-is_preferred", "pk"))
_CONTACTS = KeptQuery(lambda pk: Contact.objects.filter(customer_id=pk).select_related("contact_person").order_by("pk"))
_PERSONS = KeptQuery(lambda pk: ContactPerson.objects.filter(customer_id=pk).order_by("pk"))
_ADDRESSES = KeptQuery(lambda pk: Address.objects.filter(customer_id=pk).order_by("pk"))
_FILES = KeptQuery(
    lambda pk: CustomerFile.objects.filter(customer_id=pk, removed_at=None).order_by("-uploaded_at")[:_FILES_SHOWN]
)
_CURRENT_ORDERS = KeptQuery(
    lambda pk, user: (
        Order.objects.visible_to(user)
        .filter(customer_id=pk, is_current=True)
        .select_related("state")
        .order_by("-ordered_at")[: _ORDERS_SHOWN + 1]
    )
)
_OPEN_TASKS = KeptQuery(
    lambda pk, user: (
        Task.objects.visible_to(user)
        .open()
        .filter(customer_id=pk)
        .select_related("assignee")
        .order_by(F("due_at").asc(nulls_last=True), "pk")[: _TASKS_SHOWN + 1]
    )
)


@dataclass(frozen=True, slots=True)
class Row:
    """A phone, contact, contact person or address, with its values by name."""

    row: Any
    values: dict[str, Value]


def read_customer(pk: int, user: User) -> Customer | None:
    """With what the card shows of related records; None for whom the user may not see."""
    return next(iter(_CUSTOMER.rows(pk, user, scope=scope_of(user))), None)


def card_context(customer: Customer, user: User) -> dict[str, Any]:
    """For the templates of all parts. `customer`: one that the user may see, and not to be saved afterwards."""
    veiled([customer], user)
    values = customer_values(customer, _TAGS.rows(customer.pk), user)
    return {
        "customer": customer,
        "value": values,
        "about": _told(values, _ABOUT),
        "place": _told(values, _PLACE),
        "own": own_values(own_fields_of_card(user), customer.own_fields),
        "debts": _debts(customer) if user.may("sales.see") else [],
        "refuses_calls": any(one.answer == Consent.Answer.REFUSED for one in _CALLS.rows(customer.pk)),
        "now": timezone.now(),
        **_reach(customer, user),
        **_work(customer, user),
    }


def _told(values: Mapping[str, Value], names: Iterable[str]) -> list[Value]:
    """Without those of which the user sees nothing and to which they can add nothing."""
    return [value for name in names if (value := values[name]).shown or not value.is_fixed]


def _debts(customer: Customer) -> list[dict[str, Any]]:
    return [{"owed": debt.owed, "ahead": -debt.owed, "currency": debt.currency} for debt in _DEBTS.rows(customer.pk)]


def own_fields_of_card(user: User) -> list[OwnField]:
    """In the administrator's order, those that stand on the card and that this user's role sees."""
    return [field for field in fields_seen_by(user, current_fields()) if field.on_card]


def _reach(customer: Customer, user: User) -> dict[str, Any]:
    pk = customer.pk
    return {
        "phones": _rows("phone", _PHONES.rows(pk), user),
        "contacts": _rows("contact", _CONTACTS.rows(pk), user),
        "persons": _rows("person", _PERSONS.rows(pk), user),
        "addresses": _rows("address", _ADDRESSES.rows(pk), user),
        "contact_kinds": Contact.Kind.choices,
        "files": _FILES.rows(pk),
    }


def _rows(about: str, rows: Iterable[Any], user: User) -> list[Row]:
    return [Row(row, row_values(about, row, user)) for row in veiled(rows, user)]


def _work(customer: Customer, user: User) -> dict[str, Any]:
    scope = scope_of(user)
    open_tasks = veiled_tasks(_OPEN_TASKS.rows(customer.pk, user, scope=scope), user)
    current = _CURRENT_ORDERS.rows(customer.pk, user, scope=scope)
    return {
        "orders": current[:_ORDERS_SHOWN],
        "has_more_orders": len(current) > _ORDERS_SHOWN,
        "tasks": open_tasks[:_TASKS_SHOWN],
        "has_more_tasks": len(open_tasks) > _TASKS_SHOWN,
    }


def timeline_context(customer: Customer, user: User, *, kind: str = "", after: str = "") -> dict[str, Any]:
    page: Page = timeline(customer, user, kind=kind, after=after)
    return {"customer": customer, "page": page, "kinds": KINDS, "kind": kind, "is_first": not after}


def others_here(customer: Customer, user: User) -> list[str]:
    """Names of the colleagues who have this card open too."""
    ids = [pk for pk in watchers(topic_of(customer.pk)) if pk != user.pk]
    people = User.objects.in_bulk(ids) if ids else {}
    return [people[pk].shown_name for pk in ids if pk in people and people[pk].is_active]


def newest_happening(customer: Customer) -> str:
    """Differs from what it was as soon as anything of the card changed; for pages that were not told."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [customer.pk, customer.pk])
        return "-".join(str(value or 0) for value in cursor.fetchone())
