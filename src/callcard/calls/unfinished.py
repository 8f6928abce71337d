"""Talks of which nobody has said yet what came of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from callcard.calls.models import Call, CallQuerySet, Segment
from callcard.calls.setting import call_settings
from callcard.staff.models import User

LOOKED_BACK = timedelta(days=30)
"""Older ones nobody remembers; so this reads a few of somebody's calls however many there are."""
_SPOKE = Q(answered_at__isnull=False) | Q(role="caller")


def needs_result(call: Call, user: User) -> bool:
    """Whether the administrator wants this user to say what came of this call, and nobody has."""
    decided = call_settings()
    if not decided.needs_result or call.result or call.ended_at is None or call.outcome != Call.Outcome.ANSWERED:
        return False
    return call.talk_seconds >= decided.needs_result_seconds and call.segments.filter(_SPOKE, user=user).exists()


def without_result(user: User) -> CallQuerySet:
    """Calls of the last days in which this user spoke, without a result, the newest first."""
    decided = call_settings()
    began: datetime = timezone.now() - LOOKED_BACK
    spoke = Segment.objects.filter(_SPOKE, user=user, began_at__gte=began)
    shortest = decided.needs_result_seconds if decided.needs_result else 0
    rows = Call.objects.filter(pk__in=spoke.values("call"), outcome=Call.Outcome.ANSWERED, result="")
    return rows.filter(talk_seconds__gte=shortest, ended_at__isnull=False).order_by("-started_at", "-pk")
