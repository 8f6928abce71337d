"""Calls by button in words: what is asked first, why not, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from callcard.staff.models import User
from callcard.staff.places import countries
from callcard.staff.veiled import legible_for
from callcard.switchboard.dial_rules import Destination, Refusal, Risk, Rules, widest_limit
from callcard.switchboard.models import DialRequest

HANDED_ON = "handed_on"
"""As an outcome: over for whoever placed the call, though others go on talking."""

_NOT_ONE_NUMBER = {
    "nothing": gettext_lazy("This is not a number that can be called."),
    "no_number": gettext_lazy("This is not a number that can be called."),
    "too_long": gettext_lazy("This is not a number that can be called."),
    "two_numbers": gettext_lazy("There are two numbers in it. Call one of them."),
    "letters": gettext_lazy("There are words beside the number. Call it without them."),
    "not_digits_after": gettext_lazy("What stands after the number is neither an extension nor keys to press."),
}

_REFUSALS = {
    "busy": gettext_lazy("Your phone is busy."),
    "not_registered": gettext_lazy(
        "Your phone is not connected to the telephone system. Check that it is switched on."
    ),
    "not_allowed": gettext_lazy("The telephone system does not allow this number."),
    "no_link": gettext_lazy("There is no link to the telephone system just now. Try again in a moment."),
    "link_refused": gettext_lazy("The telephone system refuses the link to Callcard. Tell the administrator."),
    "unsupported": gettext_lazy("This telephone system cannot do that for us. Do it on the phone."),
    "no_answer": gettext_lazy("Your phone rang, but was not picked up."),
    "cancelled": gettext_lazy("Cancelled."),
    "over": gettext_lazy("This call is over."),
    "other_stays": gettext_lazy("The call before it could not be cancelled, so nothing else was dialled."),
    "not_made": gettext_lazy("Your softphone did not place the call. Press Call again."),
    "never_placed": gettext_lazy("The link broke at that moment: the call was not placed. Try again."),
    "unknown": gettext_lazy(
        "The link to the telephone system broke at that moment, so it is not known whether the call was placed. "
        "Look at your phone before you call again."
    ),
    f"rule_{Refusal.PREFIX}": gettext_lazy("Your company does not allow calls to this number."),
    f"rule_{Refusal.NATIONAL}": gettext_lazy("You may not call numbers outside the company."),
    f"rule_{Refusal.ABROAD}": gettext_lazy("You may not call other countries."),
    f"rule_{Refusal.RISKY}": gettext_lazy(
        "This number is dear or unusual, and your company does not allow such calls."
    ),
    f"rule_{Refusal.CALLS_A_DAY}": gettext_lazy("You have made all the calls that are allowed in a day."),
    f"rule_{Refusal.ABROAD_A_DAY}": gettext_lazy("You have made all the calls abroad that are allowed in a day."),
    f"rule_{Refusal.COUNTRIES_A_DAY}": gettext_lazy("You have called as many countries as are allowed in a day."),
}

_RISKS = {
    Risk.PREMIUM: gettext_lazy("This is a premium-rate number: each minute may be dear."),
    Risk.SHARED_COST: gettext_lazy("This number costs more than an ordinary call."),
    Risk.PERSONAL: gettext_lazy("This number forwards calls to anywhere, which may be dear."),
    Risk.SATELLITE: gettext_lazy("This is a satellite or special network: each minute is dear."),
    Risk.NEW_COUNTRY: gettext_lazy("Nobody here has called this country before: %(country)s."),
    Risk.UNPRICED: gettext_lazy("This is a public short number, and what it costs is not known."),
    Risk.UNPLANNED: gettext_lazy("No numbering plan knows such a number."),
}


def explain_number(reason: str) -> str:
    """`reason` of dial_string.NotOneNumber."""
    return str(_NOT_ONE_NUMBER.get(reason, _NOT_ONE_NUMBER["no_number"]))


def explain_refusal(reason: str) -> str:
    """`reason` of CommandRefused, or of a request that the rules refused."""
    return str(_REFUSALS.get(reason, _("The telephone system did not do it. Try again.")))


def is_rule(problem: str) -> bool:
    return problem.startswith("rule_")


def explain_rule(problem: str, rules: Sequence[Rules]) -> str:
    """With the limit, and whom to ask. `rules`: of each of the user's roles."""
    refusal = Refusal(problem.removeprefix("rule_"))
    limits = {
        Refusal.CALLS_A_DAY: [one.calls_a_day for one in rules],
        Refusal.ABROAD_A_DAY: [one.abroad_a_day for one in rules],
        Refusal.COUNTRIES_A_DAY: [one.countries_a_day for one in rules],
    }
    limit = widest_limit(limits.get(refusal, [0]))
    words = explain_refusal(problem)
    if limit:
        words += " " + ngettext("The limit is %(count)s.", "The limit is %(count)s.", limit) % {"count": limit}
    return f"{words} {_('Ask the administrator.')}"


def question(destination: Destination, asks: tuple[Risk, ...], *, shown: str) -> str:
    """What is asked before a dear or unusual number is called. `shown`: the number as the user reads it."""
    reasons = " ".join(_reason(risk, destination.country) for risk in asks)
    return f"{reasons} {_('Call %(number)s?') % {'number': shown}}"


def _reason(risk: Risk, code: str) -> str:
    """`code`: see dial_rules.Destination.country."""
    country = dict(countries()).get(code, "")
    if risk is Risk.NEW_COUNTRY and not country:
        return _("Nobody here has called a number that begins with +%(code)s before.") % {"code": code}
    return str(_RISKS[risk]) % {"country": country}


def who_in_words(request: DialRequest, user: User) -> str:
    """Whom it calls, as its user reads it."""
    return request.shown_name or legible_for(user, request.number)


def state_in_words(request: DialRequest, user: User) -> str:
    """How a call by button of this user stands, in a few words."""
    who = who_in_words(request, user)
    if request.problem == "cancelled":
        return _("Cancelled: %(who)s") % {"who": who}
    if request.state == DialRequest.State.OVER or request.problem:
        return explain_refusal(request.problem) if request.problem else _ending(request.outcome, who)
    return {
        "asked": _("Asking the telephone system to call %(who)s…"),
        "ringing": _("Your phone rings: pick it up to call %(who)s"),
        "calling": _("Calling %(who)s"),
        "talking": _("Talking with %(who)s"),
    }[request.state] % {"who": who}


def asking_in_words(who: str, *, is_ringing: bool) -> str:
    """Of somebody who is asked while the other side of a call waits."""
    if is_ringing:
        return _("Calling %(who)s while the other side waits") % {"who": who}
    return _("Talking with %(who)s while the other side waits") % {"who": who}


def _ending(outcome: str, who: str) -> str:
    words = {
        "answered": _("The call with %(who)s is over."),
        "missed": _("%(who)s did not answer."),
        "cancelled": _("%(who)s did not answer."),
        "busy": _("%(who)s is busy."),
        "failed": _("%(who)s could not be reached."),
        "not_placed": _("Your phone rang, but was not picked up."),
        HANDED_ON: _("%(who)s was handed on."),
    }.get(outcome, _("It was not seen how the call with %(who)s ended."))
    return words % {"who": who}
