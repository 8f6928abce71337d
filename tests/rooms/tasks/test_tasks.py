"""Tasks as they are written: done once, the next one made, everything kept in the history."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from callcard.customers.services import create_customer
from callcard.live.models import LiveEvent
from callcard.staff.company import zone_of
from callcard.staff.models import Change, Company, User
from callcard.tasks.models import Task
from callcard.tasks.rules import Repeat, Unit
from callcard.tasks.services import add_task, cancel_task, change_task, complete_task, reopen_task, restore_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def mali() -> User:
    return User.objects.create_user("mali", time_zone="Europe/Berlin")


def _steps(task: Task) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    rows = Change.objects.filter(about="task", object_id=task.pk).order_by("pk")
    return [(row.action, row.before, row.after) for row in rows]


def test_a_task_is_done_once_and_the_first_moment_and_person_stay(mali: User) -> None:
    keo = User.objects.create_user("keo")
    task = add_task(title=" Call back ", assignee=mali)
    first = timezone.now() - timedelta(hours=1)
    assert [complete_task(task=task, done_at=first, by=mali), complete_task(task=task, by=keo)] == [True, False]
    kept = Task.objects.get()
    assert (kept.title, kept.done_at, kept.done_by, kept.is_cancelled) == ("Call back", first, mali, False)
    assert list(Task.objects.open()) == []


def test_a_task_may_be_taken_up_again(mali: User) -> None:
    task = add_task(title="Call back", assignee=mali)
    complete_task(task=task)
    reopen_task(task=task)
    assert list(Task.objects.open()) == [task]


def test_a_task_of_a_day_is_due_when_the_day_ends_where_its_assignee_is(mali: User) -> None:
    task = add_task(title="Pay", assignee=mali, due_on=date(2026, 7, 1))
    assert task.due_at == datetime(2026, 7, 1, 21, 59, tzinfo=UTC)
    change_task(task=task, changes={"due_at": datetime(2026, 7, 2, 7, 0, tzinfo=UTC)})
    task.refresh_from_db()
    assert (task.due_on, task.due_at) == (None, datetime(2026, 7, 2, 7, 0, tzinfo=UTC))


def test_without_a_time_zone_of_ones_own_the_companys_counts() -> None:
    Company.objects.create(name="M", time_zone="Asia/Vientiane")
    from callcard.staff.company import forget_company_zone

    forget_company_zone()
    assert str(zone_of(User(username="keo"))) == "Asia/Vientiane"
    assert str(zone_of(User(username="keo", time_zone="Not/AZone"))) == "UTC"
    forget_company_zone()


def test_done_makes_the_next_one_at_the_same_time_of_the_wall_clock(mali: User) -> None:
    before_change = datetime(2026, 3, 28, 8, 0, tzinfo=UTC)  # 9:00 in Berlin, the day before clocks change
    task = add_task(title="Open up", assignee=mali, due_at=before_change, repeat=str(Repeat(Unit.DAILY)), by=mali)
    complete_task(task=task, done_at=before_change, by=mali)
    following = Task.objects.get(previous=task)
    assert following.due_at == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)  # 9:00 still
    assert (following.title, following.repeat, following.assignee) == ("Open up", task.repeat, mali)
    assert _steps(following)[0][0] == Change.Action.CREATED


def test_what_was_done_late_does_not_come_again_in_the_past(mali: User) -> None:
    task = add_task(
        title="Pay rent", assignee=mali, due_on=date(2026, 1, 31), repeat=str(Repeat(Unit.MONTHLY, month_day=31))
    )
    complete_task(task=task, done_at=datetime(2026, 4, 2, 10, tzinfo=UTC))
    assert Task.objects.get(previous=task).due_on == date(2026, 4, 30)


def test_undoing_takes_the_next_one_back_unless_somebody_has_touched_it(mali: User) -> None:
    task = add_task(title="Water", assignee=mali, due_on=date(2026, 11, 2), repeat=str(Repeat(Unit.DAILY)))
    complete_task(task=task)
    reopen_task(task=task)
    assert list(Task.objects.all()) == [task]
    complete_task(task=task)
    change_task(task=Task.objects.get(previous=task), changes={"note": "The roses too"}, by=mali)
    reopen_task(task=task)
    assert Task.objects.open().count() == 2
    complete_task(task=task)
    assert Task.objects.filter(previous=task).count() == 1


def test_a_cancelled_task_does_not_come_again(mali: User) -> None:
    task = add_task(title="Water", assignee=mali, due_on=date(2026, 11, 2), repeat=str(Repeat(Unit.DAILY)))
    assert [cancel_task(task=task, by=mali), cancel_task(task=task, by=mali)] == [True, False]
    kept = Task.objects.get()
    assert (kept.is_cancelled, kept.done_by) == (True, mali)
    assert [action for action, _before, _after in _steps(task)] == ["created", "cancelled"]


def test_a_change_is_kept_with_who_and_what(mali: User) -> None:
    customer = create_customer(name="Souk")
    task = add_task(title="Call", assignee=mali, customer=customer, by=mali)
    change_task(task=task, changes={"title": "Call twice", "note": "\x00urgent"}, by=mali)
    step = Change.objects.filter(about="task").latest("pk")
    assert (step.action, step.by, step.customer_id) == ("changed", mali, customer.pk)
    assert (step.before, step.after) == ({"title": "Call", "note": ""}, {"title": "Call twice", "note": "urgent"})
    change_task(task=task, changes={"title": "Call twice"}, by=mali)
    assert Change.objects.filter(about="task").count() == 2


def test_a_step_can_be_restored(mali: User) -> None:
    task = add_task(title="Call", assignee=mali, by=mali)
    change_task(task=task, changes={"title": "Cal"}, by=mali)
    assert restore_task(change=Change.objects.latest("pk"), by=mali)
    task.refresh_from_db()
    assert task.title == "Call"
    assert Change.objects.latest("pk").action == "restored"


def test_a_task_that_goes_to_another_is_told_to_both(mali: User) -> None:
    keo = User.objects.create_user("keo")
    task = add_task(title="Call", assignee=mali)
    LiveEvent.objects.all().delete()
    change_task(task=task, changes={"assignee": keo}, by=mali)
    assert set(LiveEvent.objects.values_list("user_id", "kind")) == {
        (mali.pk, "tasks-changed"),
        (keo.pk, "tasks-changed"),
    }


def test_only_columns_that_are_meant_to_be_changed_are(mali: User) -> None:
    task = add_task(title="Call", assignee=mali)
    with pytest.raises(TypeError, match="done_at"):
        change_task(task=task, changes={"done_at": timezone.now()})


def test_who_gave_a_task_sees_it_and_strangers_do_not(mali: User) -> None:
    giver = User.objects.create_user("giver", records=User.Records.OWN)
    stranger = User.objects.create_user("stranger", records=User.Records.OWN)
    task = add_task(title="Call", assignee=mali, by=giver)
    assert list(Task.objects.visible_to(giver)) == [task]
    assert list(Task.objects.visible_to(stranger)) == []
    giver.is_active = False
    assert list(Task.objects.visible_to(giver)) == []
