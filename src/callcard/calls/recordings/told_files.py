"""Names by which the file of a call's recording is known: the PBX's ids of the call, and what its record calls it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.calls.recordings.folders import stem_of
from callcard.calls.recordings.models import Recording, ToldFile
from callcard.kit.controls import without_controls

KEPT = timedelta(days=30)
_LONGEST = 200
_SHORTEST = 6  # what is shorter is no name of one call's file


@dataclass(frozen=True, slots=True)
class CallNames:
    """`ids` may be anywhere in a file's name, the call's own first; `files` are whole names without their ending."""

    ids: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def names_of(rows: Iterable[Recording]) -> dict[int, CallNames]:
    """By the call of each row."""
    calls = {row.call_id for row in rows}
    ids: dict[int, list[str]] = {pk: [] for pk in calls}
    for pk, key in Call.objects.filter(pk__in=calls).values_list("pk", "key"):
        ids[pk].append(key)
    for call_id, key in Segment.objects.filter(call__in=calls).order_by("pk").values_list("call_id", "key"):
        ids[call_id].append(key)
    files: dict[int, list[str]] = {}
    for call_id, name in ToldFile.objects.filter(call__in=calls).order_by("pk").values_list("call_id", "name"):
        files.setdefault(call_id, []).append(name)
    return {pk: CallNames(tuple(filter(None, ids[pk])), tuple(files.get(pk, ()))) for pk in calls}


def note_files(told: Mapping[int, Collection[str]]) -> int:
    """Call -> the files that its PBX's record names. Returns how many are new; what is known is not written again."""
    wanted = {(call, stem) for call, files in told.items() for file in files if (stem := _stem(file))}
    if not wanted:
        return 0
    known = set(ToldFile.objects.filter(call__in={call for call, _ in wanted}).values_list("call_id", "name"))
    fresh = sorted(wanted - known)
    if fresh:
        now = timezone.now()
        with transaction.atomic():
            rows = [ToldFile(call_id=call, name=stem, told_at=now) for call, stem in fresh]
            ToldFile.objects.bulk_create(rows, ignore_conflicts=True)
            Call.objects.filter(pk__in={call for call, _ in fresh}, is_recorded=False).update(is_recorded=True)
    return len(fresh)


def _stem(file: str) -> str:
    stem = stem_of(without_controls(file).replace("\\", "/").rpartition("/")[2])
    return stem if _SHORTEST <= len(stem) <= _LONGEST else ""


def forget_names(*, before: datetime) -> int:
    """Recordings of so long ago have been found, or are given up."""
    return ToldFile.objects.filter(told_at__lt=before).delete()[0]
