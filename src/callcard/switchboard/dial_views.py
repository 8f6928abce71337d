"""The Call button, how a placed call stands, and what one does in a call. For the page's scripts, except `call_to`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from callcard.staff.models import User
from callcard.staff.queries import people, people_ids
from callcard.staff.requests import signed_in
from callcard.staff.veiled import legible_for, shown_number
from callcard.switchboard import running
from callcard.switchboard.dial_words import state_in_words
from callcard.switchboard.dialling import cancel, chosen_way, dial
from callcard.switchboard.handing_on import why_away
from callcard.switchboard.in_call import command, in_call, who_talks
from callcard.switchboard.models import DialRequest
from callcard.switchboard.partner import partner
from callcard.switchboard.placed import Placed, placed_calls
from callcard.switchboard.refusals import AskFirst, KeyUsed, NotDialled, OtherCallFirst
from callcard.switchboard.soft_presses import note_not_made
from callcard.switchboard.veiled import number_behind, stands_for_number
from callcard.switchboard.whom import whom
from callcard.telephony.dial_string import may_press_itself
from callcard.telephony.numbers import legible
from callcard.ui.writing import epoch_ms

_COMMAND_ID = re.compile(r"[A-Za-z0-9-]{8,40}")
_CALL_ID = re.compile(r"[0-9]{1,18}")
_COLLEAGUES_SHOWN = 8
_PAUSES = ",;"


@require_POST
def call_number(request: HttpRequest) -> HttpResponse:
    """A repeated Idempotency-Key places no second call; `sure` and `instead` answer the question that was asked.

    `how` is "soft" when the softphone itself asks; else it is the user's own choice. For a softphone the answer
    holds the number, which the page then calls itself.
    """
    command_id = _key_of(request)
    if command_id is None:
        return _error(_("This did not work. Try again."), status=400)
    user = signed_in(request)
    asked, is_sure = request.POST.get("number", ""), "sure" in request.POST
    how = DialRequest.How.SOFT if request.POST.get("how") == "soft" else chosen_way(user)
    if stands_for_number(asked):
        how = DialRequest.How.DESK  # a softphone would have to be told the number: it is rung as a telephone is
    raw, instead = number_behind(asked, user), request.POST.get("instead", "")[:40]
    try:
        made = dial(user=user, raw=raw, command_id=command_id, is_sure=is_sure, instead=instead, how=how)
    except (AskFirst, OtherCallFirst) as question:
        return _asked(question)
    except NotDialled as refusal:
        return _refused(refusal)
    answer = {"command": command_id, "then": made.then}
    if made.how == DialRequest.How.SOFT:
        return JsonResponse(answer | {"number": made.number, "soft": True} | _keys_by_hand(made.then))
    told = {"number": shown_number(user, made.number), "state": made.state, "words": state_in_words(made, user)}
    return JsonResponse(answer | told)


def _keys_by_hand(then: str) -> dict[str, str]:
    """Instead of keys that the softphone is not to press by itself, words that tell them."""
    if not then or may_press_itself(then):
        return {}
    return {"then": "", "keys": _("Once it is answered, press %(keys)s") % {"keys": then.strip(_PAUSES)}}


@require_GET
def placed(request: HttpRequest) -> HttpResponse:
    """This user's calls by button that go on or have just ended. `words`: how the one named by `command` stands."""
    user, command_id = signed_in(request), request.GET.get("command", "")
    row = DialRequest.objects.filter(command_id=command_id[:40], user=user).first() if command_id else None
    calls = [_as_data(each, user) for each in placed_calls(user)]
    return JsonResponse({"calls": calls, "words": state_in_words(row, user) if row else None})


def _as_data(each: Placed, user: User) -> dict[str, Any]:
    row = each.request
    return {
        "command": row.command_id,
        "call": each.call_id,
        "number": legible_for(user, row.number),
        "name": row.shown_name,
        "then": row.then.strip(_PAUSES),
        "state": row.state,
        "problem": row.problem,
        "words": each.words,
        "changed_ms": epoch_ms(row.changed_at),
    }


@require_POST
def placed_cancel(request: HttpRequest, command_id: str) -> HttpResponse:
    row = get_object_or_404(DialRequest, command_id=command_id, user=signed_in(request), how=DialRequest.How.DESK)
    try:
        cancel(request=row)
    except NotDialled as refusal:
        return _error(refusal.words)
    return JsonResponse({})


@require_POST
def placed_not_made(request: HttpRequest, command_id: str) -> HttpResponse:
    """The softphone tells that nothing came of a press: it is not counted as one of the day's calls."""
    row = get_object_or_404(DialRequest, command_id=command_id, user=signed_in(request), how=DialRequest.How.SOFT)
    note_not_made(row)
    return JsonResponse({})


