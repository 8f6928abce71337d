"""Fills the log from the PBXs' own records: at start, every few minutes, after a link was away, and on request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.calls.reconcile.models import Reconciliation
from callcard.calls.reconcile.services import SETTLE, Source, confirm_source, reconcile
from callcard.jobs.kinds import JobFailed, Result, Run
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.staff.company import company
from callcard.switchboard.kinds import make_record
from callcard.switchboard.models import Pbx
from callcard.switchboard.own_extensions import own_extensions
from callcard.switchboard.record_words import explain_faults, explain_record, explain_shift
from callcard.telephony.records import RecordProblem

RECONCILE = "reconcile-calls"
EVERY = timedelta(minutes=3)
# Of a record that was never read: older calls belong to a time before Callcard was there.
FIRST_TIME = timedelta(days=1)
_HEARD_LATELY = timedelta(seconds=15)
_SHARES = 1000


def reconcile_calls(run: Run) -> Result | None:
    """The job. `arguments`: {"pbx": slug} for one only."""
    wanted = run.arguments.get("pbx")
    pbxs = Pbx.objects.filter(is_enabled=True, **({"slug": wanted} if wanted else {}))
    readings = [(pbx, found) for pbx in pbxs if (found := reconcile_pbx(pbx, _teller(run))) is not None]
    problems = [(pbx, found) for pbx, found in readings if found.problem]
    if run.user_id is not None and problems:
        raise JobFailed("; ".join(f"{pbx.name}: {explain_record(found)}" for pbx, found in problems))
    added = sum(found.added for _pbx, found in readings)
    completed = sum(found.completed for _pbx, found in readings)
    words = _("%(added)d calls were missing and were added, %(completed)d were completed.")
    told = [
        words % {"added": added, "completed": completed},
        *(said for _, found in readings for said in _doubts(found)),
    ]
    return {"words": " ".join(told)}


def _doubts(found: Reconciliation) -> list[str]:
    """Why there may be calls in the record that the log has not, or why they were not where they were looked for."""
    unread = explain_faults(found)
    sample = f" ({found.sample})" if found.sample else ""
    return [words for words in (f"{unread}{sample}." if unread else "", explain_shift(found.shift)) if words]


def reconcile_pbx(pbx: Pbx, tell: Callable[[float], None] = lambda share: None) -> Reconciliation | None:
    """None when no record was set for it."""
    now = timezone.now()
    try:
        record = make_record(pbx)
    except RecordProblem as problem:
        found = Reconciliation(pbx=pbx.slug, began_at=now, ended_at=now, problem=problem.problem, detail=problem.detail)
        found.save()
        return found
    if record is None:
        return None
    region = company().region
    source = Source(
        pbx=pbx.slug,
        name=_digest(pbx),
        record=record,
        since=now - FIRST_TIME,
        is_heard=pbx.heard_at is not None and now - pbx.heard_at < _HEARD_LATELY,
        shift=lambda: record.shift,
        is_own_extension=own_extensions(region),
    )
    return reconcile(source, region=region, tell=tell)


def reconcile_soon(slug: str) -> None:
    """The link to this PBX has come back: what was said meanwhile is in its record, once it has settled."""
    waiting = Job.objects.filter(kind=RECONCILE, state=Job.State.WAITING, arguments__pbx=slug)
    if not waiting.exists():
        enqueue(kind=RECONCILE, arguments={"pbx": slug}, run_at=timezone.now() + 2 * SETTLE)


def reconcile_now(pbx: Pbx, *, user_id: int, is_confirmed: bool = False) -> Job:
    """`is_confirmed`: they say that the record is this PBX's, whatever it looks like."""
    if is_confirmed:
        confirm_source(pbx=pbx.slug, name=_digest(pbx))
    title = _("Read the records of %(name)s") % {"name": pbx.name}
    return enqueue(kind=RECONCILE, arguments={"pbx": pbx.slug}, user_id=user_id, title=title)


def _teller(run: Run) -> Callable[[float], None]:
    return lambda share: run.progress(min(_SHARES - 1, int(share * _SHARES)), _SHARES)


def _digest(pbx: Pbx) -> str:
    """Of where the record is; a new secret or time zone is no new record."""
    options: dict[str, Any] = pbx.options
    told = "\n".join(str(options.get(name, "")) for name in ("records", "records_columns"))
    return hashlib.sha256(told.encode()).hexdigest()
