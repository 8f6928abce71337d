"""The list of who waits, and what people say about them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from callcard.calls.missed.models import MissedCaller
from callcard.calls.missed.queries import closed_for, count_of, longest_waiting, veil, waiting_for
from callcard.calls.missed.services import close, leave, reopen, take
from callcard.kit.ids import is_id
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.ui.lists import keyset_page, read_asked

_SIZE = 50
_CLOSINGS = {"reached": MissedCaller.State.REACHED, "given_up": MissedCaller.State.GIVEN_UP}


@never_cache
@require_GET
def missed(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    is_mine, is_closed = request.GET.get("who") != "all", request.GET.get("state") == "closed"
    rows = closed_for(user, is_mine=is_mine) if is_closed else waiting_for(user, is_mine=is_mine)
    rows = rows.select_related("customer__responsible", "assignee", "closed_by")
    asked = read_asked(request.GET, [], sort="-last")
    page = keyset_page(rows, asked, sort="closed_at" if is_closed else "last_at", size=_SIZE)
    veil(page.rows, user)
    if not is_closed and len(page.rows) > 1:
        _mark_longest(page.rows, longest_waiting(user, is_mine=is_mine))
    who = {"who": "all"} if not is_mine else {}
    context = {
        "page": page,
        "rows": page.rows,
        "is_mine": is_mine,
        "is_closed": is_closed,
        "undoable": _just_closed(request, user),
        "question": urlencode({**who, **({"state": "closed"} if is_closed else {})}),
    }
    return render(request, "calls/missed/list.html", context)


@never_cache
@require_GET
def count(request: HttpRequest) -> HttpResponse:
    number, is_late = count_of(signed_in(request))
    return JsonResponse({"number": number, "late": is_late})


@require_POST
def take_missed(request: HttpRequest, pk: int) -> HttpResponse:
    user, row = signed_in(request), _seen(request, pk)
    if not take(missed=row, by=user):
        messages.info(request, _("Nobody has to call back any more: somebody was quicker."))
    return _back(request)


@require_POST
def leave_missed(request: HttpRequest, pk: int) -> HttpResponse:
    user, row = signed_in(request), _seen(request, pk)
    leave(missed=row, by=user)
    return _back(request)


@require_POST
def close_missed(request: HttpRequest, pk: int) -> HttpResponse:
    user, row = signed_in(request), _seen(request, pk)
    state = _CLOSINGS.get(request.POST.get("state", ""))
    if state is None:
        messages.error(request, _("Say whether they were reached."))
    elif close(missed=row, state=state, reason=request.POST.get("reason", ""), by=user):
        return _back(request, undo=str(row.pk))
    else:
        messages.info(request, _("Nobody has to call back any more: somebody was quicker."))
    return _back(request)


@require_POST
def reopen_missed(request: HttpRequest, pk: int) -> HttpResponse:
    user, row = signed_in(request), _seen(request, pk)
    if not reopen(missed=row, by=user):
        messages.info(request, _("There is nothing to undo."))
    return _back(request)


def _seen(request: HttpRequest, pk: int) -> MissedCaller:
    """One that this user may see; any other does not exist for them."""
    return get_object_or_404(MissedCaller.objects.visible_to(signed_in(request)), pk=pk)


def _just_closed(request: HttpRequest, user: User) -> MissedCaller | None:
    """Whom the user has just struck off, to take that back."""
    asked = request.GET.get("undo", "")
    if not is_id(asked):
        return None
    closed = MissedCaller.objects.visible_to(user).filter(pk=int(asked), closed_by=user, closing_call_id=None)
    row = closed.exclude(state=MissedCaller.State.OPEN).select_related("customer__responsible").first()
    if row is not None:
        veil([row], user)
    return row


def _mark_longest(rows: list[MissedCaller], longest: int | None) -> None:
    for row in rows:
        row.waits_longest = row.pk == longest


def _back(request: HttpRequest, **more: str) -> HttpResponse:
    who = {"who": "all"} if request.POST.get("who") == "all" else {}
    closed = {"state": "closed"} if request.POST.get("shown") == "closed" else {}
    query = urlencode({**who, **closed, **more})
    return redirect(f"{reverse('missed-calls')}{'?' if query else ''}{query}")
