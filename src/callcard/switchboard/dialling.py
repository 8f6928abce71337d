"""Calling somebody back with one button."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from callcard.staff.company import company
from callcard.staff.models import Extension, User
from callcard.switchboard import running
from callcard.switchboard.models import DialRequest, Pbx
from callcard.telephony.commands import CommandRefused, Dial
from callcard.telephony.numbers import is_emergency, read_number

_DIALABLE = re.compile(r"\+?[0-9]{2,20}")


@dataclass(frozen=True, slots=True)
class NotDialled(Exception):
    """`words`: why, and what to do, in the user's language."""

    words: str


@dataclass(frozen=True, slots=True)
class AskFirst(Exception):
    """`words`: the question that must be answered with yes before this number is called."""

    words: str


def dial(*, user: User, raw: str, command_id: str, is_sure: bool = False) -> DialRequest:
    """Ring the user's phone, then call `raw`. The same command_id a second time changes nothing and rings nobody.

    Raises NotDialled, and AskFirst for an emergency number unless `is_sure`.
    """
    extension = user.extensions.order_by("pk").values_list("number", flat=True).first()
    if extension is None:
        raise NotDialled(_("You have no extension. Ask the administrator to give you one."))
    number = _dialable(raw)
    if not is_sure and is_emergency(number, company().region):
        raise AskFirst(_question(number))
    pbx = Pbx.objects.filter(is_enabled=True).order_by("pk").first()
    if pbx is None:
        raise NotDialled(_("No telephone system is set up. Ask the administrator."))
    request, is_new = _claim(user, command_id, number)
    if is_new:
        _place(pbx, request, extension)
    if request.problem:
        raise NotDialled(explain_refusal(request.problem))
    return request


def _question(number: str) -> str:
    owner = Extension.objects.filter(number=number).select_related("user").first()
    if owner is None:
        return _("%(number)s is an emergency number. Call it?") % {"number": number}
    name = owner.user.shown_name if owner.user else _("a phone of the company")
    words = _("%(number)s is an emergency number, and here also the extension of %(name)s. Call it?")
    return words % {"number": number, "name": name}


def _dialable(raw: str) -> str:
    region = company().region
    reading = read_number(raw, region)
    number = reading.e164 or re.sub(r"[\s().-]", "", raw)
    if not _DIALABLE.fullmatch(number):
        raise NotDialled(_("This is not a number that can be called."))
    return number


def _claim(user: User, command_id: str, number: str) -> tuple[DialRequest, bool]:
    """Whoever writes the row first places the call."""
    try:
        with transaction.atomic():
            return DialRequest.objects.create(command_id=command_id, user=user, number=number), True
    except IntegrityError:
        known = DialRequest.objects.filter(command_id=command_id, user=user).first()
        if known is None:
            raise NotDialled(_("This did not work. Try again.")) from None
        return known, False


def _place(pbx: Pbx, request: DialRequest, extension: str) -> None:
    try:
        running.execute(pbx.slug, Dial(command_id=request.command_id, extension=extension, number=request.number))
    except CommandRefused as refusal:
        request.problem = refusal.reason
        request.save(update_fields=["problem"])


def explain_refusal(reason: str) -> str:
    return {
        "busy": _("Your phone is busy."),
        "not_registered": _("Your phone is not connected to the telephone system. Check that it is switched on."),
        "not_allowed": _("The telephone system does not allow this number."),
        "no_link": _("There is no link to the telephone system just now. Try again in a moment."),
        "unsupported": _("This telephone system cannot place calls for us. Dial by hand."),
        "no_answer": _("Your phone rang, but was not picked up."),
    }.get(reason, _("The telephone system did not place the call. Try again."))
