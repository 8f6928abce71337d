"""Plays a recorded manager stream through the parser, the translator and the tracker."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from callcard.connectors.asterisk.frames import Frame
from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.connectors.asterisk.resync import LISTED, Snapshot
from callcard.connectors.asterisk.translate import INTERESTING_EVENTS, Translator
from callcard.connectors.asterisk.wire import Parser
from callcard.telephony.call import Call
from callcard.telephony.changes import CallMerged, Change
from callcard.telephony.events import Event
from callcard.telephony.tracker import CallTracker

TRACES = Path(__file__).parent / "traces"
FLOWS = TRACES / "flows"
_START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def stream(path: Path) -> bytes:
    """The lab's buttons are not Callcard's own, so their ids are made to look like it."""
    return path.read_bytes().replace(b": button-", b": callcard-button-")


def frames(path: Path, wanted: frozenset[bytes] = INTERESTING_EVENTS) -> list[Frame]:
    return Parser(wanted, banner_expected=False).feed(stream(path))


def moment(frame: Frame, turn: int) -> datetime:
    """When Asterisk says it was, or one hundredth after the frame before."""
    stamp = frame.get("timestamp")
    if stamp:
        return datetime.fromtimestamp(float(stamp), UTC)
    return _START + timedelta(seconds=turn / 100)


def events(told: Iterable[Frame], options: AsteriskOptions | None = None) -> list[Event]:
    translator = Translator(options)
    return [event for turn, frame in enumerate(told) for event in translator.translate(frame, moment(frame, turn))]


def changes(told: Iterable[Event], tracker: CallTracker | None = None) -> list[Change]:
    tracker = tracker or CallTracker("main")
    return [change for event in told for change in tracker.feed(event)]


def stored(made: Iterable[Change]) -> list[Call]:
    calls: dict[str, Call] = {}
    for change in made:
        if isinstance(change, CallMerged):
            calls.pop(change.absorbed_key, None)
        calls[change.call.key] = change.call
    return sorted(calls.values(), key=lambda call: call.started_at)


def calls_of(path: Path) -> list[Call]:
    return stored(changes(events(frames(path))))


def snapshot_and_rest(path: Path) -> tuple[Snapshot, list[Frame]]:
    """What a late connection asked for, and the frames of events around it, in order."""
    heard = frames(path, INTERESTING_EVENTS | LISTED)
    of = {name: [frame for frame in heard if frame.get("event") == name] for name in map(bytes.decode, LISTED)}
    snapshot = Snapshot(
        asked_at=_asked_at(heard),
        channels=of["CoreShowChannel"],
        statuses=of["Status"],
        bridges=of["BridgeListItem"],
        bridge_members=of["BridgeInfoChannel"],
        queue_entries=of["QueueEntry"],
    )
    return snapshot, [frame for frame in heard if frame.get("event", "").encode() in INTERESTING_EVENTS]


def _asked_at(heard: list[Frame]) -> datetime:
    """Right after the last event before the list, or right before the first one after it."""
    names = [frame.get("event") for frame in heard]
    listed = names.index("CoreShowChannelsComplete")
    before = [moment(frame, 0) for frame in heard[:listed] if frame.get("timestamp")]
    after = [moment(frame, 0) for frame in heard[listed:] if frame.get("timestamp")]
    touch = timedelta(microseconds=1)
    return before[-1] + touch if before else after[0] - touch
