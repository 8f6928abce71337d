"""What is said to whoever signs in."""

from __future__ import annotations

import math
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def refused_words(why: str) -> str:
    """`why`: a Refusal; anything else says nothing."""
    if why == "hours":
        return _("Your role lets you sign in at other hours only. Ask your administrator if you need to work now.")
    if why == "network":
        return _("Your role does not let you sign in from this network. Ask your administrator.")
    if why == "provider":
        return _("You sign in with your company's account here, by the button below, not with a password or passkey.")
    return ""


def waiting(left: timedelta) -> str:
    seconds = math.ceil(left.total_seconds())
    if seconds < 90:
        return ngettext("Try again in %(count)d second.", "Try again in %(count)d seconds.", seconds) % {
            "count": seconds
        }
    minutes = math.ceil(seconds / 60)
    return ngettext("Try again in %(count)d minute.", "Try again in %(count)d minutes.", minutes) % {"count": minutes}


def at_most(longest: timedelta) -> str:
    minutes = math.ceil(longest.total_seconds() / 60)
    return ngettext(
        "There were several wrong attempts for this name. After each further one there is a wait again, of up to"
        " %(count)d minute.",
        "There were several wrong attempts for this name. After each further one there is a wait again, of up to"
        " %(count)d minutes.",
        minutes,
    ) % {"count": minutes}
