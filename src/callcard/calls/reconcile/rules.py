"""What becomes of a call of the log when the record tells of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from callcard.telephony.call import Call, Party, Segment

LineOf = Callable[[str], str]

_SAME_MOMENT = timedelta(seconds=2)  # a record has whole seconds, and both are rounded
# Less, for what was seen as going on when the link came back had begun unseen some time before.
_SEEN_HAPPEN = timedelta(seconds=1)


def is_news(*, ended_at: datetime, answered_at: datetime | None, told: Call) -> bool:
    """Whether the record has more of a call that was learned from it earlier, when not all of it was written."""
    assert told.ended_at is not None
    return told.ended_at > ended_at + _SAME_MOMENT or (answered_at is None) != (told.answered_at is None)


def is_strange(calls: Iterable[Call], *, phones: frozenset[str], lines: frozenset[str], line_of: LineOf) -> bool:
    """Whether these calls name phones or lines, and none of them is known here. `phones`, `lines`: those that are; of
    what is not known at all, nothing can be said. `line_of`: a line as `lines` has it."""
    told_phones, told_lines = set[str](), set[str]()
    for call in calls:
        told_phones |= {segment.party.extension for segment in call.segments if segment.party.extension}
        told_lines |= {line_of(call.line)} if call.line else set()
    is_telling = (told_phones and phones) or (told_lines and lines)
    return bool(is_telling) and told_phones.isdisjoint(phones) and told_lines.isdisjoint(lines)


def completed(known: Call, told: Call) -> Call:
    """The record's call, with what only a witness knows, such as holds and finer times."""
    segments = _completed_segments(known, told)
    return replace(
        told,
        key=known.key,
        caller=_fuller(told.caller, known.caller),
        dialled=known.dialled or told.dialled,
        line=known.line or told.line,
        queue=told.queue or known.queue,
        started_at=_finer(known.started_at, told.started_at),
        answered_at=_finer(known.answered_at, told.answered_at) if told.answered_at else None,
        segments=segments,
        recorded=known.recorded or told.recorded,
        placed_by_button=known.placed_by_button or told.placed_by_button,
        complete=True,
    )


def _completed_segments(known: Call, told: Call) -> tuple[Segment, ...]:
    left = list(known.segments)
    segments = []
    for segment in told.segments:
        same = _same_in(left, segment)
        if same is not None:
            left.remove(same)
            segment = _completed_segment(same, segment)
        segments.append(segment)
    return (*segments, *left)


def _same_in(segments: list[Segment], told: Segment) -> Segment | None:
    for segment in segments:
        if segment.key == told.key:
            return segment
    for segment in segments:
        if segment.role is told.role and _who(segment.party) == _who(told.party):
            return segment
    return None


def _who(party: Party) -> str:
    return party.extension or party.number.lstrip("+0")


def _completed_segment(known: Segment, told: Segment) -> Segment:
    return replace(
        told,
        key=known.key,
        party=_fuller(told.party, known.party),
        rang_at=known.rang_at or told.rang_at,
        answered_at=_finer(known.answered_at, told.answered_at) if told.answered_at else None,
        hold_seconds=max(known.hold_seconds, told.hold_seconds),
        queue=known.queue or told.queue,
    )


def _fuller(told: Party, known: Party) -> Party:
    return replace(
        known,
        extension=known.extension or told.extension,
        number=known.number or told.number,
        name=known.name or told.name,
        withheld=known.withheld or told.withheld,
    )


def _finer(known: datetime | None, told: datetime | None) -> datetime:
    """What was seen live, where both mean the same moment."""
    moment = told or known
    assert moment is not None
    return known if known is not None and abs(known - moment) <= _SEEN_HAPPEN else moment
