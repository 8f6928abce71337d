"""What of a budget is spent, and that those in charge hear of it once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.calls.tariffs.budgets import count_budget, count_budgets, spent_in
from callcard.calls.tariffs.models import Budget, BudgetWarning
from callcard.staff.models import Company, Team, User
from callcard.tasks.models import Reminder, Task

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC).date()


@pytest.fixture
def people(db: None) -> dict[str, User]:
    Company.objects.create(name="Lamps", region="LA", currency="USD", time_zone="UTC")
    made = {role: User.objects.create_user(role, role=role) for role in ("administrator", "owner", "manager")}
    User.objects.create_user("gone", role="owner", is_active=False)
    return made


def call(cost: str, at: datetime, currency: str = "USD", by: User | None = None, **more: Any) -> Call:
    given = {"pbx": "office", "key": str(Call.objects.count()), "direction": "outbound", **more}
    made = Call.objects.create(started_at=at, ended_at=at, cost=Decimal(cost), cost_currency=currency, **given)
    if by is not None:
        Segment.objects.create(call=made, key="own", role="caller", user=by)
    return made


def budget(amount: str = "100", **more: Any) -> Budget:
    return Budget.objects.create(**{"name": "Calls", "amount": Decimal(amount), "currency": "USD", **more})


def test_a_month_is_summed_up_in_one_currency(people: dict[str, User]) -> None:
    first, last = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    call("1.25", first)
    call("2.50", last)
    call("100", first - timedelta(seconds=1))
    call("100", last + timedelta(seconds=1))
    call("100", first, currency="LAK")
    assert spent_in(budget(), NOVEMBER) == Decimal("3.75")


def test_budgets_of_a_person_a_team_and_a_line_count_their_own_calls(people: dict[str, User]) -> None:
    at = datetime(2026, 11, 5, tzinfo=UTC)
    sales = Team.objects.create(name="Sales")
    abroad = Team.objects.create(name="Abroad", parent=sales)
    manager, owner = people["manager"], people["owner"]
    User.objects.filter(pk=manager.pk).update(team=abroad)
    call("1", at, by=manager, line="021 123 456")
    call("2", at, by=owner, line="+85621123456")
    call("4", at, direction="inbound", answered_by=manager, line="elsewhere")
    call("8", at, by=owner, answered_by=manager)
    found = {
        "manager": budget(scope="user", user=manager),
        "owner": budget(scope="user", user=owner),
        "sales": budget(scope="team", team=sales),
        "line": budget(scope="line", line="+85621123456"),
        "nobody": budget(scope="team"),
    }
    assert {name: spent_in(one, NOVEMBER) for name, one in found.items()} == {
        "manager": Decimal(5),
        "owner": Decimal(10),
        "sales": Decimal(5),
        "line": Decimal(3),
        "nobody": Decimal(0),
    }


def test_those_in_charge_are_reminded_once_at_eighty_and_once_at_a_hundred(people: dict[str, User]) -> None:
    made = budget()
    call("79.99", timezone.now())
    assert count_budget(made) == 0
    call("0.01", timezone.now())
    assert [count_budgets(), count_budgets()] == [1, 0]
    assert set(Task.objects.values_list("title", "assignee__username")) == {
        ("Budget “Calls”: 80 % of this month are spent", "administrator"),
        ("Budget “Calls”: 80 % of this month are spent", "owner"),
    }
    assert Reminder.objects.count() == 2
    call("25", timezone.now())
    assert [count_budgets(), count_budgets()] == [1, 0]
    made.refresh_from_db()
    assert (made.spent, made.percent, Task.objects.count()) == (Decimal(105), 105, 4)


def test_a_budget_that_was_raised_reminds_when_it_is_spent_again(people: dict[str, User]) -> None:
    made = budget()
    call("100", timezone.now())
    assert count_budgets() == 2
    Budget.objects.filter(pk=made.pk).update(amount=200)
    assert count_budgets() == 0
    call("60", timezone.now())
    assert [count_budgets(), count_budgets()] == [1, 0]
    assert Task.objects.filter(title__contains="80 %", assignee__username="owner").count() == 1


def test_who_leaps_over_both_steps_is_told_of_the_higher_one(people: dict[str, User]) -> None:
    budget()
    call("200", timezone.now())
    assert count_budgets() == 2
    assert {task.title for task in Task.objects.all()} == {"Budget “Calls”: 100 % of this month are spent"}
    assert sorted(BudgetWarning.objects.values_list("percent", flat=True)) == [80, 100]


def test_a_removed_budget_warns_nobody(people: dict[str, User]) -> None:
    budget(removed_at=timezone.now())
    call("200", timezone.now())
    assert count_budgets() == 0
    assert not Task.objects.exists()
