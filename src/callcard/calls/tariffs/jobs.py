"""Rating as background work: every minute what ended, a period on request, and budgets."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callcard.calls.models import Call
from callcard.calls.tariffs.budgets import count_budgets
from callcard.calls.tariffs.preview import Differences, differences, newest_price_change
from callcard.calls.tariffs.rating import rate_ended, rate_period
from callcard.jobs.kinds import Result, Run
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.staff.company import company_zone
from callcard.ui.writing import day

RATE, RATE_PERIOD, COUNT_BUDGETS = "rate-calls", "rate-period", "count-budgets"
PREVIEW_PERIOD = "preview-period"
RATE_EVERY = timedelta(minutes=1)
COUNT_EVERY = timedelta(minutes=10)


def rate_job(run: Run) -> None:
    rate_ended(run.progress)


def count_job(_run: Run) -> None:
    count_budgets()


def begin_preview(*, since: date, until: date, user_id: int) -> Job:
    """Count what rating the calls of these days anew would change; both days belong to it."""
    title = _("What new costs would change, %(since)s – %(until)s") % {"since": day(since), "until": day(until)}
    arguments = {"since": since.isoformat(), "until": until.isoformat()}
    return enqueue(kind=PREVIEW_PERIOD, arguments=arguments, user_id=user_id, title=title)


def begin_period(*, preview: Job, user_id: int) -> Job:
    """Do what this preview told of. To ask twice begins one job."""
    since, until = (date.fromisoformat(preview.arguments[name]) for name in ("since", "until"))
    title = _("Costs of calls, %(since)s – %(until)s") % {"since": day(since), "until": day(until)}
    return enqueue(kind=RATE_PERIOD, arguments=preview.arguments, user_id=user_id, title=title, key=_key(preview))


def writing_of(preview: Job) -> Job | None:
    """The job that does it, once somebody has said so."""
    return Job.objects.filter(key=_key(preview)).first()


def _key(preview: Job) -> str:
    return f"{RATE_PERIOD}:{preview.pk}"


def preview_job(run: Run) -> Result:
    newest = newest_price_change()
    start, end, total = _period(run)
    found = differences(start, end, lambda done: run.progress(done, max(done, total)))
    return {
        "words": _in_words(found),
        "url": reverse("rate-preview", args=[run.job_id]),
        "link_words": _("Look and decide") if found.changed else _("Look"),
        "found": {**found.told(), "price_change": newest},
    }


def rate_period_job(run: Run) -> Result:
    """Begun again after a kill, it finds what is rated already as it should be."""
    start, end, total = _period(run)
    written = rate_period(start, end, lambda done: run.progress(done, max(done, total)))
    count_budgets()
    words = ngettext("%(number)d call has another cost now.", "%(number)d calls have another cost now.", written)
    return {"words": words % {"number": written}, "url": reverse("call-log"), "link_words": _("Calls")}


def _period(run: Run) -> tuple[datetime, datetime, int]:
    """Its beginning, its end, and how many calls began between them."""
    zone = company_zone()
    start = datetime.combine(date.fromisoformat(run.arguments["since"]), time(), zone)
    end = datetime.combine(date.fromisoformat(run.arguments["until"]) + timedelta(days=1), time(), zone)
    return start, end, Call.objects.filter(started_at__gte=start, started_at__lt=end).count()


def _in_words(found: Differences) -> str:
    if not found.changed:
        return _("No cost would change. Nothing was written.")
    words = ngettext(
        "%(number)d call would have another cost. Nothing was written yet.",
        "%(number)d calls would have another cost. Nothing was written yet.",
        found.changed,
    )
    return words % {"number": found.changed}
