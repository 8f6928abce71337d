"""/jobs: background work of the token's user, how far it is, and stopping or repeating it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered
from callcard.api.v1.types import Id, Told, moment
from callcard.jobs.models import Job
from callcard.jobs.services import cancel_job, retry_job
from callcard.staff.models import User
from callcard.staff.requests import signed_in

router = Router(tags=["jobs"])
_SHOWN = 100


class JobTold(Told):
    """`state`: waiting, running, done, failed or cancelled. `total` is null where nobody knows how much there is to do.
    `words`: what came of it; `problem`: what went wrong and what to do."""

    id: int
    kind: str
    title: str
    state: str
    done: int
    total: int | None
    words: str
    problem: str
    created_at: str
    ended_at: str | None


class JobsTold(Told):
    items: list[JobTold]


@router.get("", response=JobsTold, url_name="api-jobs")
def list_jobs(request: HttpRequest) -> HttpResponse:
    """What the token's user began, the newest first, at most a hundred."""
    rows = Job.objects.of(signed_in(request).pk).order_by("-pk")[:_SHOWN]
    return answered(request, {"items": [job_told(row) for row in rows]})


@router.get("/{id:pk}", response=JobTold, url_name="api-job")
def read_job(request: HttpRequest, pk: Id) -> HttpResponse:
    return answered(request, job_told(_own(signed_in(request), pk)))


@router.post("/{id:pk}/cancel", response=JobTold, url_name="api-job-cancel")
def cancel(request: HttpRequest, pk: Id) -> HttpResponse:
    """At once when it waits, else at its next step."""
    user = signed_in(request)
    if not cancel_job(job=_own(user, pk)):
        raise Problem(409, "It is over.")
    return answered(request, job_told(_own(user, pk)))


@router.post("/{id:pk}/retry", response=JobTold, url_name="api-job-retry")
def retry(request: HttpRequest, pk: Id) -> HttpResponse:
    """Of one that failed or was cancelled."""
    user = signed_in(request)
    if not retry_job(job=_own(user, pk)):
        raise Problem(409, "Only what failed or was cancelled begins anew.")
    return answered(request, job_told(_own(user, pk)))


def job_told(one: Job) -> dict[str, Any]:
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in ("kind", "title", "state", "done", "total", "problem")},
        "words": str(one.result.get("words", "")),
        "created_at": moment(one.created_at),
        "ended_at": moment(one.ended_at),
    }


def _own(user: User, pk: int) -> Job:
    job = Job.objects.of(user.pk).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job
