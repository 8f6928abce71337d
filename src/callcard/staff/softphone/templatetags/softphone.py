"""The softphone's place in the shell."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.translation import gettext as _

from callcard.staff.models import User

register = template.Library()


@register.inclusion_tag("staff/soft_phone.html")
def softphone(request: HttpRequest) -> dict[str, Any]:
    """Nothing at all for those who call with something else."""
    user = request.user
    is_chosen = isinstance(user, User) and user.calls_with == User.CallsWith.SOFT
    return {"is_chosen": is_chosen, "words": {**_states(), **_buttons(), **_said()} if is_chosen else {}}


def _states() -> dict[str, str]:
    """What is beside the lamp of the softphone; a problem says what to do about it."""
    return {
        "starting": _("The softphone is starting"),
        "connecting": _("Connecting the softphone"),
        "ready": _("Softphone ready"),
        "lost": _("The softphone has no link to the telephone system; trying again"),
        "refused": _(
            "The telephone system refuses the softphone: user name or secret is wrong. Ask the administrator."
        ),
        "unreachable": _(
            "The telephone system does not take the softphone's connection. The address may be wrong, or its"
            " certificate not trusted here. Ask the administrator."
        ),
        "no-account": _("Your extension has no softphone yet. Ask the administrator."),
        "no-server": _("No softphones are set up yet. Ask the administrator."),
        "not-chosen": _("You no longer call with the softphone. Load the page anew."),
        "insecure": _("Browsers give no microphone to a page without HTTPS. Open Callcard by its https:// address."),
        "not-told": _("The server did not say how to reach the telephone system; trying again"),
        "signed-out": _("You have been signed out; load the page again"),
    }


def _buttons() -> dict[str, str]:
    return {
        "phone": _("Softphone"),
        "answer": _("Answer"),
        "decline": _("Decline"),
        "hangup": _("Hang up"),
        "hold": _("Hold"),
        "unhold": _("Take back"),
        "mute": _("Mute"),
        "unmute": _("Unmute"),
        "keypad": _("Keypad"),
        "transfer": _("Hand on"),
        "to": _("Extension or number"),
        "blind": _("Hand on now"),
        "ask": _("Ask them first"),
        "complete": _("Connect them"),
        "call": _("Call"),
        "note": _("Note and result"),
        "devices": _("Microphone and sound"),
        "microphone": _("Microphone"),
        "speaker": _("Sound of the call"),
        "ringer": _("Ringing"),
        "usual": _("As the computer is set"),
        "clean": _("Remove noise and echo"),
        "close": _("Close"),
        "again": _("Call again"),
        "leaveIt": _("Leave it"),
    }


def _said() -> dict[str, str]:
    return {
        "ringing": _("Ringing"),
        "calling": _("Calling"),
        "talking": _("Talking"),
        "held": _("On hold"),
        "asking": _("Asking, before handing on"),
        "muted": _("Muted"),
        "withheld": _("Number withheld"),
        "good": _("Sound: good"),
        "fair": _("Sound: fair"),
        "poor": _("Sound: poor; the network is too slow or loses parts"),
        "elsewhere": _("The softphone is in another tab"),
        "leave": _("A call goes on in this tab."),
        "mic-denied": _("The browser may not use the microphone. Allow it beside the address, then try again."),
        "mic-none": _("No microphone is found. Plug one in, then try again."),
        "mic-busy": _("Another program holds the microphone. Close it, then try again."),
        "mic-failed": _("The microphone does not work. Choose another under Microphone and sound."),
        "not-ready": _("The softphone is not connected, so nothing was dialled."),
        "not-a-number": _("This is not a number that can be called."),
        "already-calling": _("{who} is being called. Hang up first to call somebody else."),
        "busy": _("{who} is busy. Try again in a while."),
        "rejected": _("{who} declined the call."),
        "not-found": _("The telephone system does not know this number: {who}"),
        "not-allowed": _("The telephone system does not allow this number: {who}"),
        "no-answer": _("{who} did not answer."),
        "no-sound": _("Sound could not be agreed with the telephone system. Ask the administrator."),
        "failed": _("The call to {who} failed."),
        "not-transferred": _("The call could not be handed on; it is still yours."),
        "transfer-lost": _("Nobody took the call with {who}, and the telephone system has ended it."),
        "transferred": _("Handed on."),
        "no-keys": _("The other side takes no keys."),
    }
