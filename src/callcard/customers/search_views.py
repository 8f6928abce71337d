"""The search box of the shell: what is found while somebody types."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from callcard.customers.models import Customer
from callcard.customers.search import FOUND_AT_ONCE, Hit, find_customers
from callcard.customers.search_reasons import reasons
from callcard.kit.ids import is_id
from callcard.staff.requests import signed_in


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Options of the search box. With `merge`, an id: those with whom that customer can be merged, and led there."""
    text, merged = request.GET.get("q", ""), request.GET.get("merge", "")
    if not is_id(merged):
        merged = ""
    hits = find_customers(text, user=signed_in(request), limit=FOUND_AT_ONCE, archived=False if merged else None)
    options = _options([hit for hit in hits if str(hit.customer_id) != merged])
    return render(request, "customers/search_found.html", {"q": text.strip(), "options": options, "merged": merged})


def _options(hits: list[Hit]) -> list[dict[str, Any]]:
    """A hit with what stands beside its name."""
    customers = Customer.objects.select_related("category", "responsible").in_bulk([hit.customer_id for hit in hits])
    found_by = reasons(hits)
    return [
        {"hit": hit, "customer": customers[hit.customer_id], "reason": found_by.get(hit.customer_id)}
        for hit in hits
        if hit.customer_id in customers
    ]
