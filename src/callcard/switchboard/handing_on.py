"""Before a call is handed on at once: a telephone system lets go of the caller before it rings the colleague."""

from __future__ import annotations

from django.utils.translation import gettext as _

from callcard.staff.models import Extension
from callcard.switchboard import running
from callcard.switchboard.refusals import AskFirst
from callcard.telephony.commands import CommandRefused, TryPhone


def why_away(number: str, *, pbx: str, command_id: str) -> str:
    """A question in words when this is a colleague's phone that cannot be rung now; empty of any other number, and
    where the telephone system does not tell."""
    extension = Extension.objects.filter(number=number).select_related("user").first()
    if extension is None:
        return ""
    who = extension.user.shown_name if extension.user else number
    try:
        running.execute(pbx, TryPhone(command_id=f"{command_id}-t", extension=number))
    except CommandRefused as refusal:
        return _question(refusal.reason, who)
    return ""


def ask_if_away(number: str, *, pbx: str, command_id: str) -> None:
    """Raises AskFirst."""
    if words := why_away(number, pbx=pbx, command_id=command_id):
        raise AskFirst(words, yes=_("Hand on"), no=_("Leave it"))


def _question(reason: str, who: str) -> str:
    words = {
        "not_registered": _(
            "The phone of %(who)s is not connected: the caller may be lost. Hand the call on all the same?"
        ),
        "busy": _("The phone of %(who)s is busy: the caller may be lost. Hand the call on all the same?"),
    }.get(reason, "")
    return words and words % {"who": who}
