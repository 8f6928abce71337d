"""Price lists as the rules read them, and what a call would cost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import F

from callcard.calls.models import Call
from callcard.calls.tariffs.models import Price, PriceList
from callcard.calls.tariffs.rules import Asked, Charge, PriceTable, Row, by_prefix, charge, in_order, whole_seconds
from callcard.staff.company import company, company_zone
from callcard.telephony.numbers import read_number

_ROW = (
    *("id", "prefix", "per_minute", "fee", "free_seconds", "first_step", "next_step"),
    *("weekdays", "from_time", "until_time"),
)


@dataclass(slots=True)
class Tariff:
    """All that decides what calls cost, read once for many of them."""

    tables: list[PriceTable]
    region: str
    zone: ZoneInfo
    _lines: dict[str, str] = field(default_factory=dict)

    def charge_of(self, call: Call) -> Charge | None:
        """None for calls inside the company, and where no price list says anything."""
        asked = Asked(
            number=call.e164 or call.number,
            direction=call.direction,
            line=self._line(call.line),
            at=(call.answered_at or call.started_at).astimezone(self.zone),
            seconds=whole_seconds(call.talk_seconds),
        )
        return self.charge(asked)

    def charge(self, asked: Asked) -> Charge | None:
        return charge(asked, self.tables)

    def _line(self, line: str) -> str:
        if line not in self._lines:
            self._lines[line] = line_key(line, self.region)
        return self._lines[line]


def tariff() -> Tariff:
    region = company().region
    return Tariff(in_order(_tables(region)), region, company_zone())


def line_key(line: str, region: str) -> str:
    """A line however it is written; what is no number stays as it is."""
    return (read_number(line, region).e164 or line) if line else ""


def has_price_lists() -> bool:
    return PriceList.objects.filter(removed_at=None).exists()


def _tables(region: str) -> list[PriceTable]:
    lists = list(PriceList.objects.filter(removed_at=None))
    rows: dict[int, list[Row]] = defaultdict(list)
    held = Price.objects.filter(price_list__removed_at=None, edition=F("price_list__edition"))
    for list_id, *values in held.values_list("price_list_id", *_ROW).iterator(chunk_size=2000):
        told = dict(zip(_ROW, values, strict=True))
        told["weekdays"] = frozenset(int(day) for day in told["weekdays"])
        rows[list_id].append(Row(**told))
    return [
        PriceTable(
            id=one.pk,
            direction=one.direction,
            currency=one.currency,
            line=line_key(one.line, region),
            rounding=one.rounding,
            decimals=one.decimals,
            charges_unanswered=one.charges_unanswered,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            rows=by_prefix(rows[one.pk]),
        )
        for one in lists
    ]
