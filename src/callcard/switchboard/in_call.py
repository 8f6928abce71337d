"""What a user can do by button in a call that they are in: hang up, hold, hand it on."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from callcard.calls.models import Segment
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.switchboard import running
from callcard.switchboard.asking import asked
from callcard.switchboard.dial_words import explain_refusal
from callcard.switchboard.dialling import How, refuse_own_phone, reserve, why_not
from callcard.switchboard.handing_on import ask_if_away
from callcard.switchboard.models import DialRequest
from callcard.switchboard.refusals import NotDialled
from callcard.switchboard.whom import whom
from callcard.telephony.commands import Capability, Command, CommandRefused, Consult, Hangup, Hold, Transfer, Unhold
from callcard.telephony.tracker.memory import held_legs

_NEEDS = {
    "hangup": Capability.HANGUP,
    "hold": Capability.HOLD,
    "unhold": Capability.HOLD,
    "transfer": Capability.TRANSFER,
    "consult": Capability.CONSULT,
}
_HOW = {"transfer": How.TRANSFER, "consult": How.CONSULT}


@dataclass(frozen=True, slots=True, kw_only=True)
class InCall:
    """`can`: of "hangup", "hold" or "unhold", "transfer", "consult", those that this call's PBX does. `asks`: whom the
    user asks meanwhile, in words."""

    can: tuple[str, ...]
    is_held: bool
    asks: str


def own_segment(user: User, call_id: int) -> Segment:
    """The user's part in a call in which they talk. Raises Http404: no other call is theirs to command."""
    rows = Segment.objects.filter(call=call_id, user=user, ended_at=None, call__ended_at=None)
    segment = rows.exclude(answered_at=None).select_related("call").order_by("-answered_at").first()
    if segment is None:
        raise Http404
    return segment


def in_call(user: User, call_id: int) -> InCall:
    """Raises Http404."""
    segment = own_segment(user, call_id)
    able = running.capabilities(segment.call.pbx)
    is_held = segment.key in held_legs(segment.call.tracking or {})
    other = "hold" if is_held else "unhold"
    return InCall(
        can=tuple(what for what, needed in _NEEDS.items() if needed in able and what != other),
        is_held=is_held,
        asks=asked(user, segment, is_held=is_held, region=company().region),
    )


def who_talks(user: User, call_id: int) -> set[int]:
    """The people in a call in which the user talks; only the user where they do not."""
    rows = Segment.objects.filter(call=call_id, ended_at=None, call__ended_at=None, answered_at__isnull=False)
    people = set(rows.exclude(user=None).values_list("user_id", flat=True))
    return {pk for pk in people if pk} if user.pk in people else {user.pk}


def command(*, user: User, call_id: int, what: str, to: str = "", command_id: str, is_sure: bool = False) -> None:
    """Raises Http404, NotDialled in words, and AskFirst before a call is handed on to a dear number, or at once to a
    colleague's phone that cannot be rung."""
    if what not in _NEEDS:
        raise Http404
    segment = own_segment(user, call_id)
    if _NEEDS[what] not in running.capabilities(segment.call.pbx):
        raise NotDialled(explain_refusal("unsupported"))
    if what in ("transfer", "consult"):
        to, is_new = _checked(user, segment, _HOW[what], to, command_id, is_sure)
        if not is_new:
            return
    try:
        running.execute(segment.call.pbx, _as_command(what, segment, command_id, to))
    except CommandRefused as refusal:
        # A repeated press is told the same, not that it is done.
        DialRequest.objects.filter(user=user, command_id=command_id).update(problem=refusal.reason)
        raise NotDialled(explain_refusal(refusal.reason)) from None


def _checked(user: User, segment: Segment, how: How, to: str, command_id: str, is_sure: bool) -> tuple[str, bool]:
    """Whom the call is handed on to is dialled at the company's expense, so the same rules hold."""
    target = whom(user, to, NotDialled)
    refuse_own_phone(target, segment.extension)
    if how == How.TRANSFER and not is_sure and user.may("calls.dial"):
        ask_if_away(target.destination.number, pbx=segment.call.pbx, command_id=command_id)
    request, is_new = reserve(
        user=user,
        target=target,
        command_id=command_id,
        is_sure=is_sure,
        how=how,
        pbx=segment.call.pbx,
        call_key=segment.call.key,
    )
    if request.problem:
        raise NotDialled(why_not(request, user))
    return request.number, is_new


def _as_command(what: str, segment: Segment, command_id: str, to: str) -> Command:
    of = {"command_id": command_id, "call_key": segment.call.key, "segment_key": segment.key}
    if what == "hangup":
        return Hangup(**of)
    if what == "hold":
        return Hold(**of)
    if what == "unhold":
        return Unhold(**of)
    return Transfer(**of, to=to) if what == "transfer" else Consult(**of, to=to)
