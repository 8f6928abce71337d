"""Rating as background work: every minute what ended, a period on request, and budgets."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callcard.calls.models import Call
from callcard.calls.tariffs.budgets import count_budgets
from callcard.calls.tariffs.rating import rate_ended, rate_period
from callcard.jobs.kinds import Result, Run
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.staff.company import company_zone
from callcard.ui.writing import day

RATE, RATE_PERIOD, COUNT_BUDGETS = "rate-calls", "rate-period", "count-budgets"
RATE_EVERY = timedelta(minutes=1)
COUNT_EVERY = timedelta(minutes=10)


def rate_job(run: Run) -> None:
    rate_ended(run.progress)


def count_job(_run: Run) -> None:
    count_budgets()


def begin_period(*, since: date, until: date, user_id: int) -> Job:
    """Rate the calls of these days anew; both days belong to it."""
    title = _("Costs of calls, %(since)s – %(until)s") % {"since": day(since), "until": day(until)}
    arguments = {"since": since.isoformat(), "until": until.isoformat()}
    return enqueue(kind=RATE_PERIOD, arguments=arguments, user_id=user_id, title=title)


def rate_period_job(run: Run) -> Result:
    """Begun again after a kill, it finds what is rated already as it should be."""
    zone = company_zone()
    start = datetime.combine(date.fromisoformat(run.arguments["since"]), time(), zone)
    end = datetime.combine(date.fromisoformat(run.arguments["until"]) + timedelta(days=1), time(), zone)
    total = Call.objects.filter(started_at__gte=start, started_at__lt=end).count()
    written = rate_period(start, end, lambda done: run.progress(done, max(done, total)))
    count_budgets()
    words = ngettext("%(number)d call has another cost now.", "%(number)d calls have another cost now.", written)
    return {"words": words % {"number": written}, "url": reverse("call-log"), "link_words": _("Calls")}
