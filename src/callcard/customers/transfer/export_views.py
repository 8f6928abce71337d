"""Taking customers out of the program. Who may is decided by the administrator; each time is kept in the history."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from callcard.customers.list_columns import columns_for as list_columns
from callcard.customers.list_query import found_customers
from callcard.customers.models import Customer, CustomerQuerySet
from callcard.customers.transfer import exporting
from callcard.customers.transfer.leaving import MEDIA_TYPES, chosen_ids, counted, keep_step
from callcard.customers.transfer.sending import sent
from callcard.kit.workbook import workbook
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.ui.lists import read_asked, without

_OWN_NAMES = ("form", "column", "id")


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """What to take of the list that the address asks for."""
    user = signed_in(request)
    chosen = chosen_ids(request)
    context = {
        "columns": exporting.columns_for(user),
        "number": len(chosen) if chosen else None,
        "pairs": [(name, value) for name, values in request.GET.lists() for value in values],
        "question": without(request.GET, *_OWN_NAMES),
    }
    return render(request, "customers/transfer/export.html", context)


def _customers(request: HttpRequest, user: User) -> CustomerQuerySet:
    """Those that were chosen, else those that the list's question finds; never one whom this user may not see."""
    ids = chosen_ids(request)
    if ids:
        return Customer.objects.visible_to(user).filter(pk__in=ids)
    columns = list_columns(user)
    return found_customers(user, read_asked(request.GET, columns, sort="name"), columns).rows


@require_GET
def file(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    form = request.GET.get("form", "csv")
    if form not in MEDIA_TYPES:
        raise BadRequest
    known = exporting.columns_for(user)
    wanted = set(request.GET.getlist("column")) or {column.key for column in known}
    columns = [column for column in known if column.key in wanted]
    if not columns:
        raise BadRequest
    question = without(request.GET, *_OWN_NAMES)
    step = keep_step(user, what="", form=form, columns=[column.key for column in columns], question=question)
    leaving = counted(exporting.customers_in_chunks(_customers(request, user), user), step)
    head = [column.title for column in columns]
    if form == "vcf":
        chunks = exporting.as_vcards(leaving)
    elif form == "xlsx":
        chunks = workbook(head, exporting.rows_of(leaving, columns), title=_("Customers"))
    else:
        chunks = exporting.as_csv(head, exporting.rows_of(leaving, columns), exporting.delimiter())
    return sent(request, chunks, name=f"customers-{timezone.localdate():%Y-%m-%d}.{form}", media_type=MEDIA_TYPES[form])
