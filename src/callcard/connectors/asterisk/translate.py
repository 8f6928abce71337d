"""AMI frames to events of legs. Pure: no I/O, and no memory between frames but of phones that may be rung back.

Source of the fields: Asterisk's AMI event documentation, versions 18 to 22. A leg is a channel and its id the
Uniqueid; a call's id is the Linkedid; a room is a bridge. Of an unknown event, or one that lacks what is needed, no
event comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from callcard.connectors.asterisk import listing
from callcard.connectors.asterisk.channels import (
    Channels,
    Kind,
    dialled_exten,
    known,
    outside_party,
    placed_by,
    sent_number,
)
from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.connectors.asterisk.recalls import Recalls
from callcard.connectors.asterisk.resync import Snapshot
from callcard.telephony import events
from callcard.telephony.call import Party, Role, SegmentOutcome

_Frame = Mapping[str, str]
_Events = list[events.Event]

_RINGING, _UP = "5", "6"

_DIAL_OUTCOMES = {
    "CANCEL": SegmentOutcome.CANCELLED,
    "ABORT": SegmentOutcome.CANCELLED,
    "NOANSWER": SegmentOutcome.MISSED,
    "BUSY": SegmentOutcome.BUSY,
    "CONGESTION": SegmentOutcome.FAILED,
    "CHANUNAVAIL": SegmentOutcome.FAILED,
    "INVALIDARGS": SegmentOutcome.FAILED,
    "DONTCALL": SegmentOutcome.FAILED,
    "TORTURE": SegmentOutcome.FAILED,
}
# Q.850 causes, as include/asterisk/causes.h numbers them. What is not here says nothing of the reason.
_CAUSES = (
    {"17": SegmentOutcome.BUSY, "26": SegmentOutcome.ELSEWHERE}
    | dict.fromkeys(("18", "19"), SegmentOutcome.MISSED)
    | dict.fromkeys(("1", "2", "3", "20", "21", "22", "27", "28", "29"), SegmentOutcome.FAILED)
    | dict.fromkeys(("34", "38", "41", "42", "44", "50", "52", "57", "58", "66"), SegmentOutcome.FAILED)
)


class Translator:
    """`unusable` counts frames of an interesting event that lacked a field."""

    def __init__(
        self,
        options: AsteriskOptions | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.unusable = 0
        self._channels = Channels(options or AsteriskOptions())
        self._recalls = Recalls()
        self._clock = clock
        self._translations: dict[str, Callable[[_Frame, datetime], _Events]] = {
            "Newchannel": self._newchannel,
            "NewCallerid": self._newcallerid,
            "DialBegin": self._dial_begin,
            "AttendedTransfer": self._attended_transfer,
            "Hangup": self._hangup,
            **_TRANSLATIONS,
        }

    def translate(self, frame: _Frame, at: datetime | None = None) -> _Events:
        """What the frame says happened at `at`, or now. Never raises."""
        translation = self._translations.get(frame.get("event", ""))
        if translation is None:
            return []
        try:
            return translation(frame, at or self._clock())
        except KeyError:
            self.unusable += 1
            return []

    def resync(self, snapshot: Snapshot) -> _Events:
        """The one event that tells of all calls in progress."""
        self._recalls.note_listed(snapshot)
        return [listing.calls_in_progress(snapshot, self._channels, self._recalls.rung_back(snapshot))]

    def _newchannel(self, frame: _Frame, at: datetime) -> _Events:
        leg, channel = frame["uniqueid"], frame["channel"]
        call = frame.get("linkedid") or leg
        number, name = known(frame.get("calleridnum")), known(frame.get("calleridname"))
        role = Role.CALLER if call == leg else Role.CALLED
        kind, extension = self._channels.kind_of(channel, frame.get("context", ""), number)
        if kind is Kind.INNER:
            return []
        if kind is Kind.HELPER:
            pipe = channel.rpartition(";")[0] or channel
            began = events.HelperBegan(
                at=at, leg=leg, call=call, pipe=pipe, role=role, placed_by=placed_by(leg) if call == leg else ""
            )
            return [began]
        party = Party(extension=extension, name=name) if extension else outside_party(number, name)
        dialled = dialled_exten(frame) if role is Role.CALLER else ""
        return [
            events.LegBegan(
                at=at, leg=leg, call=call, role=role, party=party, dialled=dialled, placed_by=placed_by(leg)
            )
        ]

    def _newcallerid(self, frame: _Frame, at: datetime) -> _Events:
        """Heeded only of callers from outside: on other legs it is what they are shown, not who they are."""
        leg, number = frame["uniqueid"], known(frame.get("calleridnum"))
        if frame.get("linkedid") != leg:
            return []
        kind, _ = self._channels.kind_of(frame["channel"], frame.get("context", ""), "")
        if kind is not Kind.OUTSIDE:
            return []
        party = outside_party(number, known(frame.get("calleridname")), frame.get("cid-callingpres", ""))
        return [events.LegIdentified(at=at, leg=leg, party=party)]

    def _dial_begin(self, frame: _Frame, at: datetime) -> _Events:
        number, context = known(frame.get("destcalleridnum")), frame.get("destcontext", "")
        kind, _ = self._channels.kind_of(frame["destchannel"], context, number)
        if kind is Kind.OUTSIDE:
            number = sent_number(frame.get("dialstring", "")) or number
        return [
            events.LegDialled(
                at=at,
                leg=frame["destuniqueid"],
                by=frame.get("uniqueid", "") or self._recalls.whose(frame),
                number=number if kind is Kind.OUTSIDE else "",
                shown=known(frame.get("destconnectedlinenum")) if kind is Kind.OUTSIDE else "",
                dialled=dialled_exten(frame),
            )
        ]

    def _attended_transfer(self, frame: _Frame, at: datetime) -> _Events:
        if frame.get("result") != "Success":
            return []
        self._recalls.note_handed_on(frame)
        first, second = frame["origtransfereruniqueid"], frame["secondtransfereruniqueid"]
        return [events.LegsLinked(at=at, leg=first, other=second)]

    def _hangup(self, frame: _Frame, at: datetime) -> _Events:
        self._recalls.note_hangup(frame)
        return [events.LegEnded(at=at, leg=frame["uniqueid"], outcome=_CAUSES.get(frame.get("cause", "")))]


def _newstate(frame: _Frame, at: datetime) -> _Events:
    state = frame["channelstate"]
    if state == _RINGING:
        return [events.LegRang(at=at, leg=frame["uniqueid"])]
    return [events.LegAnswered(at=at, leg=frame["uniqueid"])] if state == _UP else []


def _dial_state(frame: _Frame, at: datetime) -> _Events:
    """Trunks that send early sound instead of ringing tell so only here."""
    if frame["dialstatus"] not in ("RINGING", "PROGRESS"):
        return []
    return [events.LegRang(at=at, leg=frame["destuniqueid"])]


def _dial_end(frame: _Frame, at: datetime) -> _Events:
    leg, status = frame["destuniqueid"], frame["dialstatus"]
    if frame.get("forward"):
        return [events.RingingEnded(at=at, leg=leg, outcome=SegmentOutcome.FORWARDED)]
    if status == "ANSWER":
        return [events.LegAnswered(at=at, leg=leg)]
    outcome = _DIAL_OUTCOMES.get(status)
    return [events.RingingEnded(at=at, leg=leg, outcome=outcome)] if outcome else []


def _bridge_enter(frame: _Frame, at: datetime) -> _Events:
    if listing.is_waiting_room(frame):
        return []
    room, call = frame["bridgeuniqueid"], frame.get("linkedid", "")
    return [events.LegJoined(at=at, leg=frame["uniqueid"], room=room, call=call)]


def _bridge_leave(frame: _Frame, at: datetime) -> _Events:
    return [events.LegLeft(at=at, leg=frame["uniqueid"], room=frame["bridgeuniqueid"])]


def _hold(frame: _Frame, at: datetime) -> _Events:
    return [events.LegHeld(at=at, leg=frame["uniqueid"])]


def _unhold(frame: _Frame, at: datetime) -> _Events:
    return [events.LegUnheld(at=at, leg=frame["uniqueid"])]


def _pickup(frame: _Frame, at: datetime) -> _Events:
    return [events.LegPickedUp(at=at, leg=frame["uniqueid"], target=frame["targetuniqueid"])]


def _queue_join(frame: _Frame, at: datetime) -> _Events:
    return [events.QueueJoined(at=at, leg=frame["uniqueid"], queue=known(frame["queue"]))]


def _queue_leave(frame: _Frame, at: datetime) -> _Events:
    """QueueCallerAbandon is not read: it also comes when the queue's own time is over."""
    return [events.QueueLeft(at=at, leg=frame["uniqueid"], queue=known(frame["queue"]))]


