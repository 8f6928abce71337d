"""A row of Asterisk's CDR to an entry of the record. Pure.

Source: Asterisk's CDR specification (versions 12 and later): a row for each pair of a channel and the one it reached
or tried to reach; `channel` is party A, `dstchannel` party B. `answer` is when party A was answered, which a queue or a
menu does too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from callcard.connectors.asterisk.cdr_times import CdrTimes
from callcard.connectors.asterisk.channels import Channels, Kind, known, outside_party, placed_by, sent_number
from callcard.connectors.asterisk.queue_log import QueueFacts
from callcard.telephony.call import Party, SegmentOutcome
from callcard.telephony.records import RecordedLeg, RecordEntry

Row = Mapping[str, str]

_OUTCOMES = {
    "ANSWERED": None,
    "NO ANSWER": SegmentOutcome.MISSED,
    "NOANSWER": SegmentOutcome.MISSED,
    "CANCEL": SegmentOutcome.CANCELLED,
    "CANCELLED": SegmentOutcome.CANCELLED,
    "BUSY": SegmentOutcome.BUSY,
    "FAILED": SegmentOutcome.FAILED,
    "CONGESTION": SegmentOutcome.FAILED,
}
_RAW_OUTCOMES = {"0": "NO ANSWER", "1": "NO ANSWER", "2": "FAILED", "4": "BUSY", "8": "ANSWERED", "16": "CONGESTION"}
_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CALLER_ID = re.compile(r'\s*"?(?P<name>.*?)"?\s*<(?P<number>[^<>]*)>\s*')
_LONGEST_ID = 150
_LONGEST_FILE = 400
_LONGEST_CALL = timedelta(days=7)
_MOMENT = timedelta(seconds=1.5)  # whole seconds, twice rounded
_DATA_KEPT = 79  # bytes of what an application was told: Asterisk's own field has no room for more
_RINGING_APPS = frozenset({"Dial", "RetryDial", "FollowMe", "Page"})


class RowFault(ValueError):
    """The text is a stable word."""


class CdrReader:
    def __init__(self, channels: Channels, times: CdrTimes, *, system: str = "") -> None:
        self._channels = channels
        self._times = times
        self._system = system

    def entry(self, row: Row, queues: Mapping[str, QueueFacts]) -> RecordEntry | None:
        """None for channels that Asterisk keeps for itself. Raises RowFault."""
        channel, uniqueid = row.get("channel", "").strip(), row.get("uniqueid", "").strip()
        if not channel or not uniqueid or len(uniqueid) > _LONGEST_ID or len(channel) > _LONGEST_ID:
            raise RowFault("no_id")
        if self._system and not uniqueid.startswith((f"{self._system}-", "callcard-")):
            raise RowFault("other_pbx")
        caller = self._leg(channel, row, uniqueid=uniqueid)
        if caller is None or _is_far_side(row):
            return None
        began_at, answered_at, ended_at = self._moments(row, uniqueid)
        called = self._called(row)
        facts = queues.get(uniqueid)
        disposition = _disposition(row)
        recording = _recording(row) if disposition == "ANSWERED" else ""
        answered = disposition == "ANSWERED" and called is not None
        button = placed_by(uniqueid) if row.get("linkedid", uniqueid) == uniqueid else ""
        gave_up = not answered and _gave_up(row, ended_at - began_at, facts)
        queue = facts.queue if facts else _queue_of(row)
        if answered and facts is not None and facts.connected_at is not None and queue:
            answered_at = min(max(facts.connected_at, began_at), ended_at)
        return RecordEntry(
            id=_entry_id(row, uniqueid, channel),
            call=_short(row.get("linkedid", "")) or "",
            caller=caller,
            called=called,
            began_at=began_at,
            answered_at=(answered_at or began_at) if answered else None,
            ended_at=ended_at,
            called_at=answered_at if button and called else None,
            outcome=_outcome(disposition, gave_up),
            dialled=self._dialled(row, caller),
            sent_number=_sent(row, called),
            shown_number=known(row.get("src")) if caller.party.is_own else "",
            placed_by=button,
            queue=queue,
            waited_from=facts.entered_at if facts else None,
            gave_up=gave_up,
            forwarded=called is not None and _was_sent_on(row),
            recorded=bool(recording),
            recording=recording,
        )

    def _moments(self, row: Row, uniqueid: str) -> tuple[datetime, datetime | None, datetime]:
        try:
            began_at, shift = self._times.began(row.get("start", ""), uniqueid)
            answered_at = self._times.read(row.get("answer", ""), shift)
            ended_at = self._times.read(row.get("end", ""), shift)
            if ended_at is None:
                ended_at = began_at + _seconds(row.get("duration", ""))
            if answered_at is None and row.get("billsec", "").strip():
                answered_at = ended_at - _seconds(row["billsec"])
        except (ValueError, OverflowError, OSError):
            raise RowFault("no_time") from None
        if ended_at < began_at or ended_at - began_at > _LONGEST_CALL:
            raise RowFault("no_time")
        return began_at, answered_at, ended_at

    def _leg(self, channel: str, row: Row, *, uniqueid: str) -> RecordedLeg | None:
        name, number = _caller_id(row)
        # The context is that of the call's last step, so it says nothing of a phone that shows its own number.
        own = bool(number) and channel.partition("/")[2].rpartition("-")[0] == number
        kind, extension = self._channels.kind_of(channel, "" if own else row.get("dcontext", ""), number)
        if kind is Kind.INNER:
            return None
        if kind is Kind.HELPER:
            return RecordedLeg(leg=channel, party=Party(), known_as=uniqueid, pipe=_pipe(channel))
        party = Party(extension=extension, name=name) if extension else outside_party(number, name)
        return RecordedLeg(leg=channel, party=party, known_as=uniqueid)

    def _called(self, row: Row) -> RecordedLeg | None:
        channel = row.get("dstchannel", "").strip()
        if not channel or len(channel) > _LONGEST_ID:
            return None
        kind, extension = self._channels.kind_of(channel, "", "")
        if kind is Kind.INNER:
            return None
        if kind is Kind.HELPER:
            return RecordedLeg(leg=channel, party=Party(), pipe=_pipe(channel))
        if extension:
            return RecordedLeg(leg=channel, party=Party(extension=extension))
        number = sent_number(row.get("lastdata", "").partition(",")[0]) or _exten(row.get("dst"))
        return RecordedLeg(leg=channel, party=Party(number=number))

    def _dialled(self, row: Row, caller: RecordedLeg) -> str:
        """Of a call from outside the line, which a CDR holds only where the dial plan puts it there."""
        if not caller.party.is_own and not caller.pipe:
            if did := _words(row.get("did")):
                return did
            dst = _words(row.get("dst"))
            return dst if dst[:1] == "+" or (dst.isdigit() and len(dst) > 6) else ""
        if row.get("dst") == "s" and row.get("lastapp") == "AppDial2":
            return _exten(row.get("src"))  # a phone that a button rang first; it shows whom it is for
        return _exten(row.get("dst"))


def _is_far_side(row: Row) -> bool:
    """Of a channel that was dialled there may be a row of its own, which says nothing new."""
    return row.get("lastapp", "").strip() in ("AppDial", "AppQueue") and not row.get("dstchannel", "").strip()


def _entry_id(row: Row, uniqueid: str, channel: str) -> str:
    """The sequence tells rows of one channel apart; where there is none, party B and the times do."""
    sequence = row.get("sequence", "").strip()
    if sequence.isdigit():
        return f"{uniqueid}/{sequence}"
    return "/".join((uniqueid, channel, row.get("dstchannel", ""), row.get("start", ""), row.get("end", "")))


def _disposition(row: Row) -> str:
    written = row.get("disposition", "").strip().upper()
    found = _RAW_OUTCOMES.get(written, written)
    if found not in _OUTCOMES:
        raise RowFault("no_outcome")
    return found


def _outcome(disposition: str, gave_up: bool) -> SegmentOutcome | None:
    outcome = _OUTCOMES[disposition]
    return SegmentOutcome.CANCELLED if gave_up and outcome is SegmentOutcome.MISSED else outcome


def _gave_up(row: Row, lasted: timedelta, facts: QueueFacts | None) -> bool:
    """Whether the caller hung up before an answer. A CDR does not say; that the time to ring was not over does."""
    if facts is not None and facts.is_over:
        return facts.abandoned
    application, data = row.get("lastapp", "").strip(), row.get("lastdata", "").split(",")
    if _disposition(row) not in ("NO ANSWER", "NOANSWER", "ANSWERED"):
        return False
    if application in _RINGING_APPS:
        limit = data[1] if len(data) > 1 else ""
    elif application == "Queue":
        limit = data[4] if len(data) > 4 else ""
    else:
        return application not in ("", "Hangup", "Congestion", "Busy", "AppDial", "AppDial2", "AppQueue")
    return not limit.strip().isdigit() or lasted + _MOMENT < timedelta(seconds=int(limit))


def _queue_of(row: Row) -> str:
    if row.get("lastapp", "").strip() != "Queue":
        return ""
    return known(row.get("lastdata", "").partition(",")[0])


def _was_sent_on(row: Row) -> bool:
    """Whether the one it reached is none of those whom Dial was to call, so that one of these sent the call on."""
    endpoint, data = row.get("dstchannel", "").strip().rpartition("-")[0], row.get("lastdata", "")
    return row.get("lastapp", "").strip() == "Dial" and endpoint not in data and len(data.encode()) < _DATA_KEPT


def _sent(row: Row, called: RecordedLeg | None) -> str:
    return called.party.number if called is not None and not called.party.is_own and not called.pipe else ""


def _caller_id(row: Row) -> tuple[str, str]:
    """Name and number of party A. `clid` is `"name" <number>`."""
    told = _CALLER_ID.fullmatch(_STEERING.sub(" ", row.get("clid", "")))
    name = _words(told["name"]) if told else ""
    return name, _words(row.get("src")) or (_words(told["number"]) if told else "")


def _words(value: str | None) -> str:
    """In one line and without signs that steer, as the manager interface tells it; a file may hold anything."""
    return known(_one_line(value)) if value else ""


def _one_line(text: str) -> str:
    """Most is one line already; to look costs a tenth of what making it one does."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    return " ".join(_STEERING.sub(" ", text).split())


def _exten(value: str | None) -> str:
    """An extension of the dial plan when it is a number that somebody dialled."""
    exten = _words(value)
    return exten if exten[:1] in "+*#0123456789" else ""


def _recording(row: Row) -> str:
    """FreePBX names a file of every call that it was ready to record, also where nobody answered and there is none."""
    return row.get("recordingfile", "").strip()[:_LONGEST_FILE]


def _pipe(channel: str) -> str:
    return channel.rpartition(";")[0] or channel


def _short(text: str) -> str:
    return text.strip()[:_LONGEST_ID]


def _seconds(text: str) -> timedelta:
    written = text.strip()
    return timedelta(seconds=float(written)) if written else timedelta(0)
