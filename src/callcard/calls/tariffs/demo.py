"""The demo's prices: one list in the company's money, and a budget for all calls."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal

from django.db.models import Max

from callcard.calls.models import Call
from callcard.calls.tariffs.budgets import count_budget
from callcard.calls.tariffs.models import Budget, Price, PriceList, RatingPlace
from callcard.calls.tariffs.rating import rate_period

# In kip: prefix, name, a minute, connection fee, first and further steps, from and until.
_ROWS: tuple[tuple[str, str, int, int, int, int, time | None, time | None], ...] = (
    ("", "Everywhere else", 9000, 0, 60, 60, None, None),
    ("+856", "Laos, landline", 300, 0, 60, 60, None, None),
    ("+85620", "Laos, mobile", 800, 100, 30, 6, None, None),
    ("+85620", "Laos, mobile, evening", 500, 100, 30, 6, time(18), time(7)),
    ("+66", "Thailand", 2000, 0, 60, 60, None, None),
    ("+84", "Vietnam", 2500, 0, 60, 60, None, None),
    ("+86", "China", 3500, 0, 60, 60, None, None),
)
_CURRENCY = "LAK"
_BUDGET = Decimal(1_500_000)


def load_tariffs(*, since: datetime, now: datetime) -> int:
    """Prices, and the cost of all calls from `since` on; returns how many have one."""
    prices = PriceList.objects.create(name="Telephone company", currency=_CURRENCY, decimals=0, edition=1)
    Price.objects.bulk_create(
        Price(
            price_list=prices,
            edition=1,
            prefix=prefix,
            name=name,
            per_minute=a_minute,
            fee=fee,
            first_step=first,
            next_step=further,
            from_time=begins,
            until_time=ends,
        )
        for prefix, name, a_minute, fee, first, further, begins, ends in _ROWS
    )
    rated = rate_period(since, now)
    newest = Call.objects.aggregate(newest=Max("pk"))["newest"] or 0
    RatingPlace.objects.update_or_create(pk=1, defaults={"call_id": newest})
    count_budget(Budget.objects.create(name="All calls", amount=_BUDGET, currency=_CURRENCY))
    return rated