def _originate_response(frame: _Frame, at: datetime) -> _Events:
    """Tells what a phone that was rung first is to be joined with, even when it did not answer."""
    leg, dialled = known(frame["uniqueid"]), dialled_exten(frame)
    return [events.LegDialled(at=at, leg=leg, dialled=dialled)] if leg and dialled else []


def _recording_started(frame: _Frame, at: datetime) -> _Events:
    return [events.RecordingStarted(at=at, leg=frame["uniqueid"])]


def _hangup_request(frame: _Frame, at: datetime) -> _Events:
    return [events.LegHungUp(at=at, leg=frame["uniqueid"])]


_TRANSLATIONS: dict[str, Callable[[_Frame, datetime], _Events]] = {
    "Newstate": _newstate,
    "DialState": _dial_state,
    "DialEnd": _dial_end,
    "BridgeEnter": _bridge_enter,
    "BridgeLeave": _bridge_leave,
    "Hold": _hold,
    "Unhold": _unhold,
    "Pickup": _pickup,
    "QueueCallerJoin": _queue_join,
    "QueueCallerLeave": _queue_leave,
    "OriginateResponse": _originate_response,
    "MixMonitorStart": _recording_started,
    "HangupRequest": _hangup_request,
}

INTERESTING_EVENTS: frozenset[bytes] = frozenset(
    name.encode() for name in ("Newchannel", "NewCallerid", "DialBegin", "AttendedTransfer", "Hangup", *_TRANSLATIONS)
)
