"""Why nobody was let in, in words: to whoever wanted in, and to the administrator who tests the connection."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.staff.single_sign_on.rules import NotLetIn, Why

_ASK = gettext_lazy(
    "The sign-in of your company gave an answer that Callcard does not believe. Tell your administrator."
)
_TO_PERSON: dict[Why, str | Promise] = {
    Why.OFF: gettext_lazy("Single sign-on is switched off. Sign in with your password."),
    Why.STATE: gettext_lazy("This attempt was too long ago, or began in another browser. Try again."),
    Why.SAID_NO: gettext_lazy("You were not signed in there. Try again, or ask your administrator."),
    Why.AWAY: gettext_lazy("The sign-in of your company does not answer. Try again in a minute, or use your password."),
    Why.EXPIRED: gettext_lazy("The answer came too late. Try again."),
    Why.CLOCK: gettext_lazy("The clocks of Callcard and of your company's sign-in differ. Tell your administrator."),
    Why.NOT_ASKED_AGAIN: gettext_lazy("You were not asked to sign in once more there. Use a passkey or your password."),
    Why.SOMEBODY_ELSE: gettext_lazy(
        "That is the account of somebody else, or you have another one here. Nothing was changed."
    ),
    Why.UNKNOWN: gettext_lazy("Nobody here has your e-mail address. Ask your administrator to add you."),
    Why.UNVERIFIED: gettext_lazy(
        "Your company's sign-in has not verified your e-mail address, so it opens no account. Sign in with your"
        " password and connect the two under “How I sign in”, or ask your administrator."
    ),
    Why.NAME_TAKEN: gettext_lazy("Your user name is taken here, or missing. Ask your administrator to add you."),
    Why.INACTIVE: gettext_lazy("Your account here is closed. Ask your administrator."),
    Why.NO_GROUP: gettext_lazy("None of your groups may use Callcard (any more). Ask your administrator."),
}


def words_for_person(why: Why) -> str:
    return str(_TO_PERSON.get(why, _ASK))


def words_for_administrator(error: NotLetIn) -> str:
    """What to mend."""
    said = {
        Why.AWAY: _("It cannot be reached (%(detail)s). Check the address, the network and the certificate."),
        Why.ADDRESS: _(
            "%(detail)s is not an address that may be asked: https is needed, and a host other than the issuer's must"
            " not lie in a private network."
        ),
        Why.ISSUER: _("It calls itself “%(detail)s”. Type the issuer exactly so, letter for letter."),
        Why.ANSWER: _("It answers, but not as an OpenID provider does (%(detail)s). Check the issuer."),
        Why.CLIENT: _("It does not take the client's id and secret (%(detail)s). Copy both once more."),
    }.get(error.why)
    return said % {"detail": error.detail} if said else words_for_person(error.why)
