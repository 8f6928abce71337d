"""Missed callers: tasks, escalation, the list and its settings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.missed.following import FOLLOW, follow, follow_calls
from callcard.calls.missed.models import MissedCaller
from callcard.calls.missed.queries import count_of
from callcard.calls.missed.services import close, leave, reopen, take
from callcard.calls.missed.setting import decide, missed_settings
from callcard.customers.merge_services import merge_customers, undo_merge
from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.jobs.kinds import Run
from callcard.jobs.models import Job
from callcard.jobs.services import claim_job, end_job, enqueue
from callcard.live.models import LiveEvent
from callcard.staff.models import User
from callcard.staff.roles.models import Role
from callcard.tasks.models import Task
from callcard.tasks.services import change_task, complete_task
from tests.rooms.calls.missed_calls import NUMBER, Clock, ago, heard, manager, the_row, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "now", timezone.now())


@pytest.fixture
def mali() -> User:
    return manager("mali")


@pytest.fixture
def keo() -> User:
    return manager("keo")


# -- tasks and escalation ----------------------------------------------------------------------------------------------


def test_no_task_unless_the_administrator_wants_them(mali: User) -> None:
    heard(10, customer=create_customer(name="Souk", responsible=mali))
    follow()
    assert not Task.objects.exists()


def test_a_task_goes_with_the_row(mali: User, keo: User) -> None:
    decide(makes_tasks=True, minutes=30)
    souk = create_customer(name="Souk", responsible=mali)
    call = heard(10, customer=souk)
    follow()
    task = Task.objects.get()
    assert (task.title, task.assignee, task.customer, task.about_id) == ("Call back Souk", mali, souk, call.pk)
    assert task.due_at == ago(10) + timedelta(minutes=30)
    heard(5, customer=souk)
    follow()
    take(missed=the_row(), by=keo)
    assert Task.objects.get().assignee == keo
    heard(1, "answered", direction="outbound", customer=souk, rings=[keo])
    follow()
    done = Task.objects.get()
    assert (done.done_by, done.is_cancelled, done.is_open) == (keo, False, False)


def test_who_is_given_the_task_calls_back_and_who_leaves_it_keeps_no_task(mali: User, keo: User) -> None:
    decide(makes_tasks=True)
    heard(10, customer=create_customer(name="Souk", responsible=mali))
    follow()
    change_task(task=Task.objects.get(), changes={"assignee": keo}, by=mali)
    MissedCaller.objects.update(checked_at=ago(60))
    follow()
    assert (the_row().assignee, Task.objects.get().assignee) == (keo, keo)
    leave(missed=the_row(), by=keo)
    assert (the_row().assignee, Task.objects.get().assignee) == (mali, mali)

    heard(9, e164="+8562055500000", rings=[mali, keo])
    follow()
    nobodys = MissedCaller.objects.get(customer=None)
    for user in (keo, mali):
        take(missed=nobodys, by=user)
        nobodys.refresh_from_db()
        assert (nobodys.task and nobodys.task.assignee) == user
        leave(missed=nobodys, by=user)
        assert not Task.objects.open().filter(customer=None).exists()
        nobodys.refresh_from_db()


def test_the_task_of_who_is_given_up_is_cancelled_and_comes_back(mali: User) -> None:
    decide(makes_tasks=True)
    heard(10, customer=create_customer(name="Souk", responsible=mali))
    follow()
    close(missed=the_row(), state=MissedCaller.State.GIVEN_UP, by=mali)
    assert Task.objects.get().is_cancelled is True
    reopen(missed=the_row(), by=mali)
    assert (Task.objects.get().is_open, told()[0][1]) == (True, 1)


def test_who_does_the_task_has_called_back(mali: User) -> None:
    decide(makes_tasks=True)
    heard(10, customer=create_customer(name="Souk", responsible=mali))
    follow()
    complete_task(task=Task.objects.get(), by=mali)
    MissedCaller.objects.update(checked_at=ago(60))
    follow()
    assert (the_row().state, the_row().closed_by) == ("reached", mali)


def test_who_waits_too_long_is_told_to_the_owner_once(mali: User) -> None:
    decide(minutes=30, told_roles=["owner"])
    boss = User.objects.create_user("boss", role=User.Role.OWNER)
    heard(31, customer=create_customer(name="Souk", responsible=mali))
    heard(29, e164="+8562055500000", rings=[mali])
    follow()
    follow()
    (event,) = LiveEvent.objects.filter(kind="missed-escalated")
    row = MissedCaller.objects.get(customer__name="Souk")
    assert event.user_id == boss.pk
    assert event.payload == {
        "missed": row.pk,
        "words": "Souk called in vain 31 minutes ago, and nobody has called back.",
    }
    assert [one.escalated_at is not None for one in MissedCaller.objects.order_by("first_at")] == [True, False]
    assert count_of(boss) == (1, True)


def test_whoever_has_a_role_made_from_nothing_can_be_told(mali: User, client: Client) -> None:
    role = Role.objects.create(name="Shift leader", rights=["calls.see", "customers.see"], scope="all")
    leader = User.objects.create_user("leader")
    leader.take_roles([role])
    client.force_login(User.objects.create_user("admin", role=User.Role.ADMINISTRATOR))
    said = {"minutes": "30", "told_roles": [role.word]}
    assert client.post("/settings/missed-calls", said).status_code == 302
    heard(31, customer=create_customer(name="Souk", responsible=mali))
    follow()
    assert [event.user_id for event in LiveEvent.objects.filter(kind="missed-escalated")] == [leader.pk]
    assert "Shift leader" in client.get("/settings/missed-calls").content.decode()
    refused = client.post("/settings/missed-calls", {"minutes": "30", "told_roles": ["role-999"]})
    assert "role-999" in refused.content.decode()
    assert missed_settings().told_roles == [role.word]


def test_nobody_is_told_the_name_of_somebody_whom_they_may_not_see(mali: User) -> None:
    decide(minutes=30, told_roles=["owner", "manager"])
    User.objects.create_user("other", role=User.Role.MANAGER, records="own")
    boss = User.objects.create_user("boss", role=User.Role.OWNER)
    heard(31, customer=create_customer(name="Souk", responsible=mali))
    follow()
    told_to = {event.user_id: event.payload["words"] for event in LiveEvent.objects.filter(kind="missed-escalated")}
    assert {pk for pk, words in told_to.items() if "Souk" in words} <= {boss.pk, mali.pk}
    assert boss.pk in told_to


def test_without_a_limit_nobody_is_told() -> None:
    decide(minutes=0)
    User.objects.create_user("boss", role=User.Role.OWNER)
    heard(500)
    follow()
    assert (the_row().due_at, LiveEvent.objects.filter(kind="missed-escalated").count()) == (None, 0)


# -- the job -----------------------------------------------------------------------------------------------------------


def run_job() -> None:
    """As a worker does."""
    job = claim_job(leases={FOLLOW: timedelta(minutes=1)}, holder="me", now=timezone.now())
    assert job is not None
    follow_calls(Run(job.pk, None, job.arguments, 1, "me", timedelta(minutes=1)))
    assert end_job(job_id=job.pk, holder="me", state=Job.State.DONE)


def test_the_job_tells_pages_only_of_changes_and_forgets_its_own_runs(mali: User) -> None:
    heard(10)
    for _ in range(2):
        enqueue(kind=FOLLOW)
        run_job()
    assert (told(), LiveEvent.objects.filter(kind="calls-changed").count()) == ([(f"n:{NUMBER}", 1)], 1)
    Job.objects.update(ended_at=ago(61))
    enqueue(kind=FOLLOW)
    run_job()
    assert Job.objects.count() == 1


def test_customers_who_are_merged_wait_once_and_apart_again_after_the_undo() -> None:
    souk, kham = create_customer(name="Souk"), create_customer(name="Kham")
    heard(10, customer=souk)
    heard(9, customer=kham)
    follow()
    merge = merge_customers(kept=souk, gone=[kham], by=None)
    run_job()
    assert told() == [(f"c:{souk.pk}", 2)]
    undo_merge(merge=merge, by=None)
    run_job()
    assert told() == sorted([(f"c:{souk.pk}", 1), (f"c:{kham.pk}", 1)])


# -- windows -----------------------------------------------------------------------------------------------------------


def test_the_list_shows_who_waits_with_a_way_to_call(client: Client, mali: User) -> None:
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    assert "Nobody waits." in client.get("/calls/missed/").content.decode()
    heard(25, customer=create_customer(name="Souk <b>", responsible=mali))
    heard(20, customer=Customer.objects.get())
    heard(10, e164="+8562055500000", rings=[mali], line="+85621000901")
    follow()
    page = client.get("/calls/missed/").content.decode()
    assert "+856 21 000 901" in page
    assert page.index("tel:+8562055500000") < page.index("Souk &lt;b&gt;")
    assert (page.count(f"tel:{NUMBER}"), page.count("2 times"), page.count("waits longest")) == (1, 1, 1)
    assert client.get("/calls/missed/count").json() == {"number": 2, "late": False}


def test_a_foreign_customer_is_not_named(client: Client, mali: User, keo: User) -> None:
    heard(30, customer=create_customer(name="Souk", responsible=keo), rings=[mali])
    follow()
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    page = client.get("/calls/missed/?who=all").content.decode()
    assert "Souk" not in page
    assert "Known customer of keo" in page


@pytest.mark.parametrize("step", ["take", "leave", "close", "reopen"])
def test_what_one_may_not_see_does_not_exist(step: str, client: Client, mali: User, keo: User) -> None:
    heard(30, rings=[keo])
    follow()
    before = MissedCaller.objects.values().get()
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/calls/missed/{before['id']}/{step}", {"state": "given_up"}).status_code == 404
    assert MissedCaller.objects.values().get() == before


def test_given_up_in_the_list_and_undone_there(client: Client, mali: User) -> None:
    heard(30, rings=[mali])
    follow()
    row = the_row()
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/calls/missed/{row.pk}/close", {"state": "given_up"}, follow=True)
    assert f"/calls/missed/{row.pk}/reopen" in answer.content.decode()
    assert the_row().state == "given_up"
    assert "Given up" in client.get("/calls/missed/?who=all&state=closed").content.decode()
    client.post(f"/calls/missed/{row.pk}/reopen")
    assert the_row().state == "open"
    assert client.post(f"/calls/missed/{row.pk}/close", {"state": "nonsense"}, follow=True).status_code == 200
    assert the_row().state == "open"


@pytest.mark.parametrize("query", ["?undo=x", "?undo=99999999999999999999", "?after=%00", "?who=%00&state=%27"])
def test_nonsense_in_the_address_shows_the_list(query: str, client: Client, mali: User) -> None:
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/calls/missed/{query}").status_code == 200


def test_only_administrators_change_the_settings(client: Client, mali: User) -> None:
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    given = {"minutes": "5", "told": "owner", "makes_tasks": "on"}
    assert client.post("/settings/missed-calls", given).status_code == 403
    boss = User.objects.create_user("boss", role=User.Role.ADMINISTRATOR)
    client.force_login(boss, "django.contrib.auth.backends.ModelBackend")
    assert client.post("/settings/missed-calls", {**given, "minutes": "-1"}).status_code == 200
    heard(10, customer=create_customer(name="Souk", responsible=mali))
    follow()
    assert ((the_row().due_at or ago(0)) - the_row().first_at, Task.objects.count()) == (timedelta(minutes=30), 0)
    assert client.post("/settings/missed-calls", given).status_code == 302
    heard(9, e164="+8562055500000")
    follow()
    row = MissedCaller.objects.get(customer=None)
    assert row.due_at == row.first_at + timedelta(minutes=5)
