"""/exports: customers, calls and orders as files, by the questions that their lists understand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Query, Router

from callcard.api.problems import Problem
from callcard.api.v1 import calls, customers, sales
from callcard.api.v1.answers import ListQuery, asked_of
from callcard.api.v1.described import list_parameters
from callcard.calls import log_columns, log_export, log_views
from callcard.customers import list_columns
from callcard.customers.transfer import export_views, exporting
from callcard.sales import order_export, order_lists
from callcard.staff.requests import signed_in

router = Router(tags=["exports"])
_OWN = ("form", "column", "id")


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


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


def _refuse_without_columns(asked: Sequence[str], known: Iterable[_Keyed]) -> None:
    """Raises Problem."""
    if asked and not {column.key for column in known} & set(asked):
        raise Problem(400, errors=[("column", "None of these is a column that can leave.")])


@router.get("/customers", url_name="api-export-customers", openapi_extra=_file(customers.FILTERS))
def export_customers(request: HttpRequest, said: Query[CustomersExport]) -> HttpResponseBase:
    """Those whom the list finds. That they left is a step of the history."""
    asked_of(request, "customers", list_columns.columns_for(signed_in(request)), sort="name", others=_OWN)
    _refuse_without_columns(said.column, exporting.columns_for(signed_in(request)))
    return export_views.file(request)


@router.get("/calls", url_name="api-export-calls", openapi_extra=_file(calls.FILTERS))
def export_calls(request: HttpRequest, said: Query[ExportQuery]) -> HttpResponseBase:
    asked_of(request, "calls", log_columns.columns_for(signed_in(request)), sort="-started", others=_OWN)
    _refuse_without_columns(said.column, log_export.columns_for(signed_in(request)))
    return log_views.export_file(request)


@router.get("/orders", url_name="api-export-orders", openapi_extra=_file(sales.ORDER_FILTERS))
def export_orders(request: HttpRequest, said: Query[ExportQuery]) -> HttpResponseBase:
    asked_of(request, "orders", order_lists.columns_for(signed_in(request)), sort="-ordered", others=_OWN)
    _refuse_without_columns(said.column, order_export.columns_for())
    return order_export.file(request)
