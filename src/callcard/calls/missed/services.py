"""Writes of missed callers. What the calls say is written by `settle`; the rest is said by people."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from callcard.calls.missed.call_back import see_to_task
from callcard.calls.missed.history import call_key, read_history, settled_by_hand_at
from callcard.calls.missed.models import MissedCaller, RangFor
from callcard.calls.missed.rules import Waiting, is_worth_opening
from callcard.calls.missed.standing import Standing, standing, who_calls_back
from callcard.calls.missed.telling import tell_changed
from callcard.calls.models import Call
from callcard.staff.models import User
from callcard.tasks.services import reopen_task

REASON_LENGTH = 200
_OPEN = MissedCaller.State.OPEN


def settle(*, key: str) -> bool:
    """Let the row of this person be what the log says now. May be repeated; returns whether anything changed."""
    changed, moved_to = _settled(key)
    if moved_to:
        settle(key=moved_to)
    else:
        see_to_task(key=key)
    return changed


def _settled(key: str) -> tuple[bool, str]:
    """(whether anything changed, the key under which the row is from now on, if that is another)"""
    while True:
        seen = standing(key)
        try:
            with transaction.atomic():
                held = MissedCaller.objects.select_for_update(of=("self",)).select_related("task")
                row = held.filter(key=key, state=_OPEN).first()
                if settled_by_hand_at(key) == seen.settled_at:
                    changed = _write(row, seen, timezone.now())
                    return changed, row.key if row is not None and row.key != key else ""
        except IntegrityError:  # somebody else has just opened it; they are looked at again soon
            return False, ""


def take(*, missed: MissedCaller, by: User) -> bool:
    """This user calls back. False when nobody waits any more."""
    return _change(missed, assignee=by, taken_at=timezone.now())


def leave(*, missed: MissedCaller, by: User) -> bool:
    """They do not after all: it is whose it would have been. False unless it was theirs."""
    if missed.assignee_id != by.pk or missed.taken_at is None:
        return False
    return _change(missed, assignee_id=who_calls_back(missed.key, read_history(missed.key)), taken_at=None)


def close(*, missed: MissedCaller, state: MissedCaller.State, reason: str = "", by: User) -> bool:
    """Reached in another way, or given up. A later call in vain opens a new row. False when it was closed before."""
    words = reason.replace("\x00", "").strip()[:REASON_LENGTH]
    return _change(missed, state=state, reason=words, closed_by=by, closed_at=timezone.now(), closing_call_id=None)


def reopen(*, missed: MissedCaller, by: User) -> bool:
    """Undo of `close`. False for what a talk closed: there is nothing to undo."""
    with transaction.atomic():
        held = MissedCaller.objects.select_for_update(of=("self",)).get(pk=missed.pk)
        if held.state == _OPEN or held.closing_call_id is not None:
            return False
        if MissedCaller.objects.filter(key=held.key, state=_OPEN).exists():
            held.delete()  # they have called again: that row takes up these calls
        else:
            held.state, held.reason, held.closed_by, held.closed_at = _OPEN, "", None, None
            held.save(update_fields=["state", "reason", "closed_by", "closed_at"])
            if held.task is not None:
                reopen_task(task=held.task, by=by)
    settle(key=missed.key)
    tell_changed()
    return True


def expire(*, missed: MissedCaller) -> None:
    """Nobody can call a hidden number; it has been shown long enough."""
    now = timezone.now()
    MissedCaller.objects.filter(pk=missed.pk, state=_OPEN).update(state=MissedCaller.State.GIVEN_UP, closed_at=now)


def _change(missed: MissedCaller, **values: object) -> bool:
    with transaction.atomic():  # with its task: one that is another's in between would count as given to that one
        changed = bool(MissedCaller.objects.filter(pk=missed.pk, state=_OPEN).update(**values))
        see_to_task(key=missed.key)
        if changed:
            tell_changed()
    return changed


def _write(row: MissedCaller | None, seen: Standing, now: datetime) -> bool:
    waits = seen.waits
    if waits is not None and seen.is_blocked:
        return row is not None and _drop(row, now)
    if row is None:
        return waits is not None and is_worth_opening(waits, key=seen.key, now=now) and _open(seen, waits, now)
    MissedCaller.objects.filter(pk=row.pk).update(checked_at=now)
    if waits is not None:
        return _update(row, seen, waits, now)
    if seen.history.reached is not None and seen.history.missed:
        return _close_by_call(row, seen.history.reached)
    return _let_go(row, now)


def _open(seen: Standing, waits: Waiting, now: datetime) -> bool:
    row = MissedCaller(key=seen.key, checked_at=now, assignee_id=seen.assignee_id)
    _fill(row, seen, waits)
    row.is_nobodys = row.assignee_id is None and not seen.rang
    if seen.calls_back_within and not row.is_withheld:
        row.due_at = waits.first_at + seen.calls_back_within
    row.save()
    _note_rang(row, seen)
    return True


def _update(row: MissedCaller, seen: Standing, waits: Waiting, now: datetime) -> bool:
    assert seen.newest is not None
    held = (row.first_at, row.last_at, row.times, row.last_call_id, row.customer_id, row.assignee_id)
    _see_whose(row, seen, now)
    told = (waits.first_at, waits.last_at, waits.times, waits.last_call, seen.newest.customer_id, row.assignee_id)
    if held == told:
        return False
    if row.due_at is not None:
        row.due_at += waits.first_at - row.first_at
    _fill(row, seen, waits)
    _note_rang(row, seen)
    row.is_nobodys = row.assignee_id is None and not row.rang_for.exists()
    row.save()
    return True


def _see_whose(row: MissedCaller, seen: Standing, now: datetime) -> None:
    """Who has taken it keeps it as long as they are here, and who was given its task has it. Of any other row the
    customer may have come to be looked after by somebody, or who was to call back may have left."""
    if row.task is not None and row.task.is_open and row.task.assignee_id != row.assignee_id:
        row.assignee_id, row.taken_at = row.task.assignee_id, now
    if not (row.taken_at and User.objects.filter(pk=row.assignee_id or 0, is_active=True).exists()):
        row.assignee_id, row.taken_at = seen.assignee_id, None


def _fill(row: MissedCaller, seen: Standing, waits: Waiting) -> None:
    newest = seen.newest
    assert newest is not None
    row.customer_id, row.number, row.e164 = newest.customer_id, newest.number, newest.e164
    row.shown_name, row.line, row.queue = newest.shown_name, newest.line, newest.queue
    row.is_withheld = newest.customer_id is None and (newest.withheld or not newest.number)
    row.first_at, row.last_at, row.times = waits.first_at, waits.last_at, waits.times
    row.last_call_id = waits.last_call


def _note_rang(row: MissedCaller, seen: Standing) -> None:
    RangFor.objects.bulk_create([RangFor(missed=row, user_id=pk) for pk in sorted(seen.rang)], ignore_conflicts=True)


def _close_by_call(row: MissedCaller, talk: Call) -> bool:
    row.state, row.closing_call_id = MissedCaller.State.REACHED, talk.pk
    row.closed_at, row.closed_by_id = talk.ended_at or talk.started_at, talk.answered_by_id or _caller(talk)
    row.save(update_fields=["state", "closing_call_id", "closed_at", "closed_by"])
    return True


def _caller(talk: Call) -> int | None:
    ours = talk.segments.filter(role="caller", user__isnull=False)
    return ours.values_list("user_id", flat=True).first()


def _let_go(row: MissedCaller, now: datetime) -> bool:
    """Its calls are not this person's any more: they belong to a customer by now, or are gone from the log."""
    call = Call.objects.filter(pk=row.last_call_id).first()
    key = call_key(call) if call is not None else row.key
    if key != row.key and not MissedCaller.objects.filter(key=key, state=_OPEN).exists():
        row.key = key  # whose calls are read next
        row.save(update_fields=["key"])
        return True
    return _drop(row, now)


def _drop(row: MissedCaller, now: datetime) -> bool:
    if row.task is not None:
        row.state = MissedCaller.State.GIVEN_UP
        row.closed_at = now
        row.closing_call_id = row.last_call_id  # not said by a person
        row.save(update_fields=["state", "closed_at", "closing_call_id"])
        return True
    row.delete()
    return True
