"""Writes of jobs. Each is one short transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from callcard.jobs.models import Job, Schedule
from callcard.jobs.wakeup import wake_workers
from callcard.live.services import Tell, tell

_RUNS_KEPT = timedelta(hours=1)
_FORGET_AT_ONCE = 500


def enqueue(
    *,
    kind: str,
    arguments: Mapping[str, Any] | None = None,
    user_id: int | None = None,
    title: str = "",
    key: str | None = None,
    run_at: datetime | None = None,
) -> Job:
    """Begin a job, now or at `run_at`; it starts when the transaction around this is committed.

    `key`: a second job with the same key is not made, the first one is returned, whatever became of it. `user_id`: who
    sees its progress, and in whose language and time zone it runs; None: the program's own work.
    """
    job = Job(
        kind=kind,
        arguments=dict(arguments or {}),
        user_id=user_id,
        title=title[:200],
        key=key,
        free_at=run_at or timezone.now(),
    )
    with transaction.atomic():
        if key is None:
            job.save()
        else:
            Job.objects.bulk_create([job], ignore_conflicts=True)
            job = Job.objects.get(key=key)
        transaction.on_commit(wake_workers)
    return job


def cancel_job(*, job: Job) -> bool:
    """Stop it: at once when it waits, else at its next progress. False when it is over."""
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state=Job.State.WAITING)
        if waiting.update(state=Job.State.CANCELLED, ended_at=timezone.now(), is_unwanted=True):
            _tell(job.pk, job.user_id)
            return True
        return bool(Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(is_unwanted=True))


def retry_job(*, job: Job) -> bool:
    """Begin a failed or cancelled job anew. False when it is neither."""
    with transaction.atomic():
        over = Job.objects.filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.CANCELLED])
        again = over.update(
            state=Job.State.WAITING,
            free_at=timezone.now(),
            ended_at=None,
            attempts=0,
            done=0,
            problem="",
            is_unwanted=False,
        )
        if again:
            transaction.on_commit(wake_workers)
            _tell(job.pk, job.user_id)
    return bool(again)


def set_schedule(
    *,
    slug: str,
    kind: str,
    every: timedelta,
    arguments: Mapping[str, Any] | None = None,
    first_at: datetime | None = None,
    rest: timedelta = timedelta(),
) -> Schedule:
    """Make the schedule, or change it. Its next slot stays unless `first_at` says otherwise; a new one rests first."""
    values: dict[str, Any] = {"kind": kind, "every_seconds": round(every.total_seconds()), "arguments": arguments or {}}
    if first_at is not None:
        values["next_at"] = first_at
    created = {"next_at": timezone.now() + rest, **values}
    schedule, _is_new = Schedule.objects.update_or_create(slug=slug, defaults=values, create_defaults=created)
    return schedule


def enqueue_due_schedules(*, now: datetime) -> int:
    """Make a job for the newest slot of each schedule that is due. However many nodes do it, each slot has one job;
    slots that passed while nobody was at work are not caught up with. Returns how many schedules were due.
    """
    due = list(Schedule.objects.filter(is_enabled=True, next_at__lte=now))
    for schedule in due:
        every = timedelta(seconds=schedule.every_seconds)
        slot = schedule.next_at + (now - schedule.next_at) // every * every
        with transaction.atomic():
            job = Job(kind=schedule.kind, arguments=schedule.arguments, schedule=schedule, due_at=slot, free_at=now)
            Job.objects.bulk_create([job], ignore_conflicts=True)
            Schedule.objects.filter(pk=schedule.pk, next_at=schedule.next_at).update(next_at=slot + every)
    return len(due)


def claim_job(*, leases: Mapping[str, timedelta], holder: str, now: datetime) -> Job | None:
    """Take the job that has been due for longest; it is this holder's until its lease is over.

    `leases`: the kinds that are asked for, and how long each is kept without a word of progress.
    """
    free = Job.objects.open().filter(kind__in=list(leases), free_at__lte=now).order_by("free_at", "id")
    with transaction.atomic():
        job = free.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        job.state, job.holder, job.attempts = Job.State.RUNNING, holder, job.attempts + 1
        job.free_at, job.started_at = now + leases[job.kind], now
        job.save(update_fields=["state", "holder", "attempts", "free_at", "started_at"])
        if job.user_id is not None:
            _tell(job.pk, job.user_id)
    return job


def renew_lease(
    *, job_id: int, holder: str, lease: timedelta, done: int, total: int | None, message: str
) -> Job | None:
    """Write down how far it is; None when the job is not this holder's any more."""
    with transaction.atomic():
        held = Job.objects.filter(pk=job_id, state=Job.State.RUNNING, holder=holder)
        free_at = timezone.now() + lease
        if not held.update(done=done, total=total, message=message[:300], free_at=free_at):
            return None
        job = Job.objects.only("user_id", "is_unwanted").get(pk=job_id)
        _tell(job_id, job.user_id)
    return job


def leave_result(*, job_id: int, holder: str, result: Mapping[str, Any]) -> None:
    """Write down what there is to look at if it never ends well."""
    Job.objects.filter(pk=job_id, state=Job.State.RUNNING, holder=holder).update(result=result)


def end_job(*, job_id: int, holder: str, state: Job.State, **values: Any) -> bool:
    """Write down how it ended; False when it is not this holder's any more, whose word then does not count."""
    with transaction.atomic():
        held = Job.objects.filter(pk=job_id, state=Job.State.RUNNING, holder=holder)
        if not held.update(state=state, holder="", ended_at=timezone.now(), **values):
            return False
        _tell(job_id, Job.objects.values_list("user_id", flat=True).get(pk=job_id))
    return True


def put_back(*, job_id: int, holder: str, free_at: datetime, attempts: int, last_error: str = "") -> None:
    """Let it be tried again from `free_at` on."""
    with transaction.atomic():
        held = Job.objects.filter(pk=job_id, state=Job.State.RUNNING, holder=holder)
        values = {"last_error": last_error} if last_error else {}
        if held.update(state=Job.State.WAITING, holder="", free_at=free_at, attempts=attempts, **values):
            _tell(job_id, Job.objects.values_list("user_id", flat=True).get(pk=job_id))


def forget_jobs(*, before: datetime) -> int:
    """Drop jobs that ended before then, a few at a time. Returns how many."""
    old = Job.objects.filter(ended_at__lt=before).order_by("ended_at").values_list("id", flat=True)
    forgotten = 0
    while ids := list(old[:_FORGET_AT_ONCE]):
        forgotten += Job.objects.filter(id__in=ids).delete()[0]
    return forgotten


def forget_runs(*, kind: str) -> None:
    """Of what comes every few seconds: nobody asks for its runs of yesterday."""
    Job.objects.filter(kind=kind, state=Job.State.DONE, ended_at__lt=timezone.now() - _RUNS_KEPT).delete()


def _tell(job_id: int, user_id: int | None) -> None:
    """The last thing of a transaction."""
    if user_id is not None:
        tell([Tell(user_id=user_id, kind="job", payload={"job": job_id})])