@require_GET
def call_can(request: HttpRequest, call_id: int) -> HttpResponse:
    """What this user can do in a call in which they talk."""
    able = in_call(signed_in(request), call_id)
    return JsonResponse({"can": able.can, "held": able.is_held, "asks": able.asks})


@require_POST
def call_do(request: HttpRequest, call_id: int, what: str) -> HttpResponse:
    """`to` and `sure` for what hands the call on."""
    command_id = _key_of(request)
    if command_id is None:
        return _error(_("This did not work. Try again."), status=400)
    to, is_sure = request.POST.get("to", ""), "sure" in request.POST
    try:
        command(user=signed_in(request), call_id=call_id, what=what, to=to, command_id=command_id, is_sure=is_sure)
    except AskFirst as asked:
        return _asked(asked)
    except NotDialled as refusal:
        return _refused(refusal)
    return JsonResponse({"words": _done(what)})


def _done(what: str) -> str:
    return {
        "hangup": _("Hung up."),
        "hold": _("On hold."),
        "unhold": _("Taken back."),
        "transfer": _("Handed on."),
        "consult": _("Your phone calls them. Hang up to hand the call over."),
    }[what]


@require_GET
def who(request: HttpRequest) -> HttpResponse:
    """Who is at the other end of the softphone's call with `number`; `only`: it has no other call. With `rings` also
    what is asked before a call is handed on to it, as `away`: empty when nothing is."""
    asked = request.GET.get("number", "")[:64]
    found = partner(signed_in(request), asked, is_only="only" in request.GET)
    told = {"name": found.name, "number": found.number, "call": found.call_id}
    if "rings" in request.GET:
        told["away"] = why_away(asked, pbx=running.dialler(), command_id=uuid4().hex)
    return JsonResponse(told)


@require_GET
def colleagues(request: HttpRequest) -> HttpResponse:
    """To whom a call can be handed on: people with an extension, by name or number. Who talks in it is offered by none
    of their phones."""
    user, call_id = signed_in(request), request.GET.get("call", "")
    in_it = who_talks(user, int(call_id)) if _CALL_ID.fullmatch(call_id) else {user.pk}
    found = people(people_ids(words=request.GET.get("q", "")[:80])[: _COLLEAGUES_SHOWN * 4])
    rows = [
        {"to": extension.number, "name": each.shown_name}
        for each in found
        if each.is_active and each.pk not in in_it
        for extension in each.extensions.all()
    ]
    return JsonResponse({"colleagues": rows[:_COLLEAGUES_SHOWN]})


@require_GET
def call_to(request: HttpRequest) -> HttpResponse:
    """The window that a telephone link of another program opens. It asks: a page elsewhere must not place calls."""
    user, raw = signed_in(request), request.GET.get("number", "")[:300]
    try:
        target = whom(user, number_behind(raw, user), NotDialled)
    except NotDialled as refusal:
        return render(request, "switchboard/call_to.html", {"raw": raw, "problem": refusal.words}, status=422)
    number = target.destination.number
    typed = f"tel:{number}" + (f";ext={target.then}" if target.then.isdigit() else quote(target.then, safe=",;*"))
    context = {
        "raw": raw,
        "link": raw if stands_for_number(raw) else typed,
        "number": legible_for(user, number) if stands_for_number(raw) else legible(number),
        "name": target.name,
        "then": target.then.strip(_PAUSES),
    }
    return render(request, "switchboard/call_to.html", context)


def _key_of(request: HttpRequest) -> str | None:
    """What the page calls this press; None when it is no such key."""
    key = request.headers.get("Idempotency-Key", "") or uuid4().hex
    return key if _COMMAND_ID.fullmatch(key) else None


def _asked(question: AskFirst | OtherCallFirst) -> JsonResponse:
    """`answer`: what yes is sent as, beside what was sent before."""
    if isinstance(question, AskFirst):
        buttons = {"yes": question.yes, "no": question.no} if question.yes else {}
        return JsonResponse({"ask": question.words, "answer": {"sure": "1"}, **buttons}, status=409)
    buttons = {"yes": _("Cancel it and call"), "no": _("Leave it")}
    return JsonResponse({"ask": question.words, "answer": {"instead": question.command_id}, **buttons}, status=409)


def _refused(refusal: NotDialled) -> JsonResponse:
    return _error(refusal.words, status=422 if isinstance(refusal, KeyUsed) else 409)


def _error(words: str, status: int = 409) -> JsonResponse:
    return JsonResponse({"error": words}, status=status)
