"""What the audit is told of every sign-in and of every attempt."""

from __future__ import annotations

import ipaddress
from enum import StrEnum

from django.http import HttpRequest

from callcard.staff.audit.lately import Lately
from callcard.staff.audit.models import Entry
from callcard.staff.audit.services import write
from callcard.staff.models import User
from callcard.staff.requests import address_of
from callcard.staff.sign_in.visitors import agent_of, browser_of


class What(StrEnum):
    """Acts of staff.audit.acts.WAYS_IN."""

    CAME_IN = "sign-in"
    WRONG_PASSWORD = "sign-in-password"
    WRONG_STEP = "sign-in-step"
    CLOSED = "sign-in-closed"
    NOT_NOW = "sign-in-hours"
    NOT_HERE = "sign-in-network"
    PROVIDER = "sign-in-provider"
    DIRECTORY = "sign-in-directory"
    LEFT = "sign-out"
    ENDED = "session-ended"
    LOCKED = "screen-locked"
    UNLOCKED = "screen-unlocked"
    CONNECTED = "identity-connected"
    DISCONNECTED = "identity-disconnected"
    STEP_ADDED = "step-added"
    STEP_REMOVED = "step-removed"
    WRONG_TOKEN = "wrong-token"


_FAILED = {
    What.WRONG_PASSWORD,
    What.WRONG_STEP,
    What.CLOSED,
    What.NOT_NOW,
    What.NOT_HERE,
    What.PROVIDER,
    What.DIRECTORY,
    What.WRONG_TOKEN,
}
_refused_lately = Lately()


def write_down(
    what: What,
    request: HttpRequest,
    *,
    user: User | None,
    username: str = "",
    how: str = "",
    by: User | None = None,
) -> None:
    """`username`: as typed. `by`: who did it, if it was not the user."""
    who = by or user
    is_other = by is not None and by != user
    write(
        kind=Entry.Kind.FAILED if what in _FAILED else Entry.Kind.SIGNED_IN,
        act=what,
        is_deed=True,
        user_id=who.pk if who else None,
        who=username or (who.shown_name if who else ""),
        address=address_of(request),
        about="user" if is_other else "",
        object_id=user.pk if is_other and user else None,
        detail=" · ".join(filter(None, (how, browser_of(agent_of(request))))),
    )


def write_program_down(what: What, *, user: User | None, address: str, how: str) -> None:
    """That a program was refused, once for ten minutes of its attempts. `how`: its name, or what it sent."""
    if not _refused_lately.is_new((what, user.pk if user else None, address, how)):
        return
    write(
        kind=Entry.Kind.FAILED,
        act=what,
        is_deed=True,
        user_id=user.pk if user else None,
        who=user.shown_name if user else "",
        address=address,
        about="",
        object_id=None,
        detail=how,
    )


def kept_address(address: str) -> str | None:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
