"""A call that somebody asks for by its number."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404

from callcard.calls.models import Call
from callcard.staff.models import User


def call_seen_by(user: User, pk: int) -> Call:
    """A call that this user may see or was shown; any other does not exist for them (Http404)."""
    seen = Q(pk__in=Call.objects.visible_to(user).filter(pk=pk).values("pk")) | Q(pk=pk, notices__user=user)
    call = Call.objects.filter(seen).select_related("customer__responsible", "order__customer").distinct().first()
    if call is None:
        raise Http404
    return call
