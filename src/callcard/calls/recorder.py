"""Writes what the tracker says into the call log, and tells the people whose phones ring.

One recorder serves one PBX from one thread. What it remembers only saves reading: after a restart the same comes
from the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from callcard.calls.matching import match_fields, match_party
from callcard.calls.models import Call, Notice, Segment
from callcard.calls.queries import users_of_extensions
from callcard.calls.rows import SEGMENT_FIELDS, call_fields, segment_fields
from callcard.calls.rules import NoticeState, first_rang_at, notice_states
from callcard.calls.services import keep_notes
from callcard.live.services import Tell, tell
from callcard.staff.statements import insert, select, sent_together, update, upsert
from callcard.telephony import call as telephony


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A call to be written, as it is now. `absorbed`: keys of calls that turned out to be part of it.

    `memory`: what the tracker needs to take the call up again after a restart; None when it is over.
    `received_ns`: monotonic time at which the bytes that changed it were read.
    """

    call: telephony.Call
    absorbed: frozenset[str] = frozenset()
    memory: dict[str, Any] | None = None
    received_ns: int | None = None


Users = Mapping[str, int | None]
"""Extension -> id of the user whose it is, if it is anybody's."""


@dataclass(slots=True)
class _Written:
    """What the database holds of a call that goes on."""

    call_id: int
    number: str
    users: Users  # whose the extensions in it are, as far as somebody asked
    segments: dict[str, telephony.Segment] = field(default_factory=dict)
    notices: dict[int, NoticeState] = field(default_factory=dict)


class CallRecorder:
    def __init__(self, pbx: str, *, region: str) -> None:
        self.pbx = pbx
        self.region = region
        self._written: dict[str, _Written] = {}

    def record(self, records: Sequence[Record]) -> None:
        """Write all of them in one transaction. The same record twice changes nothing."""
        try:
            with transaction.atomic():
                begun = [self._begin(record) for record in records]
                with sent_together():
                    told = [
                        event for record, entry in zip(records, begun, strict=True) for event in _go_on(record, entry)
                    ]
                    # Telling comes last: see live.services.tell. A call that goes on is known anew after a restart.
                    tell(told, waits_for_disk=any(record.call.ended_at for record in records))
        except Exception:
            self._written.clear()  # what was remembered may not have been committed
            raise
        for record in records:
            if record.call.ended_at:
                self._written.pop(record.call.key, None)

    def _begin(self, record: Record) -> tuple[_Written, list[Tell]]:
        """What needs the database's answers: the call itself, and what becomes of those that are part of it."""
        call = record.call
        written = self._written.get(call.key) or self._read(call.key)
        users = _users_in(call, written.users if written else {})
        written = self._write_call(written, call, users, record.memory)
        return written, self._absorb(written.call_id, record.absorbed)

    def _write_call(
        self, written: _Written | None, call: telephony.Call, users: Users, memory: dict[str, Any] | None
    ) -> _Written:
        fields = call_fields(call, answered_by_id=_answering_user(call, users)) | {"tracking": memory}
        if written is None:
            match = match_fields(match_party(call, region=self.region))
            call_id = insert(Call, {"pbx": self.pbx, "key": call.key, **fields, **match})
            written = _Written(call_id, fields["number"], users)
        else:
            update(Call, written.call_id, fields)
            if written.number != fields["number"]:
                match = match_fields(match_party(call, region=self.region))
                Call.objects.filter(pk=written.call_id).exclude(match=Call.Match.CHOSEN).update(**match)
                written.number = fields["number"]
        written.users = users
        self._written[call.key] = written
        return written

    def _read(self, key: str) -> _Written | None:
        for call_id, number in select(Call, ("id", "number"), pbx=self.pbx, key=key):
            notices = select(Notice, ("user_id", "state"), call_id=call_id)
            return _Written(call_id, number, {}, notices={user_id: NoticeState(state) for user_id, state in notices})
        return None

    def _absorb(self, call_id: int, absorbed: frozenset[str]) -> list[Tell]:
        """Remove calls that were found to be part of this one; their pop-ups close, this call's take their place."""
        tells: list[Tell] = []
        for row in Call.objects.filter(pbx=self.pbx, key__in=absorbed).exclude(pk=call_id) if absorbed else ():
            for user_id in row.notices.values_list("user_id", flat=True):
                tells.append(Tell(user_id=user_id, kind="popup-closed", payload={"call": row.pk}))
            keep_notes(absorbed=row, call_id=call_id)
            self._written.pop(row.key, None)
            row.delete()
        return tells


def _go_on(record: Record, begun: tuple[_Written, list[Tell]]) -> list[Tell]:
    written, tells = begun
    _write_segments(written, record.call)
    return tells + _write_notices(written, record.call, record.received_ns)


def _users_in(call: telephony.Call, known: Users) -> Users:
    extensions = {s.party.extension for s in call.segments if s.party.extension}
    unknown = extensions - known.keys()
    return {**known, **dict.fromkeys(unknown), **users_of_extensions(unknown)} if unknown else known


def _answering_user(call: telephony.Call, users: Users) -> int | None:
    answered = call.answered_by
    return users.get(answered.party.extension) if answered else None


def _write_segments(written: _Written, call: telephony.Call) -> None:
    users = written.users
    changed = [s for s in call.segments if written.segments.get(s.key) != s]
    if changed:
        rows = [
            segment_fields(written.call_id, s, user_id=users.get(s.party.extension), began_at=call.started_at)
            for s in changed
        ]
        upsert(Segment, rows, unique=("call_id", "key"), changing=SEGMENT_FIELDS)
        written.segments.update((s.key, s) for s in changed)
    gone = written.segments.keys() - {s.key for s in call.segments}
    if gone:
        Segment.objects.filter(call_id=written.call_id, key__in=gone).delete()
        for key in gone:
            del written.segments[key]


def _write_notices(written: _Written, call: telephony.Call, received_ns: int | None) -> list[Tell]:
    users = written.users
    states = notice_states(call, users)
    changed = {user_id: state for user_id, state in states.items() if written.notices.get(user_id) != state}
    if not changed:
        return []
    rows = [
        {
            "call_id": written.call_id,
            "user_id": user_id,
            "state": state.value,
            "rang_at": first_rang_at(call, {extension for extension, user in users.items() if user == user_id}),
        }
        for user_id, state in changed.items()
    ]
    upsert(Notice, rows, unique=("call_id", "user_id"), changing=("state",))
    written.notices.update(changed)
    payload = {"call": written.call_id}
    return [Tell(user_id=user, kind="popup", payload=payload, received_ns=received_ns) for user in changed]
