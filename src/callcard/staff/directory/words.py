"""Why the directory lets somebody in or not, in words: to whoever wants in, and to the administrator who tests it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.staff.single_sign_on import words
from callcard.staff.single_sign_on.rules import NotLetIn, Why

_CONNECT = gettext_lazy(
    "Your account here is connected by yourself alone. Sign in with your password of Callcard and connect the two under"
    " “How I sign in”, or ask your administrator."
)
_TO_PERSON: dict[Why, str | Promise] = {
    Why.AWAY: gettext_lazy(
        "Your company's directory does not answer, so its passwords cannot be checked. Try again in a minute. A"
        " password of Callcard itself still lets you in."
    ),
    Why.UNKNOWN: gettext_lazy("You have no account in Callcard yet. Ask your administrator to add you."),
    Why.UNVERIFIED: _CONNECT,
    Why.NOT_CONNECTED: _CONNECT,
    Why.EXPIRED_THERE: gettext_lazy(
        "Your password has expired in your company's directory. Change it where you always do, such as at your"
        " computer's sign-in, then come back."
    ),
    Why.MUST_CHANGE: gettext_lazy(
        "Your company wants you to choose a new password first. Do so where you always do, such as at your computer's"
        " sign-in, then come back."
    ),
    Why.CLOSED_THERE: gettext_lazy("Your account is closed in your company's directory. Ask your administrator."),
    Why.LOCKED_THERE: gettext_lazy(
        "Your account is locked in your company's directory. Wait for a while, or ask your administrator."
    ),
}
_ASK = gettext_lazy(
    "Your company's directory gave an answer that Callcard cannot use. Tell your administrator; a password of Callcard"
    " itself still lets you in."
)
_SAME_WORDS = {Why.SOMEBODY_ELSE, Why.NAME_TAKEN, Why.INACTIVE, Why.NO_GROUP}


def words_for_person(why: Why) -> str:
    return words.words_for_person(why) if why in _SAME_WORDS else str(_TO_PERSON.get(why, _ASK))


def words_for_administrator(error: NotLetIn) -> str:
    """What to mend."""
    said = {
        Why.AWAY: _("It cannot be reached (%(detail)s). Check the name, the network and the certificate."),
        Why.ADDRESS: _("%(detail)s is not an address that may be asked."),
        Why.ACCOUNT: _("It does not take the name and password of Callcard's own account (%(detail)s)."),
        Why.ANSWER: _("It refuses what is asked (%(detail)s). Check the base, and what Callcard's account may read."),
        Why.SEVERAL: _("The filter finds more than one entry for “%(detail)s”. It must find one person at the most."),
        Why.SUBJECT: _("The entry has no unchanging id (objectGUID, entryUUID …) that Callcard's account may read."),
        Why.NOT_ENCRYPTED: _("The way is not encrypted, and that is not allowed below. Nothing was sent."),
    }.get(error.why)
    return said % {"detail": error.detail} if said else words_for_person(error.why)
