"""What pages are told of missed callers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callcard.calls.missed.models import MissedCaller
from callcard.calls.missed.queries import veil
from callcard.calls.missed.setting import missed_settings
from callcard.live.services import Tell, tell
from callcard.staff.models import User
from callcard.staff.setting import in_setting_of

_AT_ONCE = 200


def tell_changed() -> None:
    """Somebody waits or waits no more: lists and counts are read anew. The last thing of a transaction."""
    tell([Tell(user_id=None, kind="calls-changed")])


def escalate(*, now: datetime) -> int:
    """Mark who waits for longer than the company allows, and tell whom the administrator chose. Each once."""
    with transaction.atomic():
        late = MissedCaller.objects.open().filter(due_at__lte=now, escalated_at=None).select_for_update(of=("self",))
        rows = list(late.order_by("due_at")[:_AT_ONCE])
        if not rows:
            return 0
        MissedCaller.objects.filter(pk__in=[row.pk for row in rows]).update(escalated_at=now)
        told = User.objects.who_are(*missed_settings().told_roles) & User.objects.who_may("calls.see")
        tell([event for user in told for event in _told(user, rows, now)])
    return len(rows)


def _told(user: User, rows: Sequence[MissedCaller], now: datetime) -> list[Tell]:
    """Of those whom this user may see, as they see them."""
    late = MissedCaller.objects.visible_to(user).filter(pk__in=[row.pk for row in rows]).order_by("due_at")
    seen = list(late.select_related("customer__responsible"))
    if not seen:
        return []
    veil(seen, user)
    with in_setting_of(user.pk):
        words = _words(seen, now)
    return [Tell(user_id=user.pk, kind="missed-escalated", payload={"missed": seen[0].pk, "words": words})]


def _words(rows: Sequence[MissedCaller], now: datetime) -> str:
    if len(rows) > 1:
        many = ngettext(
            "%(number)d caller has waited too long for a call back.",
            "%(number)d callers have waited too long for a call back.",
            len(rows),
        )
        return many % {"number": len(rows)}
    minutes = max(1, round((now - rows[0].first_at).total_seconds() / 60))
    one = ngettext(
        "%(name)s called in vain %(minutes)d minute ago, and nobody has called back.",
        "%(name)s called in vain %(minutes)d minutes ago, and nobody has called back.",
        minutes,
    )
    return one % {"name": rows[0].name or _("Somebody"), "minutes": minutes}


def tell_now() -> None:
    """`tell_changed` in a transaction of its own."""
    with transaction.atomic():
        tell_changed()


def _active() -> QuerySet[User]:
    return User.objects.filter(is_active=True)
