"""From a question to the list of products to its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from callcard.customers.models import folded
from callcard.sales.models import Product
from callcard.staff.models import User
from callcard.ui.lists import Asked, Column, Filter


def columns_for(_user: User) -> list[Column]:
    kinds = tuple((str(value), str(label)) for value, label in Product.Kind.choices)
    return [
        Column("name", _("Name"), sort="search_name", has_filter=False),
        Column("code", _("Code"), sort="code", has_filter=False),
        Column("kind", _("Kind"), "choice", options=kinds, can_group=True, may_be_empty=False),
        Column("unit", _("Unit"), sort="unit", has_filter=False),
        Column("prices", _("Prices"), has_filter=False),
        Column("tax", _("Tax, %"), sort="tax_percent", has_filter=False, is_shown=False),
        Column("archived", _("Archived"), "yesno", is_shown=False, may_be_empty=False),
    ]


def found_products(asked: Asked) -> QuerySet[Product]:
    """Those on sale, unless the archived ones are asked for."""
    rows = Product.objects.filter(archived_at__isnull="yes" not in asked.filter_of("archived").values)
    for word in folded(asked.words).split()[:6]:
        rows = rows.filter(search_name__contains=word)
    kinds = asked.filter_of("kind").values
    return rows.filter(kind__in=kinds) if kinds else rows


def group_counts(asked: Asked, column: Column) -> Iterator[tuple[str, str, int, bool]]:
    """(value, words, how many, exactly) for each kind, with what is asked besides."""
    others = tuple(one for one in asked.filters if one.key != column.key)
    for value, words in column.options:
        number = found_products(replace(asked, filters=(*others, Filter(column.key, (value,))))).count()
        if number:
            yield value, words, number, True
