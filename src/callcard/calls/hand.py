"""Calls that people write down themselves, where no telephone system does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from callcard.calls.models import Call, CallNote, Segment
from callcard.calls.services import write_note
from callcard.customers.models import Customer
from callcard.customers.queries import match_number
from callcard.staff.company import company
from callcard.staff.history import put_back, record_change, snapshot
from callcard.staff.models import Change, User
from callcard.telephony.numbers import read_number

PBX = "hand"
ABOUT = "call"
KEPT = (
    "direction",
    "outcome",
    "number",
    "customer",
    "started_at",
    "talk_seconds",
    "result",
    "order",
    "written_by",
    "key",
)
"""What the history knows of such a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """`talk_seconds`: 0 unless somebody answered."""

    direction: str
    outcome: str
    number: str
    customer: Customer | None
    started_at: datetime
    talk_seconds: float


class CannotUndo(Exception):
    """The call was changed again since, or there is nothing to bring back."""


def may_change(call: Call, user: User) -> bool:
    """Who wrote it down; what a telephone system told is nobody's to change."""
    return call.origin == Call.Origin.HAND and call.written_by_id == user.pk


@transaction.atomic
def write_down(*, written: Written, note: str = "", by: User) -> Call:
    call = Call(pbx=PBX, key=uuid4().hex, origin=Call.Origin.HAND, written_by=by, is_complete=True)
    _fill(call, written)
    call.save()
    _write_segments(call, by)
    if note.strip():
        write_note(call=call, note=note, author=by)
    _keep(call, Change.Action.CREATED, before={}, by=by)
    return call


@transaction.atomic
def change_written(*, call: Call, written: Written, by: User) -> None:
    held = Call.objects.select_for_update().get(pk=call.pk)
    before = snapshot(held, KEPT)
    _fill(held, written)
    held.save()
    _write_segments(held, held.written_by or by)
    _keep(held, Change.Action.CHANGED, before=before, by=by)


@transaction.atomic
def remove_written(*, call: Call, by: User) -> Change:
    """Away with it; `restore_removed` brings it back."""
    held = Call.objects.select_for_update().get(pk=call.pk)
    before = snapshot(held, KEPT) | {"note": held.note}
    change = record_change(
        about=ABOUT,
        object_id=held.pk,
        customer_id=held.customer_id,
        action=Change.Action.REMOVED,
        before=before,
        after={},
        by=by,
    )
    assert change is not None
    held.delete()
    return change


@transaction.atomic
def restore_removed(*, change: Change, by: User) -> Call:
    """Under its old number, so that tasks about it find it. Raises CannotUndo when it is there already."""
    if change.action != Change.Action.REMOVED or Call.objects.filter(pk=change.object_id).exists():
        raise CannotUndo
    call = Call(pk=change.object_id, pbx=PBX, origin=Call.Origin.HAND, is_complete=True)
    values = dict(change.before)
    note = str(values.pop("note", ""))
    put_back(call, values)
    _derive(call)
    call.save(force_insert=True)
    author = call.written_by or by
    _write_segments(call, author)
    if note:
        CallNote.objects.create(call=call, author=author, text=note)
        Call.objects.filter(pk=call.pk).update(note=note)
    _keep(call, Change.Action.RESTORED, before={}, by=by)
    return call


@transaction.atomic
def undo_change(*, change: Change, by: User) -> None:
    """The values of before this step. Raises CannotUndo when the call was changed again since."""
    call = Call.objects.select_for_update().filter(pk=change.object_id, origin=Call.Origin.HAND).first()
    if call is None or change.action not in (Change.Action.CHANGED, Change.Action.RESTORED) or not change.before:
        raise CannotUndo
    now = snapshot(call, KEPT)
    if any(now.get(name) != value for name, value in change.after.items()):
        raise CannotUndo
    put_back(call, change.before)
    _derive(call)
    call.save()
    _write_segments(call, call.written_by or by)
    _keep(call, Change.Action.RESTORED, before=now, by=by)


def _fill(call: Call, written: Written) -> None:
    call.direction, call.outcome, call.number = written.direction, written.outcome, written.number.strip()
    call.customer, call.started_at, call.talk_seconds = written.customer, written.started_at, written.talk_seconds
    _derive(call)


def _derive(call: Call) -> None:
    """What follows from what was written."""
    is_answered = call.outcome == Call.Outcome.ANSWERED
    call.talk_seconds = call.talk_seconds if is_answered else 0
    call.answered_at = call.started_at if is_answered else None
    call.ended_at = call.started_at + timedelta(seconds=call.talk_seconds)
    call.e164 = read_number(call.number, company().region).e164 if call.number else ""
    is_ours = is_answered and call.direction == Call.Direction.INBOUND
    call.answered_by_id = call.written_by_id if is_ours else None
    call.match = Call.Match.CHOSEN if call.customer_id else Call.Match.NONE
    if call.customer_id is None and call.number:
        match = match_number(call.number, region=company().region)
        single = match.kind == "exact" and len(match.customer_ids) == 1
        call.match, call.e164 = match.kind, match.e164 or call.e164
        call.customer_id = match.customer_ids[0] if single else None
        call.candidates = [] if single else list(match.customer_ids)


def _write_segments(call: Call, user: User) -> None:
    roles = ("caller", "called") if call.direction == Call.Direction.OUTBOUND else ("called", "caller")
    told: dict[str, Any] = {
        "began_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "talk_seconds": call.talk_seconds,
        "outcome": _outcome(call),
    }
    ours: Mapping[str, Any] = {"role": roles[0], "user": user}
    outside: Mapping[str, Any] = {"role": roles[1], "number": call.number}
    for key, about in (("own", ours), ("outside", outside)):
        rang_at = call.started_at if about["role"] == "called" else None
        Segment.objects.update_or_create(call=call, key=key, defaults={**told, **about, "rang_at": rang_at})


def _outcome(call: Call) -> str:
    return call.outcome if call.outcome in Segment.Outcome.values else Segment.Outcome.FAILED


def _keep(call: Call, action: Change.Action, *, before: Mapping[str, Any], by: User) -> None:
    record_change(
        about=ABOUT,
        object_id=call.pk,
        customer_id=call.customer_id,
        action=action,
        before=before,
        after=snapshot(call, KEPT),
        by=by,
    )
