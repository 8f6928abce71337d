"""The same task for many customers at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.jobs.kinds import Run
from callcard.jobs.services import claim_job
from callcard.live.models import LiveEvent
from callcard.staff.models import Change, User
from callcard.tasks import many_views
from callcard.tasks.many import add_tasks
from callcard.tasks.many_jobs import ADD_TASKS, UNDO_TASKS, add_found, begin_tasks, undo_made
from callcard.tasks.models import Task
from callcard.tasks.services import complete_task
from tests.rooms.staff.windows import Window, person, words

pytestmark = pytest.mark.django_db
_LEASE = timedelta(minutes=1)
ASKED = {"title": "Wish a happy new year", "due_on": "2027-01-04", "remind": "0", "priority": "2", "note": ""}


@pytest.fixture
def mali() -> User:
    return person("mali")


@pytest.fixture
def anna(mali: User) -> Window:
    return Window(person("anna", role="owner"))


def three(mali: User) -> list[Customer]:
    return [create_customer(name=name, responsible=who) for name, who in (("A", mali), ("B", None), ("C", None))]


def asked_for(customers: list[Customer], assignee: User) -> dict[str, object]:
    return {**ASKED, "assignee": assignee.pk, "customer": [one.pk for one in customers]}


def test_each_gets_the_task_and_their_responsible_does_it(anna: Window, mali: User) -> None:
    customers = three(mali)
    response = anna.post("/tasks/many", {**asked_for(customers, anna.user), "to_responsible": "1"})
    assert "3 tasks were written down." in words(response)
    rows = Task.objects.order_by("customer__name").values_list("customer__name", "assignee__username", "title")
    assert list(rows) == [("A", "mali", ASKED["title"]), ("B", "anna", ASKED["title"]), ("C", "anna", ASKED["title"])]
    assert sum(task.reminders.count() for task in Task.objects.all()) == 3
    told = LiveEvent.objects.filter(kind="tasks-changed").values_list("user__username", flat=True)
    assert sorted(told) == ["anna", "mali"]


def test_one_undo_takes_back_what_nobody_has_touched(anna: Window, mali: User) -> None:
    response = anna.post("/tasks/many", asked_for(three(mali), anna.user))
    complete_task(task=Task.objects.get(customer__name="B"), by=mali)
    batch = response.context["batch"]
    assert Window(mali).post("/tasks/many/undo", {"batch": batch}).status_code == 302
    assert Task.objects.count() == 3
    anna.post("/tasks/many/undo", {"batch": batch})
    assert list(Task.objects.values_list("customer__name", flat=True)) == ["B"]
    assert Change.objects.filter(about="task", action=Change.Action.REMOVED).count() == 2


def test_what_is_wrong_is_said_and_nobody_forgotten(anna: Window, mali: User) -> None:
    customers = three(mali)
    response = anna.post("/tasks/many", {**asked_for(customers, anna.user), "due_on": ""})
    assert response.status_code == 422
    assert not Task.objects.exists()
    for one in customers:
        assert f'name="customer" value="{one.pk}"' in words(response)


def test_nobody_whom_one_may_not_see_gets_a_task(anna: Window, mali: User) -> None:
    manager = Window(person("bo", records="own"))
    response = manager.post("/tasks/many", asked_for(three(mali), manager.user))
    assert response.headers["Location"] == "/customers/?"
    assert not Task.objects.exists()


def test_too_many_are_refused(anna: Window, mali: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many_views, "MOST", 2)
    response = anna.post("/tasks/many", asked_for(three(mali), anna.user))
    assert response.headers["Location"] == "/customers/?"
    assert not Task.objects.exists()


def test_very_many_are_a_job_that_may_begin_twice_and_be_undone(
    anna: Window, mali: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_views, "MOST_CHOSEN", 1)
    customers = three(mali)
    sent = {**ASKED, "assignee": anna.user.pk, "all": "1", "question": "sort=name"}
    assert anna.post("/tasks/many", sent).context["job"].title == "Tasks for many customers"
    run = _claimed(ADD_TASKS)
    add_tasks(
        customer_ids=[customers[0].pk],
        values={"title": "First", "assignee": anna.user, "due_on": None},
        to_responsible=False,
        by=anna.user,
        batch=f"tasks:job{run.job_id}",
    )
    result = add_found(run)
    assert sorted(Task.objects.values_list("customer__name", "title")) == [
        ("A", "First"),
        ("B", ASKED["title"]),
        ("C", ASKED["title"]),
    ]
    batch = anna.get(result["url"]).context["batch"]
    anna.post("/tasks/many/undo", {"batch": batch})
    assert undo_made(_claimed(UNDO_TASKS)) == {"words": "3 tasks are gone again."}
    assert not Task.objects.exists()


def test_a_job_whose_assignee_is_gone_says_so(anna: Window, mali: User) -> None:
    sent = QueryDict(mutable=True)
    sent.update({**ASKED, "assignee": str(mali.pk)})
    begin_tasks(question="", sent=sent, by=anna.user)
    User.objects.filter(pk=mali.pk).update(is_active=False)
    with pytest.raises(Exception, match="Choose anew"):
        add_found(_claimed(ADD_TASKS))


def _claimed(kind: str) -> Run:
    job = claim_job(leases={kind: _LEASE}, holder="w", now=timezone.now())
    assert job is not None
    return Run(job.pk, job.user_id, job.arguments, 1, "w", _LEASE)
