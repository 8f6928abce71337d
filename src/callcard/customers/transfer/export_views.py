"""Taking customers out of the program. Who may is decided by the administrator; each time is kept in the history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from callcard.customers.list_columns import columns_for as list_columns
from callcard.customers.list_query import found_customers
from callcard.customers.models import Customer, CustomerQuerySet
from callcard.customers.transfer import exporting
from callcard.customers.transfer.sending import sent
from callcard.staff.history import record_change
from callcard.staff.models import Change, User
from callcard.staff.requests import signed_in
from callcard.ui.lists import read_asked, without

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vcf": "text/vcard; charset=utf-8",
}
_OWN_NAMES = ("form", "column", "id")
_MOST_CHOSEN = 1000


def _exporter(request: HttpRequest) -> User:
    user = signed_in(request)
    if not user.can_export:
        raise PermissionDenied
    return user


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """What to take of the list that the address asks for."""
    user = _exporter(request)
    chosen = _chosen(request)
    context = {
        "columns": exporting.columns_for(user),
        "number": len(chosen) if chosen else None,
        "pairs": [(name, value) for name, values in request.GET.lists() for value in values],
        "question": without(request.GET, *_OWN_NAMES),
    }
    return render(request, "customers/transfer/export.html", context)


def _chosen(request: HttpRequest) -> list[int]:
    ids = request.GET.getlist("id")[:_MOST_CHOSEN]
    return [int(pk) for pk in ids if pk.isascii() and pk.isdigit() and len(pk) < 19]


def _customers(request: HttpRequest, user: User) -> CustomerQuerySet:
    """Those that were chosen, else those that the list's question finds; never one whom this user may not see."""
    ids = _chosen(request)
    if ids:
        return Customer.objects.visible_to(user).filter(pk__in=ids)
    columns = list_columns(user)
    return found_customers(user, read_asked(request.GET, columns, sort="name"), columns).rows


@require_GET
def file(request: HttpRequest) -> HttpResponseBase:
    user = _exporter(request)
    form = request.GET.get("form", "csv")
    if form not in _TYPES:
        raise BadRequest
    known = exporting.columns_for(user)
    wanted = set(request.GET.getlist("column")) or {column.key for column in known}
    columns = [column for column in known if column.key in wanted]
    if not columns:
        raise BadRequest
    step = _kept(request, user, form, columns)
    counted = _counted(exporting.customers_in_chunks(_customers(request, user)), step)
    head = [column.title for column in columns]
    if form == "vcf":
        chunks = exporting.as_vcards(counted)
    elif form == "xlsx":
        chunks = exporting.as_xlsx(head, exporting.rows_of(counted, columns))
    else:
        chunks = exporting.as_csv(head, exporting.rows_of(counted, columns), exporting.delimiter())
    return sent(request, chunks, name=f"customers-{timezone.localdate():%Y-%m-%d}.{form}", media_type=_TYPES[form])


def _kept(request: HttpRequest, user: User, form: str, columns: list[exporting.Column]) -> Change | None:
    """The step in the history is there before the first customer leaves."""
    after: dict[str, Any] = {"form": form, "columns": [column.key for column in columns], "rows": None}
    after["question"] = without(request.GET, *_OWN_NAMES)[:1000]
    return record_change(
        about="export",
        object_id=user.pk,
        customer_id=None,
        action=Change.Action.CREATED,
        before={},
        after=after,
        by=user,
    )


def _counted(customers: Iterator[Customer], step: Change | None) -> Iterator[Customer]:
    """How many were sent is written down in the end, also when the browser went away before."""
    number = 0
    try:
        for number, customer in enumerate(customers, start=1):  # noqa: B007
            yield customer
    finally:
        if step is not None:
            Change.objects.filter(pk=step.pk).update(after={**step.after, "rows": number})
