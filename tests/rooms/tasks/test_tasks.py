from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from callcard.staff.models import User
from callcard.tasks.models import Task
from callcard.tasks.services import add_task, complete_task, reopen_task

pytestmark = pytest.mark.django_db


def test_a_task_is_done_once_and_the_first_moment_stays() -> None:
    task = add_task(title=" Call back ", assignee=User.objects.create_user("mali"))
    first = timezone.now() - timedelta(hours=1)
    assert [complete_task(task=task, done_at=first), complete_task(task=task)] == [True, False]
    assert (Task.objects.get().title, Task.objects.get().done_at) == ("Call back", first)
    assert list(Task.objects.open()) == []


def test_a_task_may_be_taken_up_again() -> None:
    task = add_task(title="Call back", assignee=User.objects.create_user("mali"))
    complete_task(task=task)
    reopen_task(task=task)
    assert list(Task.objects.open()) == [task]
