"""Old presses of Call buttons go, but no country becomes unknown by it and no limit counts anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from callcard.staff.models import Company, User
from callcard.switchboard import old_requests
from callcard.switchboard.dial_rules import Risk
from callcard.switchboard.dialling import usage_today
from callcard.switchboard.models import DialRequest
from callcard.switchboard.old_requests import KEPT, forget_requests
from callcard.switchboard.refusals import NotDialled
from callcard.switchboard.whom import whom

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    Company.objects.create(name="Mekong Trading", region="LA", currency="LAK")
    return User.objects.create_user("anna")


def pressed(user: User, name: str, *, days: float, country: str = "", problem: str = "") -> None:
    reach = "abroad" if country else "internal"
    row = DialRequest.objects.create(
        command_id=name, user=user, number="+4930123456", country=country, problem=problem, reach=reach
    )
    DialRequest.objects.filter(pk=row.pk).update(requested_at=timezone.now() - timedelta(days=days))


def left() -> list[str]:
    return list(DialRequest.objects.order_by("command_id").values_list("command_id", flat=True))


def test_the_newest_of_each_country_stays_and_all_that_are_not_old(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_requests, "_AT_ONCE", 2)
    for number, days in enumerate((400, 300, 200)):
        pressed(anna, f"de-{number}", days=days, country="DE")
    pressed(anna, "de-refused", days=150, country="DE", problem="rule_abroad")
    pressed(anna, "fr-old", days=400, country="FR")
    pressed(anna, "fr-new", days=10, country="FR")
    pressed(anna, "inner-old", days=91)
    pressed(anna, "inner-new", days=89)
    pressed(anna, "refused-only", days=400, country="JP", problem="rule_abroad")
    breaths: list[int] = []
    assert forget_requests(before=timezone.now() - KEPT, between=lambda: breaths.append(1)) == 6
    assert left() == ["de-2", "fr-new", "inner-new"]
    assert len(breaths) == 3
    assert forget_requests(before=timezone.now() - KEPT) == 0


def test_a_country_called_long_ago_is_still_known_and_today_counts_as_before(anna: User) -> None:
    pressed(anna, "de", days=800, country="DE")
    pressed(anna, "at", days=0, country="AT")
    before = usage_today(anna)
    forget_requests(before=timezone.now() - KEPT)
    assert usage_today(anna) == before
    assert Risk.NEW_COUNTRY not in whom(anna, "+49 30 1234567", NotDialled).destination.risks
    assert Risk.NEW_COUNTRY in whom(anna, "+33 1 23 45 67 89", NotDialled).destination.risks
