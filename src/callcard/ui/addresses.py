"""Addresses of many records, looked up once."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

Addresses = Callable[[int], str]
STAND_IN = 7_203_115_009_041  # no address or piece of HTML has this number of its own


def addresses_of(name: str) -> Addresses:
    """(id of a record) -> its address, where nothing but the id is asked for: finding each takes a tenth of a row."""
    before, _id, after = reverse(name, args=[STAND_IN]).partition(str(STAND_IN))
    return lambda pk: f"{before}{pk}{after}"
