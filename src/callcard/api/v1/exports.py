"""/exports: customers, calls and orders as files, by the questions that their lists understand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Query, Router

from callcard.api.v1 import calls, customers, sales
from callcard.api.v1.answers import ListQuery, asked_of
from callcard.api.v1.described import list_parameters
from callcard.calls import log_columns, log_views
from callcard.customers import list_columns
from callcard.customers.transfer import export_views
from callcard.sales import order_export, order_lists
from callcard.staff.requests import signed_in

router = Router(tags=["exports"])
_OWN = ("form", "column", "id")


class ExportQuery(ListQuery):
    """`column`: which columns, all unless it is said. `id`: these records and no others."""

    form: Literal["csv", "xlsx"] = "csv"
    column: list[str] = []
    id: list[int] = []


class CustomersExport(ExportQuery):
    form: Literal["csv", "xlsx", "vcf"] = "csv"  # type: ignore[assignment]


def _file(filters: Mapping[str, str]) -> dict[str, Any]:
    content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    return {**list_parameters(filters), "responses": {200: {"description": "The file.", "content": content}}}


@router.get("/customers", url_name="api-export-customers", openapi_extra=_file(customers.FILTERS))
def export_customers(request: HttpRequest, said: Query[CustomersExport]) -> HttpResponseBase:
    """Those whom the list finds. That they left is a step of the history."""
    asked_of(request, "customers", list_columns.columns_for(signed_in(request)), sort="name", others=_OWN)
    return export_views.file(request)


@router.get("/calls", url_name="api-export-calls", openapi_extra=_file(calls.FILTERS))
def export_calls(request: HttpRequest, said: Query[ExportQuery]) -> HttpResponseBase:
    asked_of(request, "calls", log_columns.columns_for(signed_in(request)), sort="-started", others=_OWN)
    return log_views.export_file(request)


@router.get("/orders", url_name="api-export-orders", openapi_extra=_file(sales.ORDER_FILTERS))
def export_orders(request: HttpRequest, said: Query[ExportQuery]) -> HttpResponseBase:
    asked_of(request, "orders", order_lists.columns_for(signed_in(request)), sort="-ordered", others=_OWN)
    return order_export.file(request)
