"""What rating a period anew would change: counted like the rating itself, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from callcard.calls.models import Call
from callcard.calls.tariffs.models import Price
from callcard.calls.tariffs.queries import Tariff, tariff
from callcard.calls.tariffs.rating import calls_between, cost_now
from callcard.staff.models import Change

_AT_ONCE = 1000  # nothing waits for a reader
MOST_ROWS = 30


@dataclass(slots=True)
class Sums:
    calls: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)


@dataclass(slots=True)
class Differences:
    """`currencies`: all costs of the period. `rows`: only calls whose cost would be another.

    They are kept by the row that decides now (None: no list says anything of them any more), the currency until now
    and the one from then on ("": no cost).
    """

    calls: int = 0
    changed: int = 0
    currencies: dict[str, Sums] = field(default_factory=dict)
    rows: dict[tuple[int | None, str, str], Sums] = field(default_factory=dict)

    def take(self, calls: Sequence[Call], prices: Tariff) -> None:
        for call in calls:
            row, cost, currency = cost_now(call, prices)
            self.calls += 1
            if call.cost is not None:
                self._of(call.cost_currency).before += call.cost
            if cost is not None:
                self._of(currency).after += cost
            if (call.cost, call.cost_currency) != (cost, currency):
                self.changed += 1
                sums = self.rows.setdefault((row, call.cost_currency, currency), Sums())
                sums.calls += 1
                sums.before += call.cost or 0
                sums.after += cost or 0

    def _of(self, currency: str) -> Sums:
        return self.currencies.setdefault(currency, Sums())

    def told(self) -> dict[str, Any]:
        """As a job keeps it; amounts as text, so that they stay exact."""
        largest = sorted(self.rows.items(), key=lambda item: -item[1].calls)[:MOST_ROWS]
        named = Price.objects.select_related("price_list").in_bulk([row for (row, _, _), _sums in largest if row])
        return {
            "calls": self.calls,
            "changed": self.changed,
            "currencies": [
                {"currency": currency, "before": str(sums.before), "after": str(sums.after)}
                for currency, sums in sorted(self.currencies.items())
            ],
            "rows": [
                {
                    "list": named[row].price_list.name if row in named else "",
                    "prefix": named[row].prefix if row in named else "",
                    "name": named[row].name if row in named else "",
                    "calls": sums.calls,
                    "before": str(sums.before) if currency else "",
                    "before_currency": currency,
                    "after": str(sums.after) if other else "",
                    "after_currency": other,
                }
                for (row, currency, other), sums in largest
            ],
        }


def differences(start: datetime, end: datetime, tell: Callable[[int], None] = lambda done: None) -> Differences:
    """What `rate_period` would do to the calls that began from `start` until before `end`."""
    prices, found = tariff(), Differences()
    for calls in calls_between(start, end, at_once=_AT_ONCE):
        found.take(calls, prices)
        tell(found.calls)
    return found


def newest_price_change() -> int:
    """Another number later means that the lists say something else by then."""
    newest = Change.objects.filter(about="price-list").order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0
