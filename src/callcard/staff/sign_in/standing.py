"""Whether somebody who is signed in may go on, asked with every page and now and then for every stream of events."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils import timezone

from callcard.kit.remembered import Remembered
from callcard.staff.company import company_zone
from callcard.staff.models import User
from callcard.staff.sign_in.models import RoleTerms, SecondStep
from callcard.staff.sign_in.rules import Refusal, Terms, needs_second_step, refusal

LOCKED = "locked"
"""In the session: the screen is locked."""
LEAVES_AT = "leaves_at"
"""In the session: where one signs out of the company's own sign-in, too."""
STEPPED = "stepped"
"""In the session: the company's own sign-in has asked for a second step, and that counts."""
# So late at the most another process's change of terms or roles is seen.
_KEPT_SECONDS = 5.0
_MOST_KEPT = 2000


class Standing(StrEnum):
    FINE = "fine"
    LOCKED = "locked"
    SECOND_STEP = "second-step"  # a role asks for one, and there is none yet
    NOT_NOW = "hours"
    NOT_HERE = "network"


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    terms: tuple[Terms, ...]
    lacks_step: bool


def standing(user: User, session: Any, address: str) -> Standing:
    if _terms.get():
        kept = _of(user)
        refused = refusal(kept.terms, now=timezone.now().astimezone(company_zone()), address=address)
        if refused:
            return Standing(refused.value)
        if kept.lacks_step and not session.get(STEPPED):
            return Standing.SECOND_STEP
    return Standing.LOCKED if session.get(LOCKED) else Standing.FINE


def refusal_of(user: User, address: str) -> Refusal | None:
    """Why they may not sign in now from there."""
    return refusal(terms_of(user), now=timezone.now().astimezone(company_zone()), address=address)


def terms_of(user: User) -> tuple[Terms, ...]:
    """Of the roles they have."""
    known = _terms.get()
    if not known:
        return ()
    ids = user.roles.filter(removed_at=None).values_list("pk", flat=True)
    return tuple(known[pk] for pk in ids if pk in known)


def needs_step(user: User) -> bool:
    return needs_second_step(terms_of(user))


def has_step(user: User) -> bool:
    """Recovery codes alone are no second step: they are for the day on which it is lost."""
    return SecondStep.objects.filter(user=user).exclude(kind=SecondStep.Kind.RECOVERY).exists()


def has_passkeys(user: User) -> bool:
    return SecondStep.objects.filter(user=user, kind=SecondStep.Kind.PASSKEY).exists()


def forget_standing() -> None:
    """This process has just changed terms, roles or somebody's second steps."""
    _terms.forget()
    _kept.clear()


def _of(user: User) -> _Kept:
    kept = _kept.get(user.pk)
    now = time.monotonic()
    if kept is None or now - kept.at > _KEPT_SECONDS:
        terms = terms_of(user)
        kept = _Kept(now, terms, needs_second_step(terms) and not has_step(user))
        if len(_kept) > _MOST_KEPT:
            _kept.clear()
        _kept[user.pk] = kept
    return kept


def _read() -> dict[int, Terms]:
    return {row.role_id: row.terms for row in RoleTerms.objects.all()}


_kept: dict[int, _Kept] = {}
_terms = Remembered(_read, seconds=_KEPT_SECONDS)


def status_of_listener(user: Any, session: Any, address: str) -> int:
    """What the stream of events answers them: 200 while it may go on, 423 while the screen is locked, else 401."""
    found = standing(user, session, address) if isinstance(user, User) else Standing.NOT_NOW
    return {Standing.FINE: 200, Standing.LOCKED: 423}.get(found, 401)
