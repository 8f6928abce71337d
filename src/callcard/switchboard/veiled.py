"""The numbers behind what stands in pages in place of a number: see staff.veiled."""

from __future__ import annotations

import re

from django.http import Http404

from callcard.calls.missed.models import MissedCaller
from callcard.calls.seen import call_seen_by
from callcard.customers.models import Phone
from callcard.staff.models import User
from callcard.staff.veiled import VEILED_WAY
from callcard.staff.visibility import visible_to

_STANDS_FOR = re.compile(re.escape(VEILED_WAY) + r"(phone|call|missed)-([0-9]{1,18})", re.ASCII)


def stands_for_number(text: str) -> bool:
    return _STANDS_FOR.fullmatch(text) is not None


def number_behind(text: str, user: User) -> str:
    """What "tel:;of=phone-12" stands for; anything else as it is. Empty where this user may not see that, or any
    number."""
    found = _STANDS_FOR.fullmatch(text)
    if found is None:
        return text
    if user.veil is not None and user.veil.hides("phones"):
        return ""
    kind, pk = found[1], int(found[2])
    return {"phone": _of_phone, "call": _of_call, "missed": _of_missed}[kind](pk, user)


def _of_phone(pk: int, user: User) -> str:
    seen = visible_to(user).customers_filter("customer__")
    phone = Phone.objects.filter(seen, pk=pk, do_not_call=False).first()
    return (phone.e164 or phone.raw) if phone else ""


def _of_call(pk: int, user: User) -> str:
    try:
        call = call_seen_by(user, pk)
    except Http404:
        return ""
    return call.e164 or call.number


def _of_missed(pk: int, user: User) -> str:
    row = MissedCaller.objects.visible_to(user).filter(pk=pk).first()
    return (row.e164 or row.number) if row else ""
