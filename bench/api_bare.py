"""Bare Django views that send the bytes of the API: what somebody writes who wants these and nothing else.

Each signs its caller in by the same token, reads the same rows by `.values()` and answers with JsonResponse. There are
no roles, no scopes, no veils, no audit, no limits, no ETag and no reading of what is asked: a token sees all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from callcard.api.tokens.models import AccessToken
from callcard.api.tokens.services import hashed
from callcard.calls.models import Call, CallTagging, Segment
from callcard.customers.consent.models import Consent
from callcard.customers.models import Address, Contact, ContactPerson, Customer, CustomerTag, OwnField, Phone
from callcard.sales.models import Balance, Order, OrderLine
from callcard.tasks.models import Task

Row = dict[str, Any]
beside: Row = {}
"""`next` of the page that is asked for: signing a cursor is spared; and `number`, null where the API does not count."""
_COUNTED_UP_TO = 10_000
PAGE = 50
_PLAIN_JSON = {"ensure_ascii": False, "separators": (",", ":")}
_PEOPLE = ("pk", "first_name", "last_name", "username")


def _signed_in(view: Callable[..., Row]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answer(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        pk, _mark, secret = request.headers["Authorization"].removeprefix("Bearer callcard_").partition("_")
        valid = AccessToken.objects.filter(pk=pk, revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)
        token = valid.values("hash", "user_id").get()
        assert token["hash"] == hashed(secret)
        return JsonResponse(view(request, *given, **named), json_dumps_params=_PLAIN_JSON)

    return answer


@_signed_in
def _customer(_request: HttpRequest, pk: int) -> Row:
    return _customers_told(Customer.objects.filter(pk=pk))[0]


@_signed_in
def _customers(request: HttpRequest) -> Row:
    rows = Customer.objects.filter(city=request.GET["f.city"], archived_at=None).order_by("search_name", "pk")
    return _page(_customers_told, rows)


@_signed_in
def _call(_request: HttpRequest, pk: int) -> Row:
    return _calls_told(Call.objects.filter(pk=pk))[0]


@_signed_in
def _calls(_request: HttpRequest) -> Row:
    return _page(_calls_told, Call.objects.order_by("-started_at", "-pk"))


@_signed_in
def _order(_request: HttpRequest, pk: int) -> Row:
    return _orders_told(Order.objects.filter(pk=pk))[0]


@_signed_in
def _orders(_request: HttpRequest) -> Row:
    return _page(_orders_told, Order.objects.order_by("-ordered_at", "-pk"))


@_signed_in
def _task(_request: HttpRequest, pk: int) -> Row:
    return _tasks_told(Task.objects.filter(pk=pk))[0]


@_signed_in
def _tasks(_request: HttpRequest) -> Row:
    return _page(_tasks_told, Task.objects.filter(done_at=None).order_by("due_at", "pk"))


def _page(tell: Callable[[Any], list[Row]], rows: Any) -> Row:
    number, is_exact = beside["number"], beside["is_exact"]
    if number is not None:
        found = rows.order_by()[: _COUNTED_UP_TO + 1].count()
        number, is_exact = min(found, _COUNTED_UP_TO), found <= _COUNTED_UP_TO
    return {"items": tell(rows[:PAGE]), "next": beside["next"], "number": number, "is_exact": is_exact}


def _bytes(_request: HttpRequest) -> HttpResponse:
    """The least that Django does."""
    return HttpResponse(b"{}" * 700, content_type="application/json")


urlpatterns = [
    path("api/v1/customers/<int:pk>", _customer),
    path("api/v1/customers", _customers),
    path("api/v1/calls/<int:pk>", _call),
    path("api/v1/calls", _calls),
    path("api/v1/orders/<int:pk>", _order),
    path("api/v1/orders", _orders),
    path("api/v1/tasks/<int:pk>", _task),
    path("api/v1/tasks", _tasks),
    path("bytes", _bytes),
]


def _of(*names: str, people: Iterable[str] = (), named: Iterable[str] = ()) -> list[str]:
    """Names of columns: of the row itself, of people beside it, and id and name of what else it belongs to."""
    of_people = [f"{one}__{name}" for one in people for name in _PEOPLE]
    return [*names, *of_people, *(f"{one}__{name}" for one in named for name in ("pk", "name"))]


def _customers_told(rows: Any) -> list[Row]:
    own = list(OwnField.objects.filter(archived_at=None).values_list("key", flat=True))
    plain = ("language", "country", "city", "address", "postal_code", "birthday", "note", "own_fields")
    moments = ("created_at", "changed_at", "archived_at")
    lists = ("category", "stage", "source")
    names = _of("pk", "kind", "name", *plain, *moments, people=["responsible"], named=lists)
    found = list(rows.values(*names))
    pks = [one["pk"] for one in found]
    phones = _by(Phone.objects.filter(customer__in=pks).order_by("-is_preferred", "pk"), _PHONE)
    contacts = _by(Contact.objects.filter(customer__in=pks).order_by("pk"), _CONTACT)
    persons = _by(ContactPerson.objects.filter(customer__in=pks).order_by("pk"), _PERSON)
    addresses = _by(Address.objects.filter(customer__in=pks).order_by("pk"), _ADDRESS)
    tags = _by(CustomerTag.objects.filter(customer__in=pks).order_by("tag__position", "tag"), ("tag_id", "tag__name"))
    consents = _by(Consent.objects.filter(customer__in=pks).order_by("pk"), ("way", "answer", "said_on", "how"))
    owed = Balance.objects.filter(customer__in=pks).exclude(owed=0).order_by("-owed", "currency")
    debts = _by(owed, ("owed", "currency"))
    return [
        {
            "id": (pk := one["pk"]),
            "kind": one["kind"],
            "name": one["name"],
            **{name: _named(one, name) for name in lists},
            "tags": [{"id": row["tag_id"], "name": row["tag__name"]} for row in tags.get(pk, ())],
            "responsible": _person(one, "responsible"),
            **{name: one[name] for name in plain[:5]},
            "birthday": _day(one["birthday"]),
            "note": one["note"],
            "own_fields": {key: one["own_fields"][key] for key in own if key in one["own_fields"]},
            "phones": [{"id": row["pk"], "number": row["raw"], **_rest(row, _PHONE[3:])} for row in phones.get(pk, ())],
            "contacts": [
                {"id": row["pk"], **_rest(row, _CONTACT[2:5]), "person": row["contact_person__name"] or ""}
                for row in contacts.get(pk, ())
            ],
            "persons": [
                {
                    "id": row["pk"],
                    **_rest(row, ("name", "role")),
                    "birthday": _day(row["birthday"]),
                    "note": row["note"],
                }
                for row in persons.get(pk, ())
            ],
            "addresses": [{"id": row["pk"], **_rest(row, _ADDRESS[2:])} for row in addresses.get(pk, ())],
            "owed": [_money(row["owed"], row["currency"]) for row in debts.get(pk, ())],
            "consents": [
                {**_rest(row, ("way", "answer")), "said_on": _day(row["said_on"]), "how": row["how"]}
                for row in {row["way"]: row for row in consents.get(pk, ())}.values()
            ],
            **{name: _moment(one[name]) for name in moments},
        }
        for one in found
    ]


_PHONE = ("pk", "customer_id", "raw", "e164", "label", "person", "is_preferred", "do_not_call")
_CONTACT = ("pk", "customer_id", "kind", "value", "label", "contact_person__name")
_PERSON = ("pk", "customer_id", "name", "role", "birthday", "note")
_ADDRESS = ("pk", "customer_id", "line", "city", "postal_code", "country", "label")


def _by(rows: Any, names: Sequence[str], whose: str = "customer_id") -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows.values(*dict.fromkeys([whose, *names])):
        found.setdefault(row[whose], []).append(row)
    return found


def _calls_told(rows: Any) -> list[Row]:
    first = ("direction", "outcome", "number", "e164", "shown_name", "withheld", "dialled", "line", "queue")
    then = ("ring_seconds", "talk_seconds", "hold_seconds", "is_recorded", "is_complete", "match", "result", "note")
    moments = ("started_at", "answered_at", "ended_at")
    beside = ("order__pk", "order__number", "cost", "cost_currency", "origin")
    found = list(rows.values(*_of("pk", *first, *then, *moments, *beside, people=["answered_by"], named=["customer"])))
    pks = [one["pk"] for one in found]
    said = ("role", "extension", "number", "name", "queue", "outcome", "talk_seconds", "hold_seconds")
    times = ("rang_at", "answered_at", "ended_at")
    of_segments = Segment.objects.filter(call__in=pks).order_by("pk")
    segments = _by(of_segments, _of(*said, *times, people=["user"]), "call_id")
    tagged = CallTagging.objects.filter(call__in=pks).order_by("tag__position", "tag__name", "tag")
    tags = _by(tagged, ("tag_id", "tag__name"), "call_id")
    return [
        {
            "id": one["pk"],
            **_rest(one, (*first, *then, "origin")),
            **{name: _moment(one[name]) for name in moments},
            "customer": _named(one, "customer"),
            "known_to": "",
            "answered_by": _person(one, "answered_by"),
            "tags": [{"id": row["tag_id"], "name": row["tag__name"]} for row in tags.get(one["pk"], ())],
            "order": one["order__pk"] and {"id": one["order__pk"], "number": one["order__number"]},
            "cost": None if one["cost"] is None else _money(one["cost"], one["cost_currency"]),
            "segments": [
                {**_rest(row, said), **{name: _moment(row[name]) for name in times}, "user": _person(row, "user")}
                for row in segments.get(one["pk"], ())
            ],
        }
        for one in found
    ]


def _orders_told(rows: Any) -> list[Row]:
    plain = ("number", "title", "is_current", "currency", "is_tax_included", "note")
    amounts = ("total", "tax", "paid", "discount_percent", "discount_amount")
    dates = ("ordered_at", "due_on", "cancelled_at", "cancelled_why", "state__is_owed")
    names = _of("pk", *plain, *amounts, *dates, people=["responsible"], named=["customer", "state"])
    found = list(rows.values(*names))
    of_lines = ("quantity", "price", "discount_percent", "discount_amount", "tax_percent", "amount")
    beside = ("product_id", "title", "unit")
    kept = OrderLine.objects.filter(order__in=[one["pk"] for one in found]).order_by("position")
    lines = _by(kept, (*beside, *of_lines), "order_id")
    return [
        {
            "id": one["pk"],
            **_rest(one, plain),
            **{name: format(one[name], "f") for name in amounts},
            "customer": _named(one, "customer"),
            "state": _named(one, "state"),
            "responsible": _person(one, "responsible"),
            "owed": format(_debt(one), "f"),
            "ordered_at": _moment(one["ordered_at"]),
            "due_on": _day(one["due_on"]),
            "cancelled_at": _moment(one["cancelled_at"]),
            "cancelled_why": one["cancelled_why"],
            "lines": [
                {
                    "product": row["product_id"],
                    **_rest(row, ("title", "unit")),
                    **{name: format(row[name], "f") for name in of_lines},
                }
                for row in lines.get(one["pk"], ())
            ],
        }
        for one in found
    ]


def _debt(one: Row) -> Decimal:
    is_owed = one["state__is_owed"] and one["cancelled_at"] is None
    debt: Decimal = (one["total"] if is_owed else Decimal(0)) - one["paid"]
    return debt


def _tasks_told(rows: Any) -> list[Row]:
    plain = ("title", "note", "repeat", "remind_minutes", "is_cancelled")
    moments = ("due_at", "done_at", "created_at", "changed_at")
    people = ("assignee", "created_by", "done_by")
    found = rows.values(*_of("pk", *plain, "due_on", "priority", *moments, people=people, named=["customer"]))
    return [
        {
            "id": one["pk"],
            **_rest(one, plain),
            "customer": _named(one, "customer"),
            **{name: _person(one, name) for name in people},
            "due_on": _day(one["due_on"]),
            "priority": {1: "low", 2: "normal", 3: "high"}[one["priority"]],
            **{name: _moment(one[name]) for name in moments},
        }
        for one in found
    ]


def _rest(row: Row, names: Iterable[str]) -> Row:
    return {name: row[name] for name in names}


def _named(row: Row, name: str) -> Row | None:
    pk = row[f"{name}__pk"]
    return None if pk is None else {"id": pk, "name": row[f"{name}__name"]}


def _person(row: Row, name: str) -> Row | None:
    pk, first, last, login = (row[f"{name}__{one}"] for one in _PEOPLE)
    return None if pk is None else {"id": pk, "name": f"{first} {last}".strip() or login}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _money(amount: Decimal, currency: str) -> Row:
    return {"amount": format(amount, "f"), "currency": currency}
