"""The list of orders: its page, and what is done to many at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from callcard.kit.ids import ids_in
from callcard.sales.bulk import change_many, undo_many
from callcard.sales.order_lists import (
    Found,
    columns_for,
    found_orders,
    group_counts,
    is_offered,
    orderable,
    page_of,
    sums,
)
from callcard.sales.order_rows_html import rows_html
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.ui.lists import Asked, Column, read_asked
from callcard.ui.record_lists import RecordList, default_view_address, group_links, list_context, question_of

ORDERS = RecordList("orders", columns_for, sort="-ordered")
_AT_ONCE = 500


@require_GET
def order_list(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    address = default_view_address(request, ORDERS)
    if address:
        return redirect(address)
    columns = columns_for(user)
    asked = read_asked(request.GET, columns, sort=ORDERS.sort)
    found = found_orders(user, asked)
    asked = orderable(asked, found)
    page = page_of(found, asked, columns)
    shown = list_context(request, ORDERS, asked, columns, can_sort=lambda column: is_offered(column.key, found))
    context = {
        **shown,
        "found": found,
        "page": page,
        "rows": page.rows,
        "rows_html": rows_html(page.rows, [head.column for head in shown["columns"]]),
        "sums": sums(found.rows) if found.is_few and page.rows else [],
        "groups": _groups(request, user, asked, columns, found),
        "bulk": _bulk_choices(columns),
    }
    return render(request, "sales/orders.html", context)


def _groups(
    request: HttpRequest, user: User, asked: Asked, columns: list[Column], found: Found
) -> list[dict[str, Any]]:
    column = next((column for column in columns if column.key == asked.group), None)
    return group_links(request.GET, asked, column, group_counts(user, asked, column, found)) if column else []


def _bulk_choices(columns: list[Column]) -> dict[str, Any]:
    return {column.key: column.options for column in columns if column.key in ("state", "responsible")}


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """One change to the orders that were selected, or to all that the filter finds."""
    user = signed_in(request)
    if request.POST.get("do") == "export":
        return redirect(f"{reverse('export-orders')}?{_question_for_export(request)}")
    if not user.may("sales.change"):
        raise PermissionDenied
    action, _colon, value = request.POST.get("change", "").partition(":")
    ids = _selected(request, user)
    try:
        batch, number = change_many(order_ids=ids, action=action, value=value, by=user)
    except ValidationError:
        messages.error(request, _("Choose what to change."))
        return redirect(ORDERS.back_to(request))
    words = ngettext("%(number)d order was changed.", "%(number)d orders were changed.", number)
    context = {"words": words % {"number": number}, "batch": batch, "address": ORDERS.back_to(request)}
    return render(request, "sales/orders_changed.html", context)


def _question_for_export(request: HttpRequest) -> str:
    """All that are found, however many, or those that were selected."""
    return question_of(request.POST) if "all" in request.POST else urlencode({"id": _chosen(request)}, doseq=True)


def _selected(request: HttpRequest, user: User) -> list[int]:
    if "all" in request.POST:
        asked = read_asked(QueryDict(question_of(request.POST)), columns_for(user), sort=ORDERS.sort)
        found = found_orders(user, asked)
        newest = replace(orderable(asked, found), is_descending=True, after="", before="", is_last=False)
        return [order.pk for order in page_of(found, newest, columns_for(user), size=_AT_ONCE).rows]
    return _chosen(request)


def _chosen(request: HttpRequest) -> list[int]:
    return ids_in(request.POST.getlist("order")[:_AT_ONCE])


@require_POST
def bulk_undo(request: HttpRequest) -> HttpResponse:
    number = undo_many(batch=request.POST.get("batch", "")[:40].replace("\x00", "") or "-", by=signed_in(request))
    words = ngettext("%(number)d order is as before.", "%(number)d orders are as before.", number)
    messages.success(request, words % {"number": number})
    return redirect("orders")
