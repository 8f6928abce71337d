"""Windows of calls that are written down by hand."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from callcard.calls.closing import close_call, closing_fields, closing_problem, read_closing
from callcard.calls.hand import (
    ABOUT,
    CannotUndo,
    change_written,
    may_change,
    remove_written,
    restore_removed,
    undo_change,
    write_down,
)
from callcard.calls.hand_forms import HandForm
from callcard.calls.models import Call
from callcard.calls.seen import call_seen_by
from callcard.calls.setting import call_settings
from callcard.staff.models import Change
from callcard.staff.requests import signed_in


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`customer`, `number` in the address: who it was."""
    user = signed_in(request)
    if not call_settings().may_write_by_hand:
        raise PermissionDenied
    initial = {name: request.GET[name] for name in ("customer", "number") if name in request.GET}
    form = HandForm(request.POST or None, user=user, initial=initial, auto_id="call-new-%s")
    problem = closing_problem(request.POST) if request.method == "POST" else ""
    if problem:
        form.add_error(None, problem)
    if request.method == "POST" and form.is_valid():
        call = write_down(written=form.written(), note=form.cleaned_data["note"], by=user)
        said = read_closing(request.POST)
        if said.result or said.next_contact:
            close_call(call=call, note=None, result=said.result, next_contact_at=said.next_contact, by=user)
        messages.success(request, _("The call is written down."))
        return redirect("call", pk=call.pk)
    # Composed of escaped values, as everything on the pop-up is.
    typed = (request.POST.get("next_on", ""), request.POST.get("next_at", ""))
    fields = closing_fields(result=request.POST.get("result", ""), task=None, typed=typed)
    return render(request, "calls/hand.html", {"form": form, "call": None, "fields": mark_safe(fields)})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, call = signed_in(request), _own(request, pk)
    form = HandForm(request.POST or None, user=user, call=call, auto_id=f"call-{pk}-%s")
    if request.method == "POST" and form.is_valid():
        change_written(call=call, written=form.written(), by=user)
        messages.success(request, _("Saved."))
        return redirect("call", pk=pk)
    return render(request, "calls/hand.html", {"form": form, "call": call})


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    change = remove_written(call=_own(request, pk), by=user)
    return render(request, "calls/removed.html", {"change": change})


@require_POST
def undo(request: HttpRequest, change_id: int) -> HttpResponse:
    """Of a step of one's own: a call that was removed comes back, one that was changed is as before."""
    user = signed_in(request)
    change = get_object_or_404(Change, pk=change_id, about=ABOUT, by=user)
    try:
        if change.action == Change.Action.REMOVED:
            restore_removed(change=change, by=user)
        else:
            undo_change(change=change, by=user)
        messages.success(request, _("Restored. This is a step of the history too."))
    except CannotUndo:
        messages.error(request, _("This cannot be restored: the call was changed again since."))
    if not Call.objects.filter(pk=change.object_id).exists():
        return redirect("call-log")
    return redirect("call", pk=change.object_id)


def _own(request: HttpRequest, pk: int) -> Call:
    """A call that this user wrote down; any other does not exist for them."""
    user = signed_in(request)
    call = call_seen_by(user, pk)
    if not may_change(call, user):
        raise Http404
    return call
