"""What changed in an address book since a device last asked (RFC 6578), out of the history.

A token holds the last step of the history, when it was given, and a sign of what decides who is in the book. With
another sign, or after too many steps, the device is told to read everything anew.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from callcard.api.models import DevicePassword
from callcard.api.queries import first_on
from callcard.staff.models import Change
from callcard.staff.visibility import visible_to

_BEFORE = "callcard:"
_MOST_STEPS = 20_000
# Steps get their numbers before they are committed, so one with a smaller number may come a little later.
_OVERLAP, _OVERLAP_STEPS = timedelta(minutes=2), 10_000


class TokenNotValid(ValueError):
    """The device has to begin anew."""


def token_of(device: DevicePassword) -> str:
    last = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return f"{_BEFORE}{last}-{int(timezone.now().timestamp())}-{_sign(device)}"


def changed_since(device: DevicePassword, token: str) -> list[int]:
    """Ids of customers of whom anything changed. Raises TokenNotValid."""
    try:
        last, at, sign = token.removeprefix(_BEFORE).split("-")
        step, begin = int(last), datetime.fromtimestamp(int(at), UTC) - _OVERLAP
    except (ValueError, OverflowError, OSError) as error:
        raise TokenNotValid from error
    newest = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if not token.startswith(_BEFORE) or sign != _sign(device) or not 0 <= step <= newest or newest - step > _MOST_STEPS:
        raise TokenNotValid
    late = Q(pk__gt=step - _OVERLAP_STEPS, at__gte=begin)
    steps = Change.objects.filter(Q(pk__gt=step) | late).exclude(customer_id=None)
    ids = steps.order_by("customer_id").values_list("customer_id", flat=True).distinct()
    return [pk for pk in ids if pk is not None]


def _sign(device: DevicePassword) -> str:
    seen = visible_to(device.user).responsible_ids
    parts = (device.scope, device.category_id, None if seen is None else sorted(seen), first_on(device))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
