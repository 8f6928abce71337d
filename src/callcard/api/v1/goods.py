"""/products: what is sold, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import Counted, Listed, answered, asked_of, made, page_told, refuse_if_other
from callcard.api.v1.described import IF_MATCH, ONCE, list_parameters
from callcard.api.v1.repeating import once
from callcard.api.v1.sales_shapes import ProductsPage, ProductTold
from callcard.api.v1.sales_telling import products_told
from callcard.api.v1.types import Currency, Given, Id, Quantity, Text
from callcard.sales import product_lists
from callcard.sales.models import Product
from callcard.sales.product_services import archive_product, set_product
from callcard.sales.rules import places_of_price
from callcard.staff.places import currencies
from callcard.staff.requests import signed_in
from callcard.ui.lists import counted, keyset_page

router = Router(tags=["sales"])
FILTERS = {"kind": "choice", "archived": "yesno"}
_HUNDRED = Decimal(100)
Name = Annotated[Text, Field(min_length=1, max_length=200)]


class PriceGiven(Given):
    amount: Quantity
    currency: Currency


class ProductChange(Given):
    """`prices` are sent all together, one for each currency. What is not sent stays as it is."""

    name: Name = "-"
    code: Annotated[Text, Field(max_length=40)] = ""
    kind: Literal["goods", "service"] = "goods"
    unit: Annotated[Text, Field(max_length=20)] = ""
    tax_percent: Quantity = Decimal(0)
    prices: Annotated[list[PriceGiven], Field(max_length=200)] = []


class ProductGiven(ProductChange):
    name: Name


@router.get("", response=ProductsPage, url_name="api-products", openapi_extra=list_parameters(FILTERS))
def list_products(request: HttpRequest, listed: Listed) -> HttpResponse:
    """What is sold, by name."""
    columns = product_lists.columns_for(signed_in(request))
    asked = asked_of(request, "products", columns, sort="name")
    rows = product_lists.found_products(asked)
    number, is_exact = counted(rows)
    sort = next(column.sort for column in columns if column.key == asked.sort)
    if not is_exact:  # more than can be ordered by anything
        sort, asked = "search_name", replace(asked, sort="name", after="", before="")
    found = Counted(number, is_exact)
    return page_told(request, "products", keyset_page(rows, asked, sort=sort), found, products_told)


@router.post("", response={201: ProductTold}, url_name="api-products", openapi_extra=ONCE)
def add_product(request: HttpRequest, said: ProductGiven) -> HttpResponse:
    user = signed_in(request)

    def do() -> HttpResponse:
        columns = _columns(said, None)
        product = set_product(product=None, prices=_prices(said.prices), by=user, **columns)
        return made(request, _told(product.pk), f"{request.path}/{product.pk}")

    return once(request, do)


@router.get("/{id:pk}", response=ProductTold, url_name="api-product")
def read_product(request: HttpRequest, pk: Id) -> HttpResponse:
    return answered(request, _told(pk))


@router.patch("/{id:pk}", response=ProductTold, url_name="api-product", openapi_extra=IF_MATCH)
def change_product(request: HttpRequest, pk: Id, said: ProductChange) -> HttpResponse:
    """Orders that have it keep what they were agreed at."""
    with transaction.atomic():
        product = Product.objects.select_for_update().filter(pk=pk).first()
        refuse_if_other(request, _told(pk))
        held = {row.currency: row.price for row in product.prices.all()} if product else {}
        prices = _prices(said.prices) if "prices" in said.model_fields_set else held
        set_product(product=product, prices=prices, by=signed_in(request), **_columns(said, product))
        return answered(request, _told(pk))


@router.post("/{id:pk}/archive", response=ProductTold, url_name="api-product-archive")
def archive(request: HttpRequest, pk: Id) -> HttpResponse:
    """No more on sale; orders that have it keep it."""
    archive_product(product=_product(pk), is_archived=True, by=signed_in(request))
    return answered(request, _told(pk))


@router.post("/{id:pk}/restore", response=ProductTold, url_name="api-product-restore")
def restore(request: HttpRequest, pk: Id) -> HttpResponse:
    archive_product(product=_product(pk), is_archived=False, by=signed_in(request))
    return answered(request, _told(pk))


def _product(pk: int) -> Product:
    product = Product.objects.filter(pk=pk).first()
    if product is None:
        raise Http404
    return product


def _told(pk: int) -> dict[str, Any]:
    return products_told([_product(pk)])[0]


def _columns(said: ProductChange, product: Product | None) -> dict[str, Any]:
    """Raises Problem."""
    columns = said.model_dump(exclude_unset=True, exclude={"prices"})
    for name in ("name", "code", "unit"):
        if name in columns:
            columns[name] = columns[name].strip()
    if columns.get("name") == "":
        raise Problem(422, errors=[("name", "This is missing.")])
    if columns.get("tax_percent", _HUNDRED) > _HUNDRED:
        raise Problem(422, errors=[("tax_percent", "At most 100.")])
    others = Product.objects.exclude(pk=product.pk) if product else Product.objects.all()
    if columns.get("code") and others.filter(code=columns["code"]).exists():
        raise Problem(422, errors=[("code", "Another product has this code.")])
    return columns


def _prices(given: Sequence[PriceGiven]) -> dict[str, Decimal]:
    """Raises Problem."""
    known, prices = dict(currencies()), dict[str, Decimal]()
    for place, one in enumerate(given):
        where = f"prices.{place}"
        if one.currency not in known or one.currency in prices:
            raise Problem(422, errors=[(f"{where}.currency", "Not a currency, or said twice.")])
        if one.amount != round(one.amount, places_of_price(one.currency)):
            raise Problem(422, errors=[(f"{where}.amount", "More digits after the point than this currency has.")])
        prices[one.currency] = one.amount
    return prices
