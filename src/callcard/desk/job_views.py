"""The progress of work that takes time. Users see what they began, the administrator everything."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from callcard.jobs.models import Job, JobQuerySet
from callcard.jobs.services import cancel_job, retry_job
from callcard.staff.requests import signed_in

_SHOWN = 100


def _seen(request: HttpRequest) -> JobQuerySet:
    user = signed_in(request)
    return Job.objects.all() if user.may("company.jobs") else Job.objects.of(user.pk)


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """The newest of them as a window. Work without a title is the program's own: only its failures are shown."""
    worth_telling = ~Q(title="") | Q(state=Job.State.FAILED)
    shown = _seen(request).filter(worth_telling).select_related("user").order_by("-id")[:_SHOWN]
    return render(request, "desk/jobs.html", {"jobs": shown})


@require_GET
def job(request: HttpRequest, pk: int) -> HttpResponse:
    return _progress(request, pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    cancel_job(job=get_object_or_404(_seen(request), pk=pk))
    return _progress(request, pk)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    retry_job(job=get_object_or_404(_seen(request), pk=pk))
    return _progress(request, pk)


def _progress(request: HttpRequest, pk: int) -> HttpResponse:
    response = render(request, "jobs/progress.html", {"job": get_object_or_404(_seen(request), pk=pk)})
    response["Cache-Control"] = "no-store"
    return response
