"""Blocking the number of a call from its line in a list, with the way back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from callcard.calls.screening.call_part import number_to_block
from callcard.calls.screening.forms import BlockForm
from callcard.calls.screening.queries import blocks_of
from callcard.calls.screening.services import block, unblock
from callcard.calls.seen import call_seen_by
from callcard.customers.queries import match_number
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.requests import signed_in


@require_POST
def block_call(request: HttpRequest, pk: int) -> JsonResponse:
    """`wanted`: 1 blocked, 0 let through again. {words, block: "is" or "may"}, or {error} and nothing has changed."""
    user = signed_in(request)
    number = number_to_block(call_seen_by(user, pk), user)
    if not number:
        raise Http404
    return _block(number, user) if request.POST.get("wanted") == "1" else _let_through(number, user)


def _block(number: str, user: User) -> JsonResponse:
    region = company().region
    form = BlockForm({"number": number}, region=region)
    if not form.is_valid():
        return JsonResponse({"error": " ".join(map(str, form.errors["number"]))}, status=422)
    line = block(by=user, **form.cleaned_data)
    words = _("%(number)s is blocked.") % {"number": line}
    if match_number(number, region=region).kind == "exact":
        words = f"{words} {_('This is the number of a customer.')}"
    return JsonResponse({"words": words, "block": "is"})


def _let_through(number: str, user: User) -> JsonResponse:
    """What is blocked by its beginning stays so: that is about more than this number."""
    lines = blocks_of(number, region=company().region)
    if begins := next((line for line in lines if line.is_prefix), None):
        words = _("All numbers that begin with %(beginning)s are blocked. Change that in “Blocked numbers”.")
        return JsonResponse({"error": words % {"beginning": begins.number}}, status=409)
    for line in lines:
        unblock(line=line, by=user)
    return JsonResponse({"words": _("%(number)s gets through again.") % {"number": number}, "block": "may"})
