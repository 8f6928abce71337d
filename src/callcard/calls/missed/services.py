"""Writes of missed callers. What the calls say is written by `settle`; the rest is said by people."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from callcard.calls.missed.call_back import see_to_task
from callcard.calls.missed.history import History, call_key, last_spoke, rang_users, read_history, settled_by_hand_at
from callcard.calls.missed.models import MissedCaller, RangFor
from callcard.calls.missed.rules import Waiting, is_worth_opening, waiting
from callcard.calls.missed.setting import missed_settings
from callcard.calls.missed.telling import tell_changed
from callcard.calls.models import Call
from callcard.calls.screening.queries import is_blocked
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.tasks.services import reopen_task

REASON_LENGTH = 200
_OPEN = MissedCaller.State.OPEN


def settle(*, key: str) -> bool:
    """Let the row of this person be what the log says now. May be repeated; returns whether anything changed."""
    now = timezone.now()
    try:
        with transaction.atomic():
            row = MissedCaller.objects.select_for_update(of=("self",)).filter(key=key, state=_OPEN).first()
            changed = _settle(row, key, now)
    except IntegrityError:  # somebody else has just opened it; they are looked at again soon
        return False
    see_to_task(key=key)
    return changed


def take(*, missed: MissedCaller, by: User) -> bool:
    """This user calls back. False when nobody waits any more."""
    taken = _change(missed, assignee=by, taken_at=timezone.now())
    see_to_task(key=missed.key)
    return taken


def leave(*, missed: MissedCaller, by: User) -> bool:
    """They do not after all: it is whose it would have been. False unless it was theirs."""
    if missed.assignee_id != by.pk or missed.taken_at is None:
        return False
    left = _change(missed, assignee_id=_assignee(missed.key, read_history(missed.key)), taken_at=None)
    see_to_task(key=missed.key)
    return left


def close(*, missed: MissedCaller, state: MissedCaller.State, reason: str = "", by: User) -> bool:
    """Reached in another way, or given up. A later call in vain opens a new row. False when it was closed before."""
    words = reason.replace("\x00", "").strip()[:REASON_LENGTH]
    closed = _change(missed, state=state, reason=words, closed_by=by, closed_at=timezone.now(), closing_call_id=None)
    see_to_task(key=missed.key)
    return closed


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
    with transaction.atomic():
        changed = bool(MissedCaller.objects.filter(pk=missed.pk, state=_OPEN).update(**values))
        if changed:
            tell_changed()
    return changed


def _settle(row: MissedCaller | None, key: str, now: datetime) -> bool:
    history = read_history(key)
    waits = waiting(history.heard, settled_at=settled_by_hand_at(key))
    if waits is not None and is_blocked(_newest(history, waits).number, region=company().region):
        return row is not None and _drop(row, now)
    if row is None:
        return waits is not None and is_worth_opening(waits, key=key, now=now) and _open(key, waits, history, now)
    MissedCaller.objects.filter(pk=row.pk).update(checked_at=now)
    if waits is not None:
        return _update(row, waits, history)
    if history.reached is not None and history.missed:
        return _close_by_call(row, history.reached)
    return _let_go(row, now)


def _open(key: str, waits: Waiting, history: History, now: datetime) -> bool:
    row = MissedCaller(key=key, checked_at=now)
    _fill(row, waits, history)
    row.assignee_id = _assignee(key, history)
    minutes = missed_settings().minutes
    if minutes and not row.is_withheld:
        row.due_at = waits.first_at + timedelta(minutes=minutes)
    row.save()
    _note_rang(row, history, waits)
    return True


def _update(row: MissedCaller, waits: Waiting, history: History) -> bool:
    held = (row.first_at, row.last_at, row.times, row.last_call_id, row.customer_id)
    if held == (waits.first_at, waits.last_at, waits.times, waits.last_call, _newest(history, waits).customer_id):
        return False
    if row.due_at is not None:
        row.due_at += waits.first_at - row.first_at
    _fill(row, waits, history)
    row.save()
    _note_rang(row, history, waits)
    return True


def _fill(row: MissedCaller, waits: Waiting, history: History) -> None:
    newest = _newest(history, waits)
    row.customer_id, row.number, row.e164 = newest.customer_id, newest.number, newest.e164
    row.shown_name, row.line, row.queue = newest.shown_name, newest.line, newest.queue
    row.is_withheld = newest.customer_id is None and (newest.withheld or not newest.number)
    row.first_at, row.last_at, row.times = waits.first_at, waits.last_at, waits.times
    row.last_call_id = waits.last_call


def _newest(history: History, waits: Waiting) -> Call:
    return next(call for call in history.missed if call.pk == waits.last_call)


def _note_rang(row: MissedCaller, history: History, waits: Waiting) -> None:
    users = rang_users(call.pk for call in history.missed if call.started_at >= waits.first_at)
    RangFor.objects.bulk_create([RangFor(missed=row, user_id=pk) for pk in sorted(users)], ignore_conflicts=True)
    is_nobodys = row.assignee_id is None and not row.rang_for.exists()
    if is_nobodys != row.is_nobodys:
        row.is_nobodys = is_nobodys
        row.save(update_fields=["is_nobodys"])


def _assignee(key: str, history: History) -> int | None:
    """Who looks after them, else who spoke with them last; None: everybody whose phone rang."""
    newest = next(iter(history.missed), None)
    if newest is None or key.startswith("w:"):
        return None
    responsible = newest.customer.responsible if newest.customer else None
    if responsible is not None and responsible.is_active:
        return int(responsible.pk)
    return last_spoke(key, [call.e164 for call in history.missed if call.e164])


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
        row.key = key
        row.save(update_fields=["key"])
        return _settle(row, key, now) or True
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
