"""In the window of a call: its recordings with their player, and the mark for lists."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callcard.calls.models import Call
from callcard.calls.recordings.models import Recording, RecordingSource
from callcard.calls.recordings.queries import Rights, listeners_of, playable_of, recordings_of, rights
from callcard.calls.recordings.setting import recording_settings
from callcard.calls.recordings.words import explain
from callcard.staff.models import User


@dataclass(frozen=True, slots=True)
class Shown:
    recording: Recording
    peaks: str  # base64
    words: str  # what is wrong with it

    @property
    def kind(self) -> str:
        """What people call this kind of file: AMR, G729."""
        return self.recording.media_type.rpartition("/")[2].removeprefix("x-").upper()

    @property
    def is_here(self) -> bool:
        return self.recording.state == Recording.State.HERE

    @property
    def can_come_back(self) -> bool:
        return self.recording.state == Recording.State.REMOVED and not self.recording.is_erased


def recordings_of_call(call: Call, user: User) -> Mapping[str, Any]:
    """Empty where there is nothing to hear, to add or to explain, yet."""
    rows, own = recordings_of(call), rights(user, call)
    says = recording_settings().says_recorded and call.direction != Call.Direction.INTERNAL
    if not (rows or call.is_recorded or (own.adds and call.ended_at)):
        return {"says_recorded": True} if says else {}
    return {
        "rows": [_shown(row, own) for row in rows],
        "rights": own,
        "listeners": listeners_of(rows) if own.is_in_charge and rows else [],
        "has_source": bool(rows) or RecordingSource.objects.filter(is_enabled=True).exists(),
        "says_recorded": says,
        "largest_mb": recording_settings().largest_mb,
    }


def _shown(row: Recording, own: Rights) -> Shown:
    peaks = base64.b64encode(bytes(row.peaks)).decode() if own.hears else ""
    return Shown(row, peaks, explain(row.problem) if row.problem else "")


def note_played(calls: Sequence[Call], user: User) -> None:
    """Give each call of a list the recording that its play button plays."""
    playable = playable_of(user, calls)
    for call in calls:
        if row := playable.get(call.pk):
            call.played, call.played_as = row.pk, row.decoded_as
