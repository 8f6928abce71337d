"""A call that somebody asks for by its number."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from callcard.calls.models import Call, Notice
from callcard.staff.kept_queries import KeptQuery
from callcard.staff.models import User
from callcard.staff.visibility import scope_of

_BESIDE = ("customer__responsible", "order__customer", "answered_by")


def _seen(pk: int, user: User) -> QuerySet[Call]:
    is_theirs = Q(pk__in=Call.objects.visible_to(user).filter(pk=pk).values("pk"))
    was_shown = Q(pk__in=Notice.objects.filter(call=pk, user=user).values("call"))
    return Call.objects.filter(is_theirs | was_shown, pk=pk).select_related(*_BESIDE)


_SEEN = KeptQuery(_seen)


def call_seen_by(user: User, pk: int) -> Call:
    """A call that this user may see or was shown; any other does not exist for them (Http404)."""
    for call in _SEEN.rows(pk, user, scope=(user.pk, scope_of(user))):
        return call
    raise Http404
