"""Recordings go when their time is over: by the administrator's rules, and what was removed by hand a month ago."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import ngettext

from callcard.calls.models import Call
from callcard.calls.recordings import storing
from callcard.calls.recordings.models import Recording, RetentionRule
from callcard.calls.recordings.rules import Rule, days_kept, shortest_kept
from callcard.calls.recordings.services import REMOVED_KEPT
from callcard.calls.recordings.setting import recording_settings
from callcard.calls.recordings.told_files import KEPT, forget_names
from callcard.jobs.kinds import Result, Run

FORGET = "forget-recordings"
EVERY = timedelta(days=1)
_AT_ONCE = 200


def forget_recordings(run: Run) -> Result:
    number = apply_rules(now=timezone.now(), between=lambda: run.progress(0))
    erase_removed(before=timezone.now() - REMOVED_KEPT)
    forget_names(before=timezone.now() - KEPT)
    words = ngettext("%(number)d recording was removed.", "%(number)d recordings were removed.", number)
    return {"words": words % {"number": number}}


def apply_rules(*, now: datetime, between: Callable[[], None] = lambda: None) -> int:
    """Erase what is too old. Returns how many. The file goes first: after a kill the next run finds the row again."""
    number = 0
    for rows in too_old(current_rules(), recording_settings().days, now):
        for row in rows:
            storing.erase(row.path)
        keys = [row.pk for row in rows]
        here = Recording.objects.filter(pk__in=keys, state=Recording.State.HERE)
        number += here.update(state=Recording.State.REMOVED, removed_at=now, is_erased=True, peaks=b"")
        between()
    return number


def number_too_old(rules: Sequence[Rule], days: int, now: datetime, *, most: int = 10_000) -> int:
    """How many recordings these rules would remove, counted to `most`."""
    number = 0
    for rows in too_old(rules, days, now):
        number += len(rows)
        if number >= most:
            break
    return number


def too_old(rules: Sequence[Rule], days: int, now: datetime) -> Iterator[list[Recording]]:
    """A few at a time, the oldest first."""
    shortest = shortest_kept(rules, days)
    if not shortest:
        return
    oldest = Recording.objects.filter(
        state=Recording.State.HERE, is_kept=False, began_at__lt=now - timedelta(days=shortest)
    )
    after = Q()
    while rows := list(oldest.filter(after).defer("peaks").order_by("began_at", "pk")[:_AT_ONCE]):
        last = rows[-1]
        after = Q(began_at__gt=last.began_at) | Q(began_at=last.began_at, pk__gt=last.pk)
        told = _of_calls(rows)
        yield [row for row in rows if _is_too_old(row, *told.get(row.call_id, ("", "")), rules, days, now)]


def _of_calls(rows: Sequence[Recording]) -> dict[int, tuple[str, str]]:
    """Direction and line; of a call that is gone the general rule counts."""
    calls = Call.objects.filter(pk__in=[row.call_id for row in rows])
    return {pk: (direction, line) for pk, direction, line in calls.values_list("pk", "direction", "line")}


def _is_too_old(row: Recording, direction: str, line: str, rules: Sequence[Rule], days: int, now: datetime) -> bool:
    kept = days_kept(direction, line, rules, days)
    return kept > 0 and row.began_at < now - timedelta(days=kept)


def current_rules() -> list[Rule]:
    return [Rule(*told) for told in RetentionRule.objects.values_list("direction", "line", "days")]


def erase_removed(*, before: datetime) -> int:
    """What was removed by hand goes for good. Returns how many."""
    gone = Recording.objects.filter(state=Recording.State.REMOVED, is_erased=False, removed_at__lt=before)
    rows = list(gone.defer("peaks"))
    for row in rows:
        storing.erase(row.path)
    keys = [row.pk for row in rows]
    return gone.filter(pk__in=keys).update(is_erased=True, peaks=b"")
