"""Second steps of a user: authenticator app and recovery codes. Passkeys have a file of their own."""

from __future__ import annotations

import secrets
import time

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from callcard.staff.models import User
from callcard.staff.sealing import OtherKey, opened, sealed
from callcard.staff.sign_in.models import SecondStep
from callcard.staff.sign_in.one_time_codes import step_of
from callcard.staff.sign_in.standing import forget_standing

Kind = SecondStep.Kind
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def steps_of(user: User) -> dict[str, list[SecondStep]]:
    """By kind, the oldest first."""
    found: dict[str, list[SecondStep]] = {kind: [] for kind in Kind.values}
    for step in SecondStep.objects.filter(user=user).order_by("pk"):
        found[step.kind].append(step)
    return found


@transaction.atomic
def add_codes(*, user: User, secret: bytes, step: int) -> SecondStep:
    """One app for each user: a new one takes the place of the old one. `step`: of the code that was just typed."""
    SecondStep.objects.filter(user=user, kind=Kind.CODES).delete()
    row = SecondStep.objects.create(user=user, kind=Kind.CODES, secret=sealed(secret), last_step=step)
    forget_standing()
    return row


def is_code(user: User, typed: str) -> bool:
    """Whether it is the app's code of the moment. Each is taken once."""
    row = SecondStep.objects.filter(user=user, kind=Kind.CODES).first()
    if row is None:
        return False
    try:
        step = step_of(typed, opened(row.secret), now=time.time(), after=row.last_step)
    except OtherKey:  # the app has to be set up anew
        return False
    if step is None:
        return False
    fresh = SecondStep.objects.filter(pk=row.pk, last_step__lt=step)
    return fresh.update(last_step=step, used_at=timezone.now()) == 1


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Shown once and kept as keyed hashes; 49 bits each. Earlier ones hold no more."""
    SecondStep.objects.filter(user=user, kind=Kind.RECOVERY).delete()
    codes = ["-".join(_letters(5) for _ in range(2)) for _ in range(RECOVERY_CODES)]
    SecondStep.objects.bulk_create(
        SecondStep(user=user, kind=Kind.RECOVERY, secret=_hash(user, code)) for code in codes
    )
    return codes


def is_recovery_code(user: User, typed: str) -> bool:
    """Whether it is one of the recovery codes that are left; then it is used up."""
    left = SecondStep.objects.filter(user=user, kind=Kind.RECOVERY, used_at=None, secret=_hash(user, typed))
    return left.update(used_at=timezone.now()) == 1


def recovery_codes_left(user: User) -> int:
    return SecondStep.objects.filter(user=user, kind=Kind.RECOVERY, used_at=None).count()


def remove_step(step: SecondStep) -> None:
    """With the last one its recovery codes go, too: there is nothing left to recover."""
    with transaction.atomic():
        step.delete()
        others = SecondStep.objects.filter(user=step.user_id)
        if not others.exclude(kind=Kind.RECOVERY).exists():
            others.delete()
    forget_standing()


def remove_all_steps(user: User) -> None:
    """For whoever lost their telephone: the password alone lets them in, until a role asks for a new step."""
    SecondStep.objects.filter(user=user).delete()
    forget_standing()


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def _hash(user: User, typed: str) -> bytes:
    plain = "".join(mark for mark in typed.casefold()[:60] if mark in _LETTERS)
    return salted_hmac("callcard.staff.sign_in.recovery", f"{user.pk} {plain}", algorithm="sha256").digest()
