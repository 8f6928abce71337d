"""The shell and its pop-ups."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.calls.models import Call, Notice
from callcard.calls.queries import open_notices
from callcard.calls.services import (
    choose_customer,
    close_notice,
    give_number,
    mark_shown,
    unchoose_customer,
    write_note,
)
from callcard.calls.unfinished import needs_result
from callcard.customers.models import Customer
from callcard.customers.services import restore_customer
from callcard.desk.popup import popups
from callcard.desk.popup_parts import all_parts, arrange_parts
from callcard.desk.rendering import popup_data
from callcard.kit.ids import is_id
from callcard.live.queries import newest_event_id
from callcard.staff.requests import signed_in

_SHOWN_AT_ONCE = 100


@require_GET
def shell(request: HttpRequest) -> HttpResponse:
    """The frame around every window. It is loaded once; calls and windows come and go in it."""
    return render(request, "desk/shell.html")


@require_GET
def popup_stack(request: HttpRequest) -> HttpResponse:
    """All pop-ups that should be on the screen, for a browser that has just come or was away too long."""
    return JsonResponse({"since": newest_event_id(), "popups": _open_popups(request)})


def _open_popups(request: HttpRequest) -> list[dict[str, object]]:
    user = signed_in(request)
    notices = open_notices(user)
    made = popups((notice.call_id, user.pk) for notice in notices)
    shown = [notice for notice in notices if (notice.call_id, user.pk) in made]
    return [popup_data(made[(notice.call_id, user.pk)]) | _ended(notice) for notice in shown]


def _ended(notice: Notice) -> dict[str, object]:
    return {} if notice.over_for is None else {"over_for_ms": round(notice.over_for.total_seconds() * 1000)}


@require_POST
def popups_shown(request: HttpRequest) -> HttpResponse:
    """POST calls="12:350 14:20": the pop-ups that the browser has painted, and how many ms ago."""
    pairs = [pair.split(":") for pair in request.POST.get("calls", "").split()[:_SHOWN_AT_ONCE]]
    ages = {int(pair[0]): int(pair[1]) for pair in pairs if len(pair) == 2 and all(map(is_id, pair))}
    mark_shown(ages_ms=ages, user=signed_in(request))
    return HttpResponse(status=204)


@require_POST
def popup_close(request: HttpRequest, call_id: int) -> HttpResponse:
    """Answers with where the result of the call is asked for, when it needs one and has none."""
    user = signed_in(request)
    close_notice(call_id=call_id, user=user)
    call = Call.objects.filter(pk=call_id, notices__user=user).first()
    if call is None or not needs_result(call, user):
        return HttpResponse(status=204)
    return HttpResponse(reverse("call-closing", args=[call_id]), content_type="text/plain")


@require_POST
def popup_choose(request: HttpRequest, call_id: int) -> HttpResponse:
    call, customer = _call_and_customer(request, call_id)
    choose_customer(call=call, customer=customer)
    return _popup_now(request, call)


@require_POST
def popup_unchoose(request: HttpRequest, call_id: int) -> HttpResponse:
    """It was somebody else of those with this number, or the number was added to the wrong customer."""
    call, user = _own_call(request, call_id), signed_in(request)
    if call.customer_id is not None:
        get_object_or_404(Customer.objects.visible_to(user), pk=call.customer_id)
    unchoose_customer(call=call, by=user)
    return _popup_now(request, call)


@require_POST
def popup_bring_back(request: HttpRequest, call_id: int) -> HttpResponse:
    """The caller is a customer who was archived."""
    call, customer = _call_and_customer(request, call_id)
    restore_customer(customer=customer, by=signed_in(request))
    choose_customer(call=call, customer=customer)
    return _popup_now(request, call)


@require_POST
def popup_add_number(request: HttpRequest, call_id: int) -> HttpResponse:
    """This number belongs to a customer we know."""
    call, customer = _call_and_customer(request, call_id)
    give_number(call=call, customer=customer, by=signed_in(request))
    return _popup_now(request, call)


@require_POST
def popup_note(request: HttpRequest, call_id: int) -> HttpResponse:
    call = _own_call(request, call_id)
    write_note(call=call, note=request.POST.get("note", ""), author=signed_in(request))
    return _popup_now(request, call)


def _own_call(request: HttpRequest, call_id: int) -> Call:
    """A call that was shown to this user; anything else does not exist for them."""
    return get_object_or_404(Call, pk=call_id, notices__user=signed_in(request))


def _call_and_customer(request: HttpRequest, call_id: int) -> tuple[Call, Customer]:
    call = _own_call(request, call_id)
    chosen = request.POST.get("customer", "")
    pk = int(chosen) if is_id(chosen) else 0
    return call, get_object_or_404(Customer.objects.visible_to(signed_in(request)), pk=pk)


def _popup_now(request: HttpRequest, call: Call) -> HttpResponse:
    user = signed_in(request)
    return HttpResponse(popups([(call.pk, user.pk)])[(call.pk, user.pk)].html)


@require_http_methods(["GET", "POST"])
def popup_settings(request: HttpRequest) -> HttpResponse:
    """Which parts the pop-up shows, in which order."""
    if request.method == "POST":
        arrange_parts(order=request.POST.getlist("order"), shown=set(request.POST.getlist("shown")))
        messages.success(request, _("The pop-up is arranged anew, from the next call on."))
        return redirect("popup-settings")
    return render(request, "desk/popup_settings.html", {"parts": all_parts()})
