"""Writes about how a role signs in, and about the ways in of a colleague."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from callcard.live.services import check_sessions
from callcard.staff.company import company_zone
from callcard.staff.history import record_change
from callcard.staff.models import Change, User
from callcard.staff.requests import address_of
from callcard.staff.roles.models import Role
from callcard.staff.sign_in.models import RoleTerms
from callcard.staff.sign_in.rules import Refusal, refusal
from callcard.staff.sign_in.standing import forget_standing


class LocksOneselfOut(Exception):
    """With these terms whoever sets them would be outside at once. So whoever can set terms is always left."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsValues:
    """As in RoleTerms."""

    needs_second_step: bool
    days: str
    begins: time | None
    ends: time | None
    networks: str


def terms_row(role: Role) -> RoleTerms:
    """Unsaved, and saying nothing, where nobody has set any."""
    return RoleTerms.objects.filter(role=role).first() or RoleTerms(role=role)


@transaction.atomic
def set_terms(*, role: Role, values: TermsValues, request: HttpRequest, by: User) -> None:
    """They hold at once, also for who is signed in. Raises LocksOneselfOut; then nothing is written."""
    row = terms_row(role)
    before = _told(row)
    for name in TermsValues.__dataclass_fields__:
        setattr(row, name, getattr(values, name))
    row.save()
    _check_not_outside(by, address_of(request))
    record_change(
        about="role-terms",
        object_id=role.pk,
        customer_id=None,
        action=Change.Action.CHANGED,
        before=before,
        after=_told(row),
        by=by,
    )
    transaction.on_commit(forget_standing)
    for pk in role.members.filter(is_active=True).order_by("pk").values_list("pk", flat=True):
        check_sessions(user_id=pk)


def _check_not_outside(by: User, address: str) -> None:
    rows = RoleTerms.objects.filter(role__in=by.roles.filter(removed_at=None))
    why = refusal([row.terms for row in rows], now=timezone.now().astimezone(company_zone()), address=address)
    if why is not None:
        raise LocksOneselfOut(why)


def _told(row: RoleTerms) -> dict[str, str]:
    hours = f"{row.begins:%H:%M}-{row.ends:%H:%M}" if row.begins and row.ends else ""
    return {
        "second step": str(row.needs_second_step),
        "days": row.days,
        "hours": hours,
        "networks": " ".join(row.networks.split()),
    }


def lift_limits(user: User) -> list[Role]:
    """Hours and networks of all their roles, for everybody who has these; returns those that had any."""
    rows = list(RoleTerms.objects.filter(role__in=user.roles.all()).select_related("role"))
    limiting = [row for row in rows if row.terms.limits]
    for row in limiting:
        row.days, row.begins, row.ends, row.networks = "", None, None, ""
        row.save()
    forget_standing()
    return [row.role for row in limiting]
