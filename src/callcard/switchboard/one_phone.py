"""A person has one desk phone: while a call is being placed with it, a second is not, unless it takes its place."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from callcard.staff.models import User
from callcard.staff.veiled import legible_for
from callcard.switchboard.dial_rules import Reach
from callcard.switchboard.dial_words import who_in_words
from callcard.switchboard.models import DialRequest
from callcard.switchboard.placed import Placed, placed_calls
from callcard.switchboard.refusals import NotDialled, OtherCallFirst
from callcard.switchboard.whom import Whom

State = DialRequest.State
_BEING_PLACED = (State.ASKED, State.RINGING, State.CALLING)


def refuse_second(user: User, target: Whom, instead: str) -> None:
    """`instead`: the call that its user agreed to give up. Raises OtherCallFirst, and NotDialled where that call was
    answered meanwhile, or calls the same number. A call for help asks nothing: see `given_up_for`."""
    if target.destination.reach is Reach.EMERGENCY:
        return
    calls = placed_calls(user)
    other = _being_placed(calls)
    if other is None:
        _refuse_if_answered(user, calls, instead)
    elif other.request.number == target.destination.number:
        raise NotDialled(other.words)
    elif other.request.command_id != instead:
        raise OtherCallFirst(_question(user, other.request, target), other.request.command_id)


def given_up_for(request: DialRequest, instead: str) -> DialRequest | None:
    """The call in whose place `request` is made, if it still goes on; for help, whichever one is being placed."""
    is_for_help = request.reach == Reach.EMERGENCY
    calls = placed_calls(request.user) if instead or is_for_help else []
    others = [each for each in calls if each.request.command_id != request.command_id]
    other = _being_placed([each for each in others if is_for_help or each.request.command_id == instead])
    return other.request if other else None


def _being_placed(calls: Sequence[Placed]) -> Placed | None:
    """What its user gave up is none; of what may have been placed or not they were told to look at their phone."""
    going_on = (each for each in calls if each.request.state in _BEING_PLACED and not each.request.problem)
    return next(going_on, None)


def _refuse_if_answered(user: User, calls: Sequence[Placed], instead: str) -> None:
    for each in calls:
        if each.request.command_id == instead and each.request.state == State.TALKING:
            words = _("%(who)s has answered meanwhile, so nobody else was called.")
            raise NotDialled(words % {"who": who_in_words(each.request, user)})


def _question(user: User, other: DialRequest, target: Whom) -> str:
    words = _("A call to %(who)s is being placed. Cancel it and call %(other)s instead?")
    numbers = {
        "who": legible_for(user, other.number),
        "other": legible_for(user, target.destination.number),
    }
    if target.name == other.shown_name:  # of one customer
        return words % numbers
    return words % {"who": who_in_words(other, user), "other": target.name or numbers["other"]}
