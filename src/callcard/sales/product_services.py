"""Writes of products."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from callcard.customers.models import folded
from callcard.sales.models import Product, ProductPrice
from callcard.sales.remembering import plain
from callcard.sales.rules import LineFigures
from callcard.staff.history import Json, record_change, snapshot
from callcard.staff.models import Change, User

_COLUMNS = ("name", "code", "kind", "unit", "tax_percent", "archived_at")


@transaction.atomic
def set_product(
    *, product: Product | None, prices: Mapping[str, Decimal], by: User | None = None, **columns: Any
) -> Product:
    """A new one, or this one as it is now wanted; its prices by currency replace those it had."""
    kept = product or Product()
    before = _seen(kept) if product else {}
    for name, value in columns.items():
        setattr(kept, name, value)
    kept.save()
    kept.prices.exclude(currency__in=prices).delete()
    for currency, price in prices.items():
        ProductPrice.objects.update_or_create(product=kept, currency=currency, defaults={"price": price})
    _remember(kept, Change.Action.CHANGED if product else Change.Action.CREATED, before, by)
    return kept


def product_by_line(*, title: str, unit: str, currency: str, figures: LineFigures, by: User | None = None) -> Product:
    """What was first typed in a line of an order; the same name is the same product."""
    name = title[:200]
    there = Product.objects.filter(archived_at=None, search_name=folded(f"{name} "), code="").first()
    if there is not None:
        return there
    columns = {"name": name, "unit": unit.strip()[:20], "tax_percent": figures.tax_percent}
    return set_product(product=None, prices={currency: figures.price} if figures.price >= 0 else {}, by=by, **columns)


@transaction.atomic
def archive_product(*, product: Product, is_archived: bool, by: User | None = None) -> Product:
    """No more on sale, or again. Orders that have it keep it."""
    kept = Product.objects.select_for_update().get(pk=product.pk)
    before = _seen(kept)
    kept.archived_at = timezone.now() if is_archived else None
    kept.save()
    _remember(kept, Change.Action.CHANGED, before, by)
    return kept


def _seen(product: Product) -> dict[str, Json]:
    prices = {price.currency: plain(price.price) for price in product.prices.all()}
    return snapshot(product, _COLUMNS) | {"tax_percent": plain(Decimal(product.tax_percent)), "prices": prices}


def _remember(product: Product, action: Change.Action, before: dict[str, Json], by: User | None) -> None:
    record_change(
        about="product",
        object_id=product.pk,
        customer_id=None,
        action=action,
        before=before,
        after=_seen(product),
        by=by,
    )
