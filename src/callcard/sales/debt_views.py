"""The window of debts: who owes most, by currency."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from callcard.customers.veil import veiled
from callcard.sales.debt_lists import columns_for, found_debts
from callcard.sales.queries import debts_by_currency, oldest_due
from callcard.staff.requests import signed_in
from callcard.ui.lists import keyset_page, read_asked, without
from callcard.ui.record_lists import RecordList, default_view_address, list_context

DEBTS = RecordList("debts", columns_for, sort="-owed")


@require_GET
def debt_list(request: HttpRequest) -> HttpResponse:
    """One currency at a time: amounts of two are never compared."""
    user = signed_in(request)
    address = default_view_address(request, DEBTS)
    if address:
        return redirect(address)
    totals = debts_by_currency(user)
    known, wanted = [total.currency for total in totals], request.GET.get("currency", "")
    currency = wanted if wanted in known else next(iter(known), "")
    columns = columns_for(user)
    asked = read_asked(request.GET, columns, sort=DEBTS.sort)
    found = found_debts(user, asked, currency)
    if asked.sort == "customer" and not found.is_few:
        asked = replace(asked, sort="owed", is_descending=True, after="", before="")
    sort = "customer__search_name" if asked.sort == "customer" else "owed"
    related = found.rows.select_related("customer", "customer__responsible", "customer__category")
    page = keyset_page(related.prefetch_related("customer__phones"), asked, sort=sort)
    veiled([row.customer for row in page.rows], user)
    late = oldest_due([row.customer_id for row in page.rows], currency)
    context = {
        **list_context(request, DEBTS, asked, columns, can_sort=lambda column: found.is_few or column.key == "owed"),
        "totals": totals,
        "currency": currency,
        "currencies": without(request.GET, "currency", "view"),
        "kept": [("currency", currency)] if currency else [],
        "found": found,
        "page": page,
        "rows": [(row, late.get(row.customer_id)) for row in page.rows],
    }
    return render(request, "sales/debts.html", context)
