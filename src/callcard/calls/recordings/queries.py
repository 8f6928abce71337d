"""Who may hear what, and which recordings there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404

from callcard.calls.models import Call, Segment
from callcard.calls.recordings.formats import DECODED
from callcard.calls.recordings.models import NEVER_ANSWERED, Listening, Recording, RecordingSettings
from callcard.calls.recordings.setting import recording_settings
from callcard.staff.models import User
from callcard.staff.visibility import CALLS, visible_to

_SHOWN = 50
_LISTENERS_SHOWN = 30
Hears = RecordingSettings.Hears


@dataclass(frozen=True, slots=True)
class Rights:
    """Of one user for one call."""

    hears: bool
    downloads: bool
    adds: bool
    is_in_charge: bool


def rights(user: User, call: Call) -> Rights:
    settings = recording_settings()
    if user.may("recordings.manage"):
        return Rights(hears=True, downloads=True, adds=True, is_in_charge=True)
    hears = call.pk in heard_calls(user, [call.pk], settings)
    adds = settings.may_add and user.may("recordings.see") and Segment.objects.filter(call=call, user=user).exists()
    return Rights(hears=hears, downloads=hears and settings.may_download, adds=adds, is_in_charge=False)


def heard_calls(user: User, call_ids: Collection[int], settings: RecordingSettings | None = None) -> set[int]:
    """Those of these calls whose recordings this user may hear. That a call was shown to somebody is not enough."""
    settings = settings or recording_settings()
    if user.may("recordings.manage"):
        return set(call_ids)
    hears_all = user.may("recordings.all")
    if not user.may("recordings.see") or not call_ids or (settings.hears == Hears.NOBODY and not hears_all):
        return set()
    calls = Call.objects.visible_to(user).filter(pk__in=call_ids)
    if settings.hears != Hears.SEEN and not hears_all:
        calls = calls.filter(_spoke_in(user, settings.hears))
    return set(calls.values_list("pk", flat=True))


def _spoke_in(user: User, hears: str) -> Q:
    people = visible_to(user, CALLS).responsible_ids if hears == Hears.TEAM else frozenset({user.pk})
    if people is None:
        return Q()
    return Q(pk__in=Segment.objects.filter(_spoke(), user__in=people).values("call"))


def _spoke() -> Q:
    """Took part, and did not only hear it ring."""
    return Q(answered_at__isnull=False) | Q(role="caller")


def heard_recording(user: User, pk: int) -> Recording:
    """One that is here and that this user may hear; any other does not exist for them (Http404)."""
    row = Recording.objects.filter(pk=pk, state=Recording.State.HERE).defer("peaks").first()
    if row is None or row.call_id not in heard_calls(user, [row.call_id]) or not _is_there(row):
        raise Http404
    return row


def _is_there(row: Recording) -> bool:
    return Call.objects.filter(pk=row.call_id).exists()


def recordings_of(call: Call) -> list[Recording]:
    """In the order in which they are heard; those that were removed come last."""
    rows = list(Recording.objects.filter(call=call).select_related("added_by", "removed_by"))
    if any(row.state == Recording.State.HERE for row in rows):  # whether there are more is looked for in silence
        rows = [row for row in rows if row.state != Recording.State.WAITING or row.place]
    return sorted(rows, key=lambda row: (row.state == Recording.State.REMOVED, row.place, row.pk))


def playable_of(user: User, calls: Sequence[Call]) -> dict[int, Recording]:
    """Call -> its first recording that this user may hear and the page can play, for lists."""
    here = Recording.objects.filter(call__in=[call.pk for call in calls], state=Recording.State.HERE)
    rows = here.filter(Q(is_playable=True) | Q(media_type__in=DECODED)).order_by("place", "pk")
    firsts: dict[int, Recording] = {}
    for row in rows.only("call", "media_type", "is_playable"):
        firsts.setdefault(row.call_id, row)
    heard = heard_calls(user, firsts.keys()) if firsts else set()
    return {call_id: row for call_id, row in firsts.items() if call_id in heard}


def listeners_of(recordings: Collection[Recording]) -> list[Listening]:
    """Who listened, the latest first."""
    rows = Listening.objects.filter(recording__in=[row.pk for row in recordings])
    return list(rows.select_related("user").order_by("-at", "-pk")[:_LISTENERS_SHOWN])


def latest_listenings() -> list[Listening]:
    return list(Listening.objects.select_related("user", "recording").order_by("-at", "-pk")[:_SHOWN])


def with_problems() -> list[Recording]:
    """What was not found or not taken, of the latest calls first. That nobody's silence was recorded is no problem."""
    states = [Recording.State.MISSING, Recording.State.REFUSED]
    silent = Q(problem="empty", call__outcome__in=NEVER_ANSWERED)  # from before they were left out
    return list(Recording.objects.filter(state__in=states).exclude(silent).order_by("-began_at")[:_SHOWN])


def waiting() -> QuerySet[Recording]:
    return Recording.objects.filter(state=Recording.State.WAITING).order_by("due_at")
