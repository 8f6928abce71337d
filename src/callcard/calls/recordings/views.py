"""Hearing a recording, and what one does with it in the window of its call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from callcard.calls.models import Call
from callcard.calls.recordings import storing
from callcard.calls.recordings.byte_ranges import NotSatisfiable, read_range
from callcard.calls.recordings.models import Listening, Recording
from callcard.calls.recordings.queries import heard_recording, rights
from callcard.calls.recordings.services import (
    REMOVED_KEPT,
    add_recording,
    erase_recording,
    keep_recording,
    look_again,
    note_listening,
    remove_recording,
    restore_recording,
)
from callcard.calls.recordings.storing import NotTaken
from callcard.calls.recordings.words import explain
from callcard.calls.seen import call_seen_by
from callcard.kit.ids import is_id
from callcard.staff.models import User
from callcard.staff.requests import address_of, signed_in

# How long an opened player may go on asking for parts.
_LISTENING = timedelta(hours=12)
_POLICY = "default-src 'none'; sandbox"
_MOST_AT_ONCE = 10


@require_POST
def play(request: HttpRequest, pk: int) -> JsonResponse:
    """Somebody begins to listen: written down first, and only then is there an address to hear it at."""
    user = signed_in(request)
    recording = heard_recording(user, pk)
    if storing.size_of(recording.path) is None:
        return JsonResponse({"words": _("The file of this recording is not on the disk any more.")}, status=410)
    opened = note_listening(recording=recording, user=user, address=address_of(request))
    return JsonResponse({"sound": f"{reverse('recording-sound', args=[pk])}?listening={opened.pk}"})


@require_safe
def sound(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sound or the part of it that is asked for (Range). Nobody hears it without a listening of their own."""
    user = signed_in(request)
    recording = heard_recording(user, pk)
    asked = request.GET.get("listening", "")
    known = Listening.objects.filter(recording=recording, user=user, at__gt=timezone.now() - _LISTENING)
    if not (is_id(asked) and known.filter(pk=int(asked)).exists()):
        raise Http404
    return _sent(request, recording, "inline")


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    user = signed_in(request)
    recording = heard_recording(user, pk)
    if not rights(user, recording.call).downloads:
        raise Http404
    note_listening(recording=recording, user=user, address=address_of(request), is_download=True)
    return _sent(request, recording, "attachment")


def _sent(request: HttpRequest, recording: Recording, how: str) -> HttpResponseBase:
    size, tag = storing.size_of(recording.path), f'"{recording.sha256}"'
    if size is None:
        raise Http404
    try:
        part = read_range(request.headers.get("Range", ""), size) if _is_same(request, tag) else None
    except NotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = part or (0, size - 1)
    response = _stream(request, recording, first, last)
    if part:
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _POLICY
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(_file_name(recording), safe='')}"
    return response


def _is_same(request: HttpRequest, tag: str) -> bool:
    """A part of another file would be no use (If-Range)."""
    return request.headers.get("If-Range", tag) == tag


def _stream(request: HttpRequest, recording: Recording, first: int, last: int) -> HttpResponseBase:
    media_type = recording.media_type or "application/octet-stream"
    if request.method == "HEAD":
        return HttpResponse(content_type=media_type)
    if isinstance(request, ASGIRequest):
        return StreamingHttpResponse(storing.part_sent_apart(recording.path, first, last), content_type=media_type)
    return StreamingHttpResponse(storing.part_of(recording.path, first, last), content_type=media_type)


def _file_name(recording: Recording) -> str:
    return recording.name or f"call-{timezone.localtime(recording.began_at):%Y-%m-%d-%H%M}"


# -- in the window of the call -----------------------------------------------------------------------------------------


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Files (`files`) that are recordings of this call."""
    user = signed_in(request)
    call = call_seen_by(user, pk)
    if not rights(user, call).adds or call.ended_at is None:
        raise Http404
    uploads = request.FILES.getlist("files")[:_MOST_AT_ONCE]
    if not uploads:
        messages.error(request, _("Choose a file first."))
    for upload in uploads:
        _add_one(request, call, upload, user)
    return redirect("call", pk=pk)


def _add_one(request: HttpRequest, call: Call, upload: Any, user: User) -> None:
    name = upload.name or ""
    try:
        add_recording(call=call, name=name, chunks=upload.chunks(), by=user)
        messages.success(request, _("“%(name)s” is added.") % {"name": name})
    except NotTaken as failure:
        words = _("“%(name)s” was not taken. %(words)s")
        messages.error(request, words % {"name": name, "words": explain(failure.problem)})
    except OSError:
        messages.error(request, explain("disk"))


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user, recording = in_charge_of(request, pk)
    remove_recording(recording=recording, by=user)
    words = _("The recording is removed. You can bring it back within %(days)d days.")
    messages.success(request, words % {"days": REMOVED_KEPT.days})
    return redirect("call", pk=recording.call_id)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    user, recording = in_charge_of(request, pk)
    restore_recording(recording=recording, by=user)
    messages.success(request, _("The recording is back."))
    return redirect("call", pk=recording.call_id)


@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """For good, of what was removed before."""
    user, recording = in_charge_of(request, pk)
    if not user.may("recordings.manage"):
        raise Http404
    erase_recording(recording=recording, by=user)
    messages.success(request, _("The recording is erased."))
    return redirect("call", pk=recording.call_id)


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """`keep`: 1 for good, anything else: as the rules say."""
    user, recording = in_charge_of(request, pk)
    keep_recording(recording=recording, is_kept=request.POST.get("keep") == "1", by=user)
    return redirect("call", pk=recording.call_id)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for it again, now."""
    _user, recording = in_charge_of(request, pk)
    look_again(recording=recording)
    messages.success(request, _("It is looked for again within a few seconds."))
    return redirect("call", pk=recording.call_id) if "here" in request.POST else redirect("recording-settings")


def in_charge_of(request: HttpRequest, pk: int) -> tuple[User, Recording]:
    """Those in charge; and who has added it by hand, as long as they see the call."""
    user = signed_in(request)
    recording = get_object_or_404(Recording.objects.defer("peaks"), pk=pk)
    if not user.may("recordings.manage"):
        if recording.added_by_id != user.pk or recording.removed_by_id not in (None, user.pk):
            raise Http404
        call_seen_by(user, recording.call_id)
    return user, recording
