"""Reading who waits. Only open rows are read, by indexes that hold nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.calls.missed.models import MissedCaller, MissedCallerQuerySet, RangFor
from callcard.calls.missed.setting import missed_settings
from callcard.calls.veil import veiled_name
from callcard.staff.models import User
from callcard.staff.roles.rules import Veil
from callcard.staff.visibility import visible_to

COUNTED_AT_MOST = 100
CLOSED_SHOWN = timedelta(days=14)


def waiting_for(user: User, *, is_mine: bool) -> MissedCallerQuerySet:
    """Open rows that this user sees. `is_mine`: those they should call back themselves."""
    rows = MissedCaller.objects.open().visible_to(user)
    return rows.filter(_mine(user)) if is_mine else rows


def closed_for(user: User, *, is_mine: bool) -> MissedCallerQuerySet:
    """Those of the last days for whom nobody has to call any more."""
    since = timezone.now() - CLOSED_SHOWN
    rows = MissedCaller.objects.exclude(state=MissedCaller.State.OPEN).filter(closed_at__gte=since).visible_to(user)
    return rows.filter(Q(assignee=user) | Q(closed_by=user)) if is_mine else rows


def count_of(user: User) -> tuple[int, bool]:
    """(how many this user should call back, COUNTED_AT_MOST at the most; whether one of them waits too long)"""
    late = waiting_for(user, is_mine=True).filter(is_withheld=False).values_list("escalated_at", flat=True)
    found = list(late[:COUNTED_AT_MOST])
    return len(found), any(found)


def longest_waiting(user: User, *, is_mine: bool) -> int | None:
    """The id of who waits longest and can be called."""
    rows = waiting_for(user, is_mine=is_mine).filter(is_withheld=False).order_by("first_at", "pk")
    return rows.values_list("pk", flat=True).first()


def veil(rows: Sequence[MissedCaller], user: User) -> None:
    """Take out of these rows, which must not be saved, the customers whom the user may not see, and what is veiled of
    numbers."""
    if user.veil is not None:
        _veil_numbers(rows, user.veil)
    visibility = visible_to(user)
    if visibility.everything:
        return
    for row in rows:
        if row.customer is not None and not visibility.allows(row.customer.responsible_id):
            responsible = row.customer.responsible
            row.known_to = responsible.shown_name if responsible else _("a colleague")
            row.customer = None


def _veil_numbers(rows: Iterable[MissedCaller], veil: Veil) -> None:
    for row in rows if not veil.has_whole_numbers else ():
        row.number, row.e164 = veil.number(row.e164 or row.number), ""
        row.shown_name, row.is_veiled = veiled_name(row.shown_name, veil), True


def _mine(user: User) -> Q:
    """Given to them; or to nobody, and their phone rang or nobody's did; or late, for those who are told of that."""
    rang = Exists(RangFor.objects.filter(missed=OuterRef("pk"), user=user))
    mine = Q(assignee=user) | Q(assignee=None) & (Q(rang) | Q(is_nobodys=True))
    is_told = not user.permissions.kinds.isdisjoint(missed_settings().told_roles)
    return mine | Q(escalated_at__isnull=False) if is_told else mine
