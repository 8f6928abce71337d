"""Recordings of calls: which there are, their sound, and what one does with them in the window of the call."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import File, Router, UploadedFile

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered, done
from callcard.api.v1.described import ONCE
from callcard.api.v1.repeating import once_in_steps
from callcard.api.v1.types import Flag, Given, Id, Told, moment
from callcard.calls.recordings import views
from callcard.calls.recordings.models import Recording
from callcard.calls.recordings.queries import recordings_of, rights
from callcard.calls.recordings.services import (
    add_recording,
    erase_recording,
    keep_recording,
    look_again,
    remove_recording,
    restore_recording,
)
from callcard.calls.recordings.storing import NotTaken
from callcard.calls.recordings.words import explain
from callcard.calls.seen import call_seen_by
from callcard.staff.models import User
from callcard.staff.requests import signed_in

in_calls = Router(tags=["calls"])
router = Router(tags=["calls"])


class RecordingTold(Told):
    """`state`: waiting, here, missing, refused or removed; others than those that are here are told to who may bring
    them back or have them looked for. `sound`: the address of the sound; null where there is none to take."""

    id: int
    state: str
    began_at: str | None
    name: str
    media_type: str
    is_kept: bool
    problem: str
    sound: str | None


class RecordingsTold(Told):
    items: list[RecordingTold]


class KeepGiven(Given):
    """True: for good, whatever the rules say."""

    keep: Flag


@in_calls.get("/{id:pk}/recordings", response=RecordingsTold, url_name="api-call-recordings")
def list_recordings(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    call = call_seen_by(user, pk)
    rows = [row for row in recordings_of(call) if _is_told(row, user)]
    return answered(request, {"items": [_told(row, user) for row in rows]})


@in_calls.post("/{id:pk}/recordings", response={201: RecordingTold}, url_name="api-call-recordings", openapi_extra=ONCE)
def add(request: HttpRequest, pk: Id, file: File[UploadedFile]) -> HttpResponse:
    """One file, as a form sends it (`multipart/form-data`). What the call has already is not taken a second time."""
    user = signed_in(request)
    call = call_seen_by(user, pk)
    if not rights(user, call).adds:
        raise Problem(403, "The role of the user, or the settings of recordings, do not allow it for this call.")
    if call.ended_at is None:
        raise Problem(409, "The call still goes on.")

    def do() -> HttpResponse:
        try:
            row = add_recording(call=call, name=file.name or "", chunks=file.chunks(), by=user)
        except NotTaken as failure:
            raise Problem(422, errors=[("file", explain(failure.problem))]) from None
        return answered(request, _told(row, user), status=201)

    return once_in_steps(request, do)


_BYTES = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
_RANGE = {
    "parameters": [{"name": "Range", "in": "header", "schema": {"type": "string"}, "description": "A part of it."}],
    "responses": {
        200: {"description": "The sound.", "content": _BYTES},
        206: {"description": "A part of it.", "content": _BYTES},
        416: {"description": "There is no such part."},
    },
}


@router.get("/{id:pk}/sound", url_name="api-recording-sound", openapi_extra=_RANGE)
def sound(request: HttpRequest, pk: Id) -> HttpResponseBase:
    """The recording as a file, or a part of it. That somebody took it is written down."""
    return views.download(request, pk)


@router.post("/{id:pk}/remove", response=RecordingTold, url_name="api-recording-remove")
def remove(request: HttpRequest, pk: Id) -> HttpResponse:
    """It can be brought back for thirty days."""
    user, row = views.in_charge_of(request, pk)
    remove_recording(recording=row, by=user)
    return _answer(request, pk)


@router.post("/{id:pk}/restore", response=RecordingTold, url_name="api-recording-restore")
def restore(request: HttpRequest, pk: Id) -> HttpResponse:
    user, row = views.in_charge_of(request, pk)
    if row.is_erased:
        raise Problem(409, "It is erased.")
    restore_recording(recording=row, by=user)
    return _answer(request, pk)


@router.post("/{id:pk}/erase", response={204: None}, url_name="api-recording-erase")
def erase(request: HttpRequest, pk: Id) -> HttpResponse:
    """For good, of what was removed before."""
    user, row = views.in_charge_of(request, pk)
    if not user.may("recordings.manage"):
        raise Http404
    if row.state != Recording.State.REMOVED:
        raise Problem(409, "Remove it first.")
    erase_recording(recording=row, by=user)
    return done()


@router.post("/{id:pk}/keep", response=RecordingTold, url_name="api-recording-keep")
def keep(request: HttpRequest, pk: Id, said: KeepGiven) -> HttpResponse:
    """Whether the rules of how long recordings are kept hold for it."""
    user, row = views.in_charge_of(request, pk)
    keep_recording(recording=row, is_kept=said.keep, by=user)
    return _answer(request, pk)


@router.post("/{id:pk}/again", response=RecordingTold, url_name="api-recording-again")
def again(request: HttpRequest, pk: Id) -> HttpResponse:
    """Look again for one that was not found or not taken."""
    _user, row = views.in_charge_of(request, pk)
    if not look_again(recording=row):
        raise Problem(409, "It is here, or was removed.")
    return _answer(request, pk)


def _answer(request: HttpRequest, pk: int) -> HttpResponse:
    user, row = views.in_charge_of(request, pk)
    return answered(request, _told(row, user))


def _is_told(row: Recording, user: User) -> bool:
    may = rights(user, row.call)
    return may.is_in_charge or (may.hears and row.state == Recording.State.HERE)


def _told(row: Recording, user: User) -> dict[str, Any]:
    is_given = row.state == Recording.State.HERE and rights(user, row.call).downloads
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in ("state", "name", "media_type", "is_kept", "problem")},
        "began_at": moment(row.began_at),
        "sound": f"/api/v1/recordings/{row.pk}/sound" if is_given else None,
    }
