"""The list of customers: its page, its views and columns, and what is done to many at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from callcard.customers.bulk import change_many, changed_by, undo_many
from callcard.customers.bulk_jobs import begin_change, begin_undo
from callcard.customers.list_cells import cells_of
from callcard.customers.list_columns import columns_for, current_tags
from callcard.customers.list_entries import Entries, read_entries
from callcard.customers.list_query import Found, found_customers, group_counts, is_offered, orderable, page_of
from callcard.customers.list_rows_html import rows_html
from callcard.customers.list_totals import totals_of
from callcard.customers.search_reasons import reasons_beside_numbers
from callcard.customers.selection import MOST_CHOSEN, Selection, read_selection
from callcard.customers.veil import may_change
from callcard.staff.models import Change, User
from callcard.staff.requests import signed_in
from callcard.ui.lists import Asked, Column, read_asked
from callcard.ui.record_lists import (
    RecordList,
    default_view_address,
    group_links,
    list_context,
)

CUSTOMERS = RecordList("customers", columns_for, sort="name")
_AT_ONCE = MOST_CHOSEN
# What is done with many in a window of its own: the button's value, and the address that is asked there.
_WINDOWS = {"mail": "mail-customers", "task": "tasks-for-many"}


@require_GET
def customer_list(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    address = default_view_address(request, CUSTOMERS)
    if address:
        return redirect(address)
    entries = read_entries()
    columns = columns_for(user, entries)
    asked = read_asked(request.GET, columns, sort="name")
    found = found_customers(user, asked, columns)
    asked = orderable(asked, found, columns)
    page = page_of(found, asked, columns)
    hits = [found.hits[one.pk] for one in page.rows if one.pk in found.hits]
    why = reasons_beside_numbers(hits, asked.words)
    shown = list_context(request, CUSTOMERS, asked, columns, can_sort=lambda column: is_offered(column, found))
    rows = cells_of(page.rows, [head.column for head in shown["columns"]], entries, user, why)
    context = {
        **shown,
        "found": found,
        "page": page,
        "rows": rows,
        "rows_html": rows_html(rows),
        "groups": _groups(request, user, asked, columns, found),
        "totals": totals_of(user, found) if page.rows else [],
        "bulk": _bulk_choices(columns, entries, user),
    }
    return render(request, "customers/list.html", context)


def _groups(
    request: HttpRequest, user: User, asked: Asked, columns: list[Column], found: Found
) -> list[dict[str, Any]]:
    column = next((column for column in columns if column.key == asked.group), None)
    if column is None:
        return []
    return group_links(request.GET, asked, column, group_counts(user, asked, column, columns, found))


def _bulk_choices(columns: list[Column], entries: Entries, user: User) -> dict[str, Any]:
    by_key = {column.key: column.options for column in columns}
    choices: dict[str, Any] = {name: by_key.get(name, ()) for name in ("category", "stage", "responsible")}
    choices["responsible"] = choices["responsible"] if may_change(user, "customer", "responsible") else ()
    return choices | {"tags": current_tags(entries)}


# -- many at once ------------------------------------------------------------------------------------------------------


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """What is to be done with the customers that were selected, or with all that the filter finds."""
    doing, selection = request.POST.get("do", ""), read_selection(request.POST)
    address = CUSTOMERS.back_to(request)
    if not selection:
        messages.error(request, _("Select somebody first."))
    elif doing == "export":
        chosen = selection.question if selection.question is not None else urlencode({"id": selection.ids}, doseq=True)
        return redirect(f"{reverse('export-customers')}?{chosen}")
    elif doing in _WINDOWS:
        return redirect(f"{reverse(_WINDOWS[doing])}?{selection.address_part}")
    else:
        return _changed(request, selection, address)
    return redirect(address)


def _changed(request: HttpRequest, selection: Selection, address: str) -> HttpResponse:
    """At once while they are few, else as a job."""
    user = signed_in(request)
    action, _colon, value = request.POST.get("change", "").partition(":")
    if not user.may("customers.delete" if action in ("archive", "restore") else "customers.change"):
        raise PermissionDenied
    value = (request.POST.get("value", "") if action == "city" else value).replace("\x00", "")
    ids = selection.first_ids(user, _AT_ONCE + 1) if selection.question is not None else list(selection.ids)
    try:
        if len(ids) > _AT_ONCE:
            job = begin_change(question=selection.question or "", action=action, value=value, by=user)
            return render(request, "customers/bulk_done.html", {"job": job, "address": address})
        batch = change_many(customer_ids=ids, action=action, value=value, by=user)
    except ValidationError:
        allowed = may_change(user, "customer", action)
        messages.error(
            request, _("Choose what to change.") if allowed else _("Your role does not let you change this.")
        )
        return redirect(address)
    return _told(request, batch, address)


@require_GET
def bulk_done(request: HttpRequest) -> HttpResponse:
    """What a job has changed, with its undo; only one's own."""
    batch = request.GET.get("batch", "").replace("\x00", "")[:40] or "-"
    return _told(request, batch, reverse("customers"))


def _told(request: HttpRequest, batch: str, address: str) -> HttpResponse:
    number = changed_by(batch=batch, by=signed_in(request))
    words = ngettext("%(number)d customer was changed.", "%(number)d customers were changed.", number)
    context = {"words": words % {"number": number}, "batch": batch if number else "", "address": address}
    return render(request, "customers/bulk_done.html", context)


@require_POST
def bulk_undo(request: HttpRequest) -> HttpResponse:
    user, batch = signed_in(request), request.POST.get("batch", "").replace("\x00", "")[:40] or "-"
    if Change.objects.filter(batch=batch, about="customer", by=user)[: _AT_ONCE + 1].count() > _AT_ONCE:
        job = begin_undo(batch=batch, by=user)
        return render(request, "customers/bulk_done.html", {"job": job, "address": reverse("customers")})
    number = undo_many(batch=batch, by=user)
    words = ngettext("%(number)d customer is as before.", "%(number)d customers are as before.", number)
    messages.success(request, words % {"number": number})
    return redirect("customers")
