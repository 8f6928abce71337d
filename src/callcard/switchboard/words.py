"""What is wrong with a link, and what to do about it, in the administrator's language."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

PROBLEMS = {
    "wrong_secret": _("The PBX does not accept this user name and secret. Compare them with its manager settings."),
    "no_permission": _("The PBX lets us in, but this account lacks a right that is needed. Give it in manager.conf."),
    "not_asterisk": _("Something answers at this address, but not the manager interface. Check address and port."),
    "unreachable": _("Nothing answers at this address. Check address, port, and that no firewall is between."),
    "tls": _("The encrypted connection failed. Check the certificate and the file with its authority."),
    "needs_tls": _(
        "This port expects an encrypted link. Switch on Encrypted (TLS) under More settings, or give the plain port, "
        "which is 5038 on most machines."
    ),
    "no_tls": _(
        "This port speaks without encryption. Switch off Encrypted (TLS) under More settings, or give the port for it, "
        "which is 5039 on most machines."
    ),
    "closed_at_once": _(
        "Something answers at this address and closes the connection at once, without the greeting of a manager "
        "interface. Check address and port. A manager interface does so too when too many connections wait at it."
    ),
    "settings": _(
        "These settings cannot be used. Open them, mend what is named here, and save. After a restored backup the "
        "secret has to be typed anew, unless the old secret-key file is put back into the data folder."
    ),
    "lost": _("The connection broke. It is being made anew."),
    "overloaded": _("More came from the PBX than could be read. The link is made anew and nothing is counted twice."),
}


# Where a link is only tried, nothing goes on afterwards.
_IN_A_TRIAL = {
    "lost": _("The connection was made, and broke before anything useful came. Check address and port, and try again."),
    "overloaded": _("More came from there than could be read. Check address and port, and try again."),
}


def explain(problem: str, *, is_trial: bool = False) -> str:
    known = PROBLEMS | _IN_A_TRIAL if is_trial else PROBLEMS
    return str(known.get(problem, problem))


# What a connector says of its options, in the words of `OptionsNotValid`.
OPTION_PROBLEMS = {
    "there is no such option": _("There is no such setting."),
    "is missing": _("This is needed."),
    "must be base64 of at least 16 bytes": _("This must be base64 of at least 16 bytes: openssl rand -base64 32"),
    "must be one line": _("This must be one line."),
    "must be between 1 and 65535": _("This must be between 1 and 65535."),
    "there is no such time zone": _("There is no such time zone. They are called like UTC or Asia/Vientiane."),
    "must be names of channels, such as PJSIP/operator": _("These must be names of channels, such as PJSIP/operator."),
    "must not repeat what repeats itself: one odd number could take minutes to compare": _(
        "This repeats what repeats itself: comparing one odd number with it could take minutes. "
        "Write [0-9]+ and not ([0-9]+)+."
    ),
    "there is no such file": _("There is no such file on this machine."),
    "must be more than 0 and at most 3600 seconds": _("This must be more than 0 and at most 3600 seconds."),
    "must be at least 1": _("This must be at least 1."),
    "must be the name of a context: letters, digits, dot, hyphen, underscore": _(
        "This must be the name of a context: letters, digits, dots, hyphens and underscores."
    ),
    "must look like PJSIP/{extension} or Local/{extension}@from-internal": _(
        "This must look like PJSIP/{extension} or Local/{extension}@from-internal."
    ),
    "must be an address and a port, such as 127.0.0.1:4573": _(
        "This must be an address and a port, such as 127.0.0.1:4573."
    ),
    "must be text": _("This must be text."),
    "must be a whole number": _("This must be a whole number."),
    "must be a number of seconds": _("This must be a number of seconds."),
    "must be yes or no": _("This must be yes or no."),
    "must be a list of words": _("This must be words separated by commas."),
}
_NOT_A_PATTERN = "is not a regular expression: "


def explain_option(problem: str) -> str:
    """An option's problem in the administrator's language."""
    if problem.startswith(_NOT_A_PATTERN):
        cause = problem.removeprefix(_NOT_A_PATTERN)
        return gettext("This is not a regular expression: %(cause)s") % {"cause": cause}
    return str(OPTION_PROBLEMS.get(problem, problem))
