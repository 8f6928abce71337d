"""Reading the call log."""

from __future__ import annotations

from collections.abc import Collection

from callcard.calls.models import Call, Notice
from callcard.staff.models import Extension, User

RECENT = 50


def users_of_extensions(extensions: Collection[str]) -> dict[str, int]:
    """Extension -> id of the active user whose phone it is."""
    if not extensions:
        return {}
    rows = Extension.objects.filter(number__in=extensions, user__is_active=True)
    return {number: user_id for number, user_id in rows.values_list("number", "user_id") if user_id is not None}


def calls_going_on(pbx: str) -> list[Call]:
    return list(Call.objects.filter(pbx=pbx, ended_at=None).prefetch_related("segments").order_by("started_at"))


def open_notices(user: User) -> list[Notice]:
    """The pop-ups that should be on this user's screen now, newest first."""
    notices = Notice.objects.filter(user=user, closed_at=None, call__ended_at=None)
    return list(notices.exclude(state=Notice.State.ELSEWHERE).select_related("call").order_by("-rang_at")[:RECENT])


def recent_notices(user: User) -> list[Notice]:
    """Calls that were shown to this user, newest first."""
    notices = Notice.objects.filter(user=user).select_related("call__customer__responsible", "call__answered_by")
    return list(notices.order_by("-rang_at")[:RECENT])
