"""What became of a try, for people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PROBLEMS: dict[str, str | Promise] = {
    "address": _("The address cannot be used."),
    "forbidden": _("The address leads into an own network, which the installation does not allow."),
    "away": _("Nobody answered there."),
    "slow": _("The answer took too long."),
    "too_large": _("The message is too large."),
    "status": _("The receiver did not take it."),
    "redirect": _("The receiver sends elsewhere; redirects are not followed. Enter the address that it names."),
    "gone": _("The receiver says that it is gone for good."),
}
