"""Writes calls of a record into the log: those that are missing, and what is missing of others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from callcard.calls.matching import match_fields, match_parties, match_party
from callcard.calls.models import Call, Notice, Segment
from callcard.calls.queries import users_of_extensions
from callcard.calls.reconcile.fresh_rows import FreshRows, answering_user, make_rows, write_rows
from callcard.calls.reconcile.queries import line_key, own_lines, own_phones
from callcard.calls.reconcile.rules import completed, is_news, is_strange
from callcard.calls.recordings.told_files import note_files
from callcard.calls.rows import SEGMENT_FIELDS, call_fields, call_value, segment_fields
from callcard.calls.services import keep_notes
from callcard.customers.queries import NumberMatch
from callcard.customers.transfer.pace import Pace
from callcard.live.services import Tell, tell
from callcard.staff.statements import upsert
from callcard.telephony import call as telephony
from callcard.telephony.records import RecordProblem

_ASKED = ("id", "key", "answered_at", "ended_at", "is_complete", "origin")
CALLS_AT_ONCE = 200  # that are looked for together
_COMPLETED_AT_ONCE = 3  # in one transaction, in which each is read as well
_NUMBERS_REMEMBERED = 20_000
_NAMED = 8  # phones, in what the administrator reads
TELLING = 5  # so many calls of the log that a record does not have make it another PBX's


@dataclass(frozen=True, slots=True)
class Told:
    """A call as the record tells it, every key under which the log may have it, and the files of its recordings."""

    call: telephony.Call
    keys: frozenset[str]
    files: frozenset[str] = frozenset()


@dataclass(slots=True)
class LogWriter:
    """`is_first`: nobody has looked yet whether this is the record of this PBX.

    `goes_on_before`: a call that is open in the log is closed only if the record has it end before then; None: the
    link is up, so that whoever listens knows better.
    """

    pbx: str
    region: str
    goes_on_before: datetime | None = None
    is_first: bool = False
    added: int = 0
    completed: int = 0
    pace: Pace = field(default_factory=Pace)
    _users: dict[str, int | None] = field(default_factory=dict)
    _matches: dict[str, NumberMatch] = field(default_factory=dict)

    def write(self, told: Sequence[Told]) -> None:
        """At most CALLS_AT_ONCE. Writing the same again changes nothing."""
        known = self._known(told)
        if self.is_first:
            self._check_whose(told, known)
            self.is_first = False
        missing = [each for each in told if not each.keys & known.keys()]
        partly = [(rows, each) for each in told if (rows := self._to_complete(each, known))]
        self._ask_for_users([each.call for each in (*missing, *(each for _rows, each in partly))])
        self._add([each.call for each in missing])
        self._complete_all([(rows, each.call) for rows, each in partly])
        self._note_files([each for each in told if each.files])

    def _add(self, calls: Sequence[telephony.Call]) -> None:
        if len(self._matches) >= _NUMBERS_REMEMBERED:
            self._matches.clear()
        matches = match_parties(calls, region=self.region, known=self._matches)
        columns, fresh = make_rows(calls, matches, users=self._users)
        while fresh:
            now, fresh = fresh[: self.pace.rows], fresh[self.pace.rows :]
            with self.pace.write(len(now)):
                self.put(columns, now)
            self.added += len(now)

    def put(self, columns: tuple[str, ...], fresh: Sequence[FreshRows]) -> None:
        """One transaction, for which a ringing call may wait on SQLite."""
        with transaction.atomic():
            write_rows(columns, fresh)

    def _complete_all(self, partly: Sequence[tuple[list[Call], telephony.Call]]) -> None:
        for place in range(0, len(partly), _COMPLETED_AT_ONCE):
            now = partly[place : place + _COMPLETED_AT_ONCE]
            with transaction.atomic():
                tell([event for rows, call in now for event in self._complete(rows, call)])
            self.completed += len(now)

    def _note_files(self, told: Sequence[Told]) -> None:
        """Also of calls that were seen whole: nobody but the record tells what their files are called."""
        keys = {key for each in told for key in each.keys}
        ids = dict(Call.objects.filter(pbx=self.pbx, key__in=keys).values_list("key", "pk")) if keys else {}
        note_files({ids[key]: each.files for each in told for key in sorted(each.keys & ids.keys())})

    def _known(self, told: Sequence[Told]) -> dict[str, Call]:
        keys = {key for each in told for key in each.keys}
        rows = Call.objects.filter(pbx=self.pbx, key__in=keys).only(*_ASKED)
        return {row.key: row for row in rows}

    def _check_whose(self, told: Sequence[Told], known: dict[str, Call]) -> None:
        """Raises RecordProblem when the log has calls of that time, and the record has quite other ones, or when it
        names nothing that is known here."""
        if known:
            return
        first = min(each.call.started_at for each in told)
        last = max(each.call.started_at for each in told)
        seen = Call.objects.filter(pbx=self.pbx, origin=Call.Origin.LIVE, started_at__range=(first, last))
        if seen.exclude(ended_at=None)[:TELLING].count() >= TELLING:
            raise RecordProblem("other_calls")
        phones, lines = own_phones(self.pbx), own_lines(self.region)
        if is_strange((each.call for each in told), phones=phones, lines=lines, line_of=partial(line_key, self.region)):
            raise RecordProblem("strange", ", ".join(sorted(_phones_of(told))[:_NAMED]))

    def _to_complete(self, told: Told, known: dict[str, Call]) -> list[Call]:
        """Rows of this call that lack something, the one that stays first; none when all is known."""
        rows = [known[key] for key in sorted(told.keys) if key in known]
        open_rows = [row for row in rows if row.ended_at is None]
        ended_at = told.call.ended_at
        if open_rows and (self.goes_on_before is None or ended_at is None or ended_at > self.goes_on_before):
            return []
        lacking = [row for row in rows if not _is_whole(row)]
        lacking.sort(key=lambda row: (row.key != told.call.key, row.pk))
        return lacking if len(lacking) == len(rows) and self._has_news(lacking, told.call) else []

    def _has_news(self, rows: list[Call], told: telephony.Call) -> bool:
        if len(rows) != 1 or rows[0].origin != Call.Origin.RECORD:
            return bool(rows)
        (row,) = rows
        return row.ended_at is None or is_news(ended_at=row.ended_at, answered_at=row.answered_at, told=told)

    def _complete(self, rows: list[Call], told: telephony.Call) -> list[Tell]:
        row = _whole(rows[0])
        known = call_value(row)
        call = completed(known, told)
        fields = call_fields(call, answered_by_id=answering_user(call, self._users)) | {"tracking": None}
        if row.number != fields["number"] and row.match != Call.Match.CHOSEN:
            fields |= match_fields(match_party(call, region=self.region))
        Call.objects.filter(pk=row.pk).update(**fields)
        upsert(Segment, self._segments(row.pk, call), unique=("call_id", "key"), changing=SEGMENT_FIELDS)
        tells = _close_notices(row.pk)
        for absorbed in rows[1:]:
            tells += _close_notices(absorbed.pk)
            keep_notes(absorbed=_whole(absorbed), call_id=row.pk)
            Call.objects.filter(pk=absorbed.pk).delete()
        return tells

    def _segments(self, call_id: int, call: telephony.Call) -> list[dict[str, Any]]:
        return [
            segment_fields(call_id, each, user_id=self._users.get(each.party.extension), began_at=call.started_at)
            for each in call.segments
        ]

    def _ask_for_users(self, calls: Collection[telephony.Call]) -> None:
        extensions = {each.party.extension for call in calls for each in call.segments if each.party.extension}
        unknown = extensions - self._users.keys()
        if unknown:
            self._users |= {**dict.fromkeys(unknown), **users_of_extensions(unknown)}


def _phones_of(told: Sequence[Told]) -> set[str]:
    return {each.party.extension for one in told for each in one.call.segments if each.party.extension}


def _is_whole(row: Call) -> bool:
    """Seen from its beginning to its end, or written by hand: nobody knows better."""
    return row.ended_at is not None and row.is_complete and row.origin != Call.Origin.RECORD


def _whole(row: Call) -> Call:
    return Call.objects.prefetch_related("segments").get(pk=row.pk)


def _close_notices(call_id: int) -> list[Tell]:
    """Whoever still sees the card of a call that is over by now is told."""
    lively = (Notice.State.RINGING, Notice.State.TALKING, Notice.State.LOST)
    notices = Notice.objects.filter(call=call_id, state__in=lively)
    users = list(notices.filter(closed_at=None).values_list("user_id", flat=True))
    notices.update(state=Notice.State.OVER)
    return [Tell(user_id=user_id, kind="popup", payload={"call": call_id}) for user_id in users]
