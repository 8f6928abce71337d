"""Writes what the tracker says into the call log, and tells the people whose phones ring.

One recorder serves one PBX from one thread. What it remembers only saves reading: after a restart the same comes
from the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from callcard.calls.foreshadowing import foreshadow
from callcard.calls.matching import match_fields, match_party
from callcard.calls.models import Call, Notice, Segment
from callcard.calls.queries import users_of_extensions
from callcard.calls.rows import SEGMENT_FIELDS, call_fields, segment_fields
from callcard.calls.rules import NoticeState, first_rang_at, notice_states
from callcard.calls.services import keep_notes
from callcard.customers.queries import NumberMatch
from callcard.live.services import Tell, tell
from callcard.staff.statements import insert_as, insert_new, reserve_id, select, sent_together, update, upsert
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


_Asked = tuple[telephony.Direction, telephony.Party]
Users = Mapping[str, int | None]
"""Extension -> id of the user whose it is, if it is anybody's."""


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """What was found before a phone rang. `call_id`: the row's, kept free for it; None where it is got as quickly."""

    asked: _Asked
    match: NumberMatch
    call_id: int | None


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
        self._foreseen: dict[str, _Foreseen] = {}

    def look_ahead(self, call: telephony.Call) -> None:
        """Find out whose number it is while nothing rings yet; the next `record` asks less."""
        if call.ended_at is None and call.key not in self._written:
            match = match_party(call, region=self.region)
            call_id = reserve_id(Call, {"pbx": self.pbx, "key": call.key})
            self._foreseen[call.key] = _Foreseen(_asked(call), match, call_id)
            foreshadow(match.customer_ids)

    def record(self, records: Sequence[Record]) -> None:
        """Write all of them in one transaction. The same record twice changes nothing."""
        reserved = any(record.call.key in self._foreseen for record in records)
        try:
            self._record(records)
        except IntegrityError:
            if not reserved:
                raise
            self._record(records)  # somebody else, such as the PBX's own records, wrote the call meanwhile

    def _record(self, records: Sequence[Record]) -> None:
        absorbs = any(record.absorbed for record in records)
        try:
            # Together with the commit, unless something is absorbed: that reads and counts.
            with nullcontext() if absorbs else sent_together(), transaction.atomic():
                self._write(records)
        except Exception:
            self._written.clear()  # what was remembered may not have been committed
            raise
        finally:
            for record in records:
                self._foreseen.pop(record.call.key, None)
        for record in records:
            if record.call.ended_at:
                self._written.pop(record.call.key, None)

    def _write(self, records: Sequence[Record]) -> None:
        begun = [self._begin(record) for record in records]
        told = [event for record, entry in zip(records, begun, strict=True) for event in _go_on(record, entry)]
        # Telling comes last: see live.services.tell. A call that goes on is known anew after a restart.
        tell(told, waits_for_disk=any(record.call.ended_at for record in records))

    def _begin(self, record: Record) -> tuple[_Written, list[Tell]]:
        """What needs the database's answers: the call itself, and what becomes of those that are part of it."""
        call = record.call
        written = self._written.get(call.key)
        users = _users_in(call, written.users if written else {})
        fields = call_fields(call, answered_by_id=_answering_user(call, users)) | {"tracking": record.memory}
        written = self._update(written, call, fields) if written else self._insert(call, fields)
        written.users = users
        self._written[call.key] = written
        return written, self._absorb(written.call_id, record.absorbed)

    def _insert(self, call: telephony.Call, fields: dict[str, Any]) -> _Written:
        """Unless it is there, from before the program was started anew."""
        values = {"pbx": self.pbx, "key": call.key, **fields, **self._match_fields(call)}
        foreseen = self._foreseen.get(call.key)
        if foreseen and foreseen.call_id:
            insert_as(Call, foreseen.call_id, values)
            return _Written(foreseen.call_id, fields["number"], {})
        call_id = insert_new(Call, values, unique=("pbx", "key"))
        if call_id is None:
            return self._update(self._read(call.key), call, fields)
        return _Written(call_id, fields["number"], {})

    def _update(self, written: _Written, call: telephony.Call, fields: dict[str, Any]) -> _Written:
        update(Call, written.call_id, fields)
        if written.number != fields["number"]:
            unchosen = Call.objects.filter(pk=written.call_id).exclude(match=Call.Match.CHOSEN)
            unchosen.update(**self._match_fields(call))
            written.number = fields["number"]
        return written

    def _match_fields(self, call: telephony.Call) -> dict[str, Any]:
        foreseen = self._foreseen.get(call.key)
        if foreseen and foreseen.asked == _asked(call):
            return match_fields(foreseen.match)
        return match_fields(match_party(call, region=self.region))

    def _read(self, key: str) -> _Written:
        [(call_id, number)] = select(Call, ("id", "number"), pbx=self.pbx, key=key)
        notices = select(Notice, ("user_id", "state"), call_id=call_id)
        return _Written(call_id, number, {}, notices={user_id: NoticeState(state) for user_id, state in notices})

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


def _asked(call: telephony.Call) -> _Asked:
    """All of a call that decides whose it is."""
    return call.direction, call.outside


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
