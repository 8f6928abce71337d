"""Reading the call log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.calls.models import AddedNumber, Call, CallNote, Notice, Segment
from callcard.calls.veil import veil_numbers
from callcard.staff.kept_queries import KeptQueryOfMany
from callcard.staff.models import User
from callcard.staff.queries import owners_of
from callcard.staff.visibility import SALES, visible_to
from callcard.telephony.call import Role

RECENT = 50
LINGERS = timedelta(seconds=30)
"""How long the card of a call that is over stays on the screen: the longest time in popup-endings.js."""
LONGEST_CALL = timedelta(days=1)
"""Of what rang before, nobody looks whether it has just ended."""
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
    """The pop-ups that should be on this user's screen now, newest first; what has just ended says for how long it is
    over, so that a page that is loaded now takes it away when the others do."""
    now = timezone.now()
    mine = Notice.objects.filter(user=user, closed_at=None).select_related("call").prefetch_related("call__segments")
    going_on = mine.filter(call__ended_at=None)
    ended = mine.filter(rang_at__gt=now - LONGEST_CALL, call__ended_at__gt=now - LINGERS)
    notices = [notice for rows in (going_on, ended) for notice in rows.order_by("-rang_at")[:RECENT]]
    for notice in notices:
        notice.over_for = _over_for(notice, now)
    notices = [notice for notice in notices if notice.over_for is None or notice.over_for < LINGERS]
    return sorted(notices, key=lambda notice: notice.rang_at, reverse=True)[:RECENT]


def _over_for(notice: Notice, now: datetime) -> timedelta | None:
    if notice.state not in (Notice.State.OVER, Notice.State.ELSEWHERE):
        return None
    own = [each.ended_at for each in notice.call.segments.all() if each.user_id == notice.user_id and each.ended_at]
    ended_at = max(own, default=notice.call.ended_at)
    return max(now - ended_at, timedelta()) if ended_at else LINGERS


def notes_of(call_ids: Collection[int]) -> dict[int, list[CallNote]]:
    """What people wrote about these calls, with its authors, the first one first."""
    notes: dict[int, list[CallNote]] = {}
    if call_ids:
        for note in CallNote.objects.filter(call__in=call_ids).select_related("author").order_by("pk"):
            notes.setdefault(note.call_id, []).append(note)
    return notes


def calls_with_added_number(call_ids: Collection[int]) -> set[int]:
    """Of these calls, those whose number somebody gave to a customer from their card."""
    return set(AddedNumber.objects.filter(call__in=call_ids).values_list("call_id", flat=True)) if call_ids else set()


def recent_notices(user: User) -> list[Notice]:
    """Calls that were shown to this user, newest first."""
    related = ("call__customer__responsible", "call__answered_by", "call__order__customer")
    rows = Notice.objects.filter(user=user).select_related(*related).prefetch_related("call__segments")
    notices = list(rows.order_by("-rang_at")[:RECENT])
    calls = [notice.call for notice in notices]
    veil_customers(calls, user)
    name_colleagues(calls)
    return notices


def veil_customers(calls: Sequence[Call], user: User) -> None:
    """Take out of these rows, which must not be saved, the customers whom the user may not see, their orders, and what
    is veiled of numbers.

    A call that one took part in is one's own, yet whose customer it was with is not always.
    """
    if user.veil is not None:
        veil_numbers(calls, user.veil)
    visibility, of_orders = visible_to(user), visible_to(user, SALES)
    if visibility.everything and of_orders.everything:
        return
    for call in calls:
        if call.order is not None and not of_orders.allows(call.order.customer.responsible_id):
            call.order = None
        if call.customer is not None and not visibility.allows(call.customer.responsible_id):
            responsible = call.customer.responsible
            call.known_to = responsible.shown_name if responsible else _("a colleague")
            call.customer = None


def name_colleagues(calls: Sequence[Call]) -> None:
    """Say in these rows of internal calls whose phone called: the telephone system may know it by another name."""
    internal = [call for call in calls if call.direction == Call.Direction.INTERNAL and call.number]
    owners = owners_of(tuple({call.number for call in internal})) if internal else {}
    for call in internal:
        owner = owners.get(call.number)
        call.colleague = owner.shown_name if owner else ""


_PLACERS = KeptQueryOfMany(
    lambda pks: (
        Segment.objects.filter(call__in=pks, role=Role.CALLER, user__isnull=False)
        .select_related("user")
        .only("call_id", "user__first_name", "user__last_name", "user__username")
    )
)


def name_placers(calls: Iterable[Call]) -> None:
    """Say in these rows of outgoing calls who of the company made them, at a telephone or by a button. One query, and
    none where there is no such call."""
    outgoing = {call.pk: call for call in calls if call.direction == Call.Direction.OUTBOUND}
    for segment in _PLACERS.rows(list(outgoing)):
        assert segment.user is not None
        outgoing[segment.call_id].placed_by = segment.user.shown_name
