"""Calls get their cost after they ended, once, and again when something about them was corrected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callcard.calls.models import Call
from callcard.calls.tariffs.models import Price, PriceList, RatingPlace, WaitingCall
from callcard.calls.tariffs.rating import rate_ended, rate_period

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


@pytest.fixture
def prices(db: None) -> PriceList:
    made = PriceList.objects.create(name="Abroad", currency="USD", edition=1)
    Price.objects.create(price_list=made, edition=1, prefix="+1", per_minute=Decimal("0.30"), fee=Decimal("0.05"))
    Price.objects.create(price_list=made, edition=0, prefix="+15", per_minute=Decimal("9.00"))  # of an older edition
    return made


def ended(seconds: float = 61, **more: Any) -> Call:
    number = Call.objects.count() + 1
    given = {
        "pbx": "office",
        "key": str(number),
        "direction": "outbound",
        "outcome": "answered" if seconds else "busy",
        "e164": "+15550001",
        "started_at": NOON,
        "answered_at": NOON if seconds else None,
        "ended_at": NOON + timedelta(seconds=seconds),
        "talk_seconds": seconds,
        **more,
    }
    return Call.objects.create(**given)


def cost(call: Call) -> tuple[Decimal | None, str]:
    call.refresh_from_db()
    return call.cost, call.cost_currency


def test_what_ended_has_its_cost(prices: PriceList) -> None:
    abroad, busy, here, incoming = ended(), ended(0), ended(e164="+85620555"), ended(direction="inbound")
    assert rate_ended() == 2
    assert cost(abroad) == (Decimal("0.65"), "USD")
    assert cost(busy) == (Decimal(0), "USD")
    assert cost(here) == cost(incoming) == (None, "")
    assert rate_ended() == 0


def test_a_call_that_goes_on_is_rated_when_it_has_ended(prices: PriceList) -> None:
    long, later = ended(ended_at=None), ended()
    rate_ended()
    assert (cost(long), cost(later)) == ((None, ""), (Decimal("0.65"), "USD"))
    Call.objects.filter(pk=long.pk).update(ended_at=timezone.now(), talk_seconds=121)
    assert rate_ended() == 1
    assert cost(long) == (Decimal("0.95"), "USD")
    assert not WaitingCall.objects.exists()


def test_what_a_record_corrects_later_costs_what_it_says(prices: PriceList) -> None:
    partly = ended(10, outcome="unknown", is_complete=False)
    rate_ended()
    assert cost(partly) == (Decimal("0.35"), "USD")
    Call.objects.filter(pk=partly.pk).update(talk_seconds=600, is_complete=True)
    Call.objects.filter(pk=partly.pk).update(is_complete=True)
    WaitingCall.objects.update(look_at=timezone.now())
    # It is among the newest calls still; a thousand others came since.
    RatingPlace.objects.update(call_id=partly.pk + 1000)
    assert rate_ended() == 1
    assert cost(partly) == (Decimal("3.05"), "USD")
    assert not WaitingCall.objects.exists()


def test_a_call_that_is_gone_waits_no_more(prices: PriceList) -> None:
    gone = ended(ended_at=None)
    rate_ended()
    gone.delete()
    assert rate_ended() == 0
    assert not WaitingCall.objects.exists()


def test_without_prices_calls_pass_by_and_nothing_is_read_of_them(db: None) -> None:
    old = ended()
    assert rate_ended() == 0
    assert RatingPlace.objects.get().call_id == old.pk
    with CaptureQueriesContext(connection) as asked:
        rate_ended()
    assert not [one for one in asked if one["sql"].startswith("UPDATE")]


def test_calls_are_walked_on_from_where_the_last_look_ended(prices: PriceList, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcard.calls.tariffs.rating.AT_ONCE", 2)
    monkeypatch.setattr("callcard.calls.tariffs.rating._LATE", 1)
    calls = [ended() for _ in range(5)]
    assert rate_ended() == 5
    Call.objects.update(cost=None, cost_currency="")
    assert rate_ended() == 1  # the one that may have been committed late
    assert cost(calls[-1]) == (Decimal("0.65"), "USD")


def test_a_period_is_rated_anew_and_nothing_outside_of_it(prices: PriceList, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcard.calls.tariffs.rating.AT_ONCE", 2)
    before = ended(started_at=NOON - timedelta(seconds=1))
    inside = [ended() for _ in range(5)]  # all of one moment
    after = ended(started_at=NOON + timedelta(hours=1))
    told: list[int] = []
    assert rate_period(NOON, NOON + timedelta(hours=1), told.append) == 5
    assert [cost(call)[0] for call in (before, after)] == [None, None]
    assert {cost(call) for call in inside} == {(Decimal("0.65"), "USD")}
    assert told == [2, 4, 5]
    Price.objects.filter(edition=1).update(per_minute=Decimal("0.60"))
    assert rate_period(NOON, NOON + timedelta(hours=1)) == 5
    assert rate_period(NOON, NOON + timedelta(hours=1)) == 0
    prices.removed_at = timezone.now()
    prices.save()
    assert rate_period(NOON, NOON + timedelta(hours=1)) == 5
    assert {cost(call) for call in inside} == {(None, "")}
