"""Jobs and schedules as rows: once for each key, once for each slot, one holder at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from callcard.jobs.models import Job, Schedule
from callcard.jobs.services import (
    cancel_job,
    claim_job,
    end_job,
    enqueue,
    enqueue_due_schedules,
    forget_jobs,
    renew_lease,
    retry_job,
    set_schedule,
)
from callcard.live.models import LiveEvent
from callcard.staff.models import User

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _claim(at: datetime, holder: str = "one", *kinds: str) -> Job | None:
    return claim_job(leases=dict.fromkeys(kinds or ("work",), MINUTE), holder=holder, now=at)


def test_a_key_makes_one_job_whatever_became_of_it() -> None:
    first = enqueue(kind="work", key="import:1", arguments={"n": 1})
    assert enqueue(kind="work", key="import:1", arguments={"n": 2}).pk == first.pk
    Job.objects.update(state=Job.State.DONE)
    assert enqueue(kind="work", key="import:1").pk == first.pk
    assert Job.objects.get().arguments == {"n": 1}


def test_the_one_that_is_due_for_longest_is_taken_and_only_by_one() -> None:
    enqueue(kind="work", run_at=NOON + MINUTE)
    early = enqueue(kind="work", run_at=NOON)
    enqueue(kind="other", run_at=NOON - MINUTE)
    assert _claim(NOON - MINUTE) is None
    taken = _claim(NOON + timedelta(seconds=1))
    assert taken
    assert (taken.pk, taken.attempts, taken.holder) == (early.pk, 1, "one")
    assert _claim(NOON + timedelta(seconds=2), "two") is None


def test_when_the_lease_is_over_another_may_take_it_and_the_first_has_no_say_any_more() -> None:
    job = enqueue(kind="work", run_at=NOON)
    assert _claim(NOON, "one")
    assert _claim(NOON + timedelta(seconds=59), "two") is None
    again = _claim(NOON + timedelta(seconds=60), "two")
    assert again
    assert (again.pk, again.attempts) == (job.pk, 2)
    assert renew_lease(job_id=job.pk, holder="one", lease=MINUTE, done=1, total=2, message="") is None
    assert end_job(job_id=job.pk, holder="one", state=Job.State.DONE) is False
    assert Job.objects.get().state == Job.State.RUNNING
    assert end_job(job_id=job.pk, holder="two", state=Job.State.DONE, result={"words": "ready"}) is True
    assert Job.objects.get().result == {"words": "ready"}


def test_progress_keeps_the_lease_and_tells_the_user_and_nobody_else() -> None:
    user = User.objects.create_user("mali")
    job = enqueue(kind="work", user_id=user.pk, run_at=NOON)
    _claim(NOON)
    LiveEvent.objects.all().delete()
    assert renew_lease(job_id=job.pk, holder="one", lease=MINUTE, done=3, total=10, message="Row 3")
    job.refresh_from_db()
    assert (job.done, job.total, job.percent, job.message) == (3, 10, 30, "Row 3")
    assert job.free_at > timezone.now() + timedelta(seconds=50)
    assert list(LiveEvent.objects.values_list("user_id", "kind", "payload")) == [(user.pk, "job", {"job": job.pk})]


def test_a_waiting_job_is_cancelled_at_once_a_running_one_is_asked_and_an_ended_one_is_left() -> None:
    waiting = enqueue(kind="work", run_at=NOON)
    assert cancel_job(job=waiting)
    waiting.refresh_from_db()
    assert waiting.state == Job.State.CANCELLED
    running = enqueue(kind="work", run_at=NOON)
    _claim(NOON)
    assert cancel_job(job=running)
    held = renew_lease(job_id=running.pk, holder="one", lease=MINUTE, done=1, total=None, message="")
    assert held
    assert held.is_unwanted
    end_job(job_id=running.pk, holder="one", state=Job.State.DONE)
    assert cancel_job(job=running) is False


def test_only_what_failed_or_was_cancelled_is_begun_anew() -> None:
    job = enqueue(kind="work", run_at=NOON)
    assert retry_job(job=job) is False
    _claim(NOON)
    end_job(job_id=job.pk, holder="one", state=Job.State.FAILED, problem="No such file")
    assert retry_job(job=job) is True
    job.refresh_from_db()
    assert (job.state, job.attempts, job.problem, job.ended_at) == (Job.State.WAITING, 0, "", None)


def test_of_many_nodes_one_makes_the_job_of_a_slot() -> None:
    set_schedule(slug="tidy", kind="work", every=timedelta(hours=1), first_at=NOON)
    assert enqueue_due_schedules(now=NOON - MINUTE) == 0
    stale = list(Schedule.objects.all())
    assert enqueue_due_schedules(now=NOON + MINUTE) == 1
    Schedule.objects.update(next_at=stale[0].next_at)  # as another node had read it at the same moment
    assert enqueue_due_schedules(now=NOON + MINUTE) == 1
    assert list(Job.objects.values_list("kind", "due_at")) == [("work", NOON)]
    assert Schedule.objects.get().next_at == NOON + timedelta(hours=1)


def test_slots_that_passed_while_nobody_was_there_are_done_once() -> None:
    set_schedule(slug="tidy", kind="work", every=timedelta(hours=1), first_at=NOON)
    enqueue_due_schedules(now=NOON + timedelta(hours=5, minutes=7))
    assert list(Job.objects.values_list("due_at", flat=True)) == [NOON + timedelta(hours=5)]
    assert Schedule.objects.get().next_at == NOON + timedelta(hours=6)


def test_a_schedule_that_is_set_again_keeps_its_next_slot() -> None:
    set_schedule(slug="tidy", kind="work", every=timedelta(hours=1), first_at=NOON)
    set_schedule(slug="tidy", kind="work", every=timedelta(hours=2))
    schedule = Schedule.objects.get()
    assert (schedule.next_at, schedule.every_seconds) == (NOON, 7200)


def test_old_jobs_that_ended_are_forgotten_and_others_are_kept() -> None:
    kept = enqueue(kind="work", run_at=NOON)
    Job.objects.create(kind="work", state=Job.State.DONE, free_at=NOON, ended_at=NOON)
    assert forget_jobs(before=NOON + MINUTE) == 1
    assert Job.objects.get() == kept
