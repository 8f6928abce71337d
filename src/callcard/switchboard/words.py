"""What is wrong with a link, and what to do about it, in the administrator's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

PROBLEMS = {
    "wrong_secret": _("The PBX does not accept this user name and secret. Compare them with its manager settings."),
    "no_permission": _("The PBX lets us in, but tells no calls. Give its manager account the right to read them."),
    "not_asterisk": _("Something answers at this address, but not the manager interface. Check address and port."),
    "unreachable": _("Nothing answers at this address. Check address, port, and that no firewall is between."),
    "tls": _("The encrypted connection failed. Check the certificate and the file with its authority."),
    "lost": _("The connection broke. It is being made anew."),
    "overloaded": _("More came from the PBX than could be read. The link is made anew and nothing is counted twice."),
}


def explain(problem: str) -> str:
    return str(PROBLEMS.get(problem, problem))
