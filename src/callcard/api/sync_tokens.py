"""What changed in an address book since a device last asked (RFC 6578), out of the history.

A token holds the last step of the history, when it was given, and a sign of what decides who is in the book. With
another sign, or after too many steps, the device is told to read everything anew. A token that was given within a long
answer also holds how far that had come, and since when changes are told in it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from callcard.api.models import DevicePassword
from callcard.api.queries import book_of, first_on
from callcard.staff.models import Change
from callcard.staff.visibility import visible_to

_BEFORE = "callcard:"
_MOST_STEPS = 20_000
# Steps get their numbers before they are committed, so one with a smaller number may come a little later.
_OVERLAP, _OVERLAP_STEPS = timedelta(minutes=2), 10_000


class TokenNotValid(ValueError):
    """The device has to begin anew."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A step of the history, and when it was the last one, in seconds since 1970."""

    step: int
    at: int


@dataclass(frozen=True, slots=True)
class Token:
    """`after`: the customer up to whom an answer in parts has come; 0: it is whole. `since`: it tells what changed from
    then on; None: it tells everybody."""

    now: Moment
    sign: str
    after: int = 0
    since: Moment | None = None

    def __str__(self) -> str:
        parts = [self.now.step, self.now.at, self.sign]
        if self.after:
            parts += [self.after, *([self.since.step, self.since.at] if self.since else [])]
        return _BEFORE + "-".join(map(str, parts))


def read_token(text: str) -> Token:
    """Raises TokenNotValid."""
    try:
        step, at, sign, *rest = text.removeprefix(_BEFORE).split("-")
        numbers = [int(part) for part in (step, at, *rest)]
        datetime.fromtimestamp(numbers[1], UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise TokenNotValid from error
    if not text.startswith(_BEFORE) or len(rest) not in (0, 1, 3) or not all(0 <= one < 2**62 for one in numbers):
        raise TokenNotValid
    since = Moment(numbers[3], numbers[4]) if len(rest) == 3 else None
    return Token(Moment(numbers[0], numbers[1]), sign, numbers[2] if rest else 0, since)


def token_of(device: DevicePassword) -> Token:
    last = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Token(Moment(last, int(timezone.now().timestamp())), _sign(device))


@dataclass(frozen=True, slots=True)
class Part:
    """`ids`: of customers to be told of; those who are not in the book are gone from it. `token`: for the next time;
    `is_cut`: which is at once, because there is more."""

    ids: list[int]
    token: Token
    is_cut: bool


def next_part(device: DevicePassword, text: str, most: int) -> Part:
    """What to answer to this token ("": to none), at most so many customers. Raises TokenNotValid."""
    given = read_token(text) if text else None
    fresh = token_of(device)
    if given is None:
        at = fresh
    elif given.after:  # the end of the whole answer is what was the last step when it began
        at = given
    else:
        at = Token(fresh.now, given.sign, since=given.now)
    if at.sign != fresh.sign or at.now.step > fresh.now.step:
        raise TokenNotValid
    ids = _changed(at.since, at.after, fresh.now) if at.since else _everybody(device, at.after)
    found = list(ids[: most + 1])
    is_cut = len(found) > most
    found = found[:most]
    return Part(found, Token(at.now, at.sign, found[-1], at.since) if is_cut else Token(at.now, at.sign), is_cut)


def _everybody(device: DevicePassword, after: int) -> QuerySet[Any, Any]:
    return book_of(device).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)


def _changed(since: Moment, after: int, now: Moment) -> QuerySet[Any, Any]:
    if not 0 <= now.step - since.step <= _MOST_STEPS:
        raise TokenNotValid
    begin = datetime.fromtimestamp(since.at, UTC) - _OVERLAP
    late = Q(pk__gt=since.step - _OVERLAP_STEPS, at__gte=begin)
    steps = Change.objects.filter(Q(pk__gt=since.step) | late, customer_id__gt=after)
    return steps.order_by("customer_id").values_list("customer_id", flat=True).distinct()


def _sign(device: DevicePassword) -> str:
    seen = visible_to(device.user).responsible_ids
    parts = (device.scope, device.category_id, None if seen is None else sorted(seen), first_on(device))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
