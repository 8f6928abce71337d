"""The job that fetches recordings: far from any ringing phone, a few at a time, each by itself.

What there is to do are rows; each is somebody's for a while (`due_at`), so a kill at any point loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.calls.models import Call
from callcard.calls.recordings import from_folder, from_web
from callcard.calls.recordings.looking_again import FAR_LOOK_SECONDS, look_for_more
from callcard.calls.recordings.models import NEVER_ANSWERED, Recording, RecordingSource
from callcard.calls.recordings.rules import SOURCE_PROBLEMS, gives_up, pause_after
from callcard.calls.recordings.services import (
    EXPECTED_AT_ONCE,
    expect_recordings,
    follow_calls,
    is_one_of_several,
    leave_out,
)
from callcard.calls.recordings.told_files import names_of
from callcard.calls.recordings.words import explain
from callcard.jobs.kinds import JobFailed, Result, Run
from callcard.jobs.services import forget_runs
from callcard.staff.company import company_zone

logger = logging.getLogger(__name__)

FETCH = "fetch-recordings"
EVERY = timedelta(seconds=15)
_LATELY, _LONG_AGO = timedelta(hours=6), timedelta(days=3)
_LEASE = timedelta(minutes=20)
_AT_ONCE = 200


@dataclass(slots=True)
class Count:
    fetched: int = 0
    waiting: int = 0
    silent: int = 0  # left out: see services.leave_out


def fetch_recordings(run: Run) -> Result | None:
    """The job. `arguments`: {"days": 30} to look for recordings of older calls too."""
    count, problems = fetch(lambda: run.progress(0), days=int(run.arguments.get("days", 0)))
    forget_runs(kind=FETCH)
    if run.user_id is not None and problems:
        raise JobFailed(" ".join(problems))
    words = _("Fetched: %(fetched)d. Not found yet: %(waiting)d.")
    return {"words": words % {"fetched": count.fetched, "waiting": count.waiting}}


def fetch(between: Callable[[], None] = lambda: None, *, days: int = 0) -> tuple[Count, list[str]]:
    """Everything that there is to do now. Returns what came of it, and the problems of sources in words."""
    count, problems, now = Count(), [], timezone.now()
    sources = list(RecordingSource.objects.filter(is_enabled=True).order_by("-pbx", "pk"))
    if any(_is_far_look(source, now) for source in sources):
        follow_calls(now=now)
    for source in sources:
        if source.kind != RecordingSource.Kind.PROVIDER:
            since = _since(source, now, days)
            while expect_recordings(source=source, since=since, now=now) == EXPECTED_AT_ONCE:
                between()
            if days or _is_far_look(source, now):
                look_for_more(source, since=since if days else None, now=now)
        problem, detail = from_folder.look_at(source)
        if not problem:
            problem, detail = _fetch_from(source, count, between)
        _note_look(source, problem, detail)
        if problem:
            problems.append(f"{source}: {explain(problem, detail)}")
    _fetch_from(None, count, between)
    if count.silent:
        logger.info("%d recordings without sound of calls that nobody answered were left out", count.silent)
    return count, problems


def _since(source: RecordingSource, now: datetime, days: int) -> datetime:
    if days:
        return now - timedelta(days=days)
    return now - (_LONG_AGO if _is_far_look(source, now) else _LATELY)


def _is_far_look(source: RecordingSource, now: datetime) -> bool:
    """Far back only every few minutes: calls are also added to the log afterwards."""
    return source.looked_at is None or _slot(source.looked_at) != _slot(now)


def _slot(at: datetime) -> int:
    return int(at.timestamp() // FAR_LOOK_SECONDS)


def _fetch_from(source: RecordingSource | None, count: Count, between: Callable[[], None]) -> tuple[str, str]:
    """The problem of the source, which ends this look; empty when there is none. None: what providers have told."""
    while rows := claim(source, timezone.now()):
        for row, problem, detail in _outcomes(source, rows):
            if not problem:
                count.fetched += 1
            elif row.state == Recording.State.WAITING:
                count.waiting += 1
                count.silent += _wait(row, problem, detail)
            if problem in SOURCE_PROBLEMS and source is not None:
                _let_go(rows)
                return problem, detail
            between()
    return "", ""


def _outcomes(source: RecordingSource | None, rows: list[Recording]) -> Iterator[tuple[Recording, str, str]]:
    """(row, problem, detail) of each; the problem is empty when its file is here."""
    names = names_of(rows)
    if source is not None and source.kind == RecordingSource.Kind.FOLDER:
        yield from from_folder.take_all(source, rows, names)
        return
    zone = company_zone()
    for row in rows:
        yield from from_web.take_all(source, row, names[row.call_id], zone)


def claim(source: RecordingSource | None, now: datetime) -> list[Recording]:
    """Rows that are due; nobody else takes them for a while."""
    with transaction.atomic():
        due = Recording.objects.filter(state=Recording.State.WAITING, due_at__lte=now, source=source)
        rows = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")[:_AT_ONCE])
        keys = [row.pk for row in rows]
        Recording.objects.filter(pk__in=keys).update(due_at=now + _LEASE, attempts=F("attempts") + 1)
    for row in rows:
        row.attempts += 1
    return rows


def _wait(row: Recording, problem: str, detail: str) -> bool:
    """Until the next look; or it is given up, and says why. Whether it was left out, as none that was missed."""
    now = timezone.now()
    held = Recording.objects.filter(pk=row.pk, state=Recording.State.WAITING)
    if problem == "not_there" and not row.place and is_one_of_several(row):
        held.delete()  # there is no other than those that are known
        return False
    call = Call.objects.filter(pk=row.call_id).values_list("ended_at", "is_recorded", "outcome").first()
    ended_at, is_recorded, outcome = call or (None, True, "")
    values: dict[str, object] = {"problem": problem, "detail": detail[:200]}
    if problem == "not_there" and not row.place:
        values["source"] = _next_source(row)
    if not gives_up(problem, attempts=row.attempts, ended_at=ended_at or row.began_at, now=now):
        held.update(due_at=now + pause_after(row.attempts), **values)
    elif problem == "not_there" and not is_recorded:
        held.delete()  # nobody said that there is one
    elif problem == "empty" and outcome in NEVER_ANSWERED:
        leave_out(recording=row)
        return True
    else:
        state = Recording.State.MISSING if problem in ("not_there", "gone") else Recording.State.REFUSED
        held.update(state=state, **values)
    return False


def _next_source(row: Recording) -> int | None:
    """A PBX may have several places of one kind: they are looked through in turn."""
    places = RecordingSource.objects.filter(is_enabled=True, kind=row.origin, pbx__in=["", row.pbx])
    keys = list(places.order_by("pk").values_list("pk", flat=True))
    if row.source_id not in keys:
        return row.source_id
    return keys[(keys.index(row.source_id) + 1) % len(keys)]


def _let_go(rows: list[Recording]) -> None:
    """The source is at fault: those that were not tried are due when it is looked at again."""
    later = timezone.now() + EVERY
    Recording.objects.filter(
        pk__in=[row.pk for row in rows], state=Recording.State.WAITING, due_at__gt=later + EVERY
    ).update(due_at=later)


def _note_look(source: RecordingSource, problem: str, detail: str) -> None:
    values = {"problem": problem, "detail": detail[:200], "looked_at": timezone.now()}
    RecordingSource.objects.filter(pk=source.pk).update(**values)
