"""Reading the call log."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import connection
from django.utils.translation import gettext as _

from callcard.calls.models import Call, CallNote, Notice
from callcard.staff.models import User
from callcard.staff.visibility import visible_to

RECENT = 50
# On the way of every ring, so without the ORM.
_USERS_OF_EXTENSIONS = """
SELECT e.number, u.id FROM staff_extension e JOIN staff_user u ON u.id = e.user_id
WHERE e.number IN ({}) AND u.is_active
"""


def users_of_extensions(extensions: Collection[str]) -> dict[str, int]:
    """Extension -> id of the active user whose phone it is."""
    if not extensions:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_USERS_OF_EXTENSIONS.format(", ".join(["%s"] * len(extensions))), list(extensions))
        return dict(cursor.fetchall())


def calls_going_on(pbx: str) -> list[Call]:
    return list(Call.objects.filter(pbx=pbx, ended_at=None).prefetch_related("segments").order_by("started_at"))


def calls_going_on_elsewhere(pbxs: Iterable[str]) -> list[Call]:
    """Those of all other PBXs: of one that was switched off or removed nobody hears how they end."""
    return list(Call.objects.filter(ended_at=None).exclude(pbx__in=list(pbxs)))


def open_notices(user: User) -> list[Notice]:
    """The pop-ups that should be on this user's screen now, newest first."""
    notices = Notice.objects.filter(user=user, closed_at=None, call__ended_at=None)
    return list(notices.exclude(state=Notice.State.ELSEWHERE).select_related("call").order_by("-rang_at")[:RECENT])


def notes_of(call_ids: Collection[int]) -> dict[int, list[CallNote]]:
    """What people wrote about these calls, with its authors, the first one first."""
    notes: dict[int, list[CallNote]] = {}
    if call_ids:
        for note in CallNote.objects.filter(call__in=call_ids).select_related("author").order_by("pk"):
            notes.setdefault(note.call_id, []).append(note)
    return notes


def recent_notices(user: User) -> list[Notice]:
    """Calls that were shown to this user, newest first."""
    rows = Notice.objects.filter(user=user).select_related("call__customer__responsible", "call__answered_by")
    rows = rows.prefetch_related("call__segments")
    notices = list(rows.order_by("-rang_at")[:RECENT])
    veil_customers((notice.call for notice in notices), user)
    return notices


def veil_customers(calls: Iterable[Call], user: User) -> None:
    """Take out of these rows, which must not be saved, the customers whom the user may not see.

    A call that one took part in is one's own, yet whose customer it was with is not always.
    """
    visibility = visible_to(user)
    for call in calls:
        if call.customer is not None and not visibility.allows(call.customer.responsible_id):
            responsible = call.customer.responsible
            call.known_to = responsible.shown_name if responsible else _("a colleague")
            call.customer = None
