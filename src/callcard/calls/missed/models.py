"""Who called in vain and waits to be called back."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Customer
from callcard.staff.models import User
from callcard.staff.veiled import Veilable, way_to_call
from callcard.staff.visibility import CALLS, visible_to
from callcard.tasks.models import Task

_OPEN = Q(state="open")


class MissedCallerQuerySet(models.QuerySet["MissedCaller"]):
    def open(self) -> Self:
        return self.filter(_OPEN)

    def visible_to(self, user: User) -> Self:
        """Whom they or people whose records they see should call back, whose customer it is or whose phone rang; and
        those who are nobody's."""
        seen = visible_to(user, CALLS)
        if seen.everything:
            return self
        if not user.is_active:
            return self.none()
        ids = sorted(seen.responsible_ids or ())
        rang = Exists(RangFor.objects.filter(missed=OuterRef("pk"), user__in=ids))
        concerned = Q(assignee__in=ids) | Q(customer__responsible__in=ids) | Q(is_nobodys=True) | Q(rang)
        return self.filter(concerned)


class MissedCaller(Veilable):
    """One for each person who waits: however often they call, until somebody speaks to them.

    `key` is `rules.key_of` their calls. Calls are kept by number: the log may drop and join them freely.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waits")
        REACHED = "reached", _("Reached")
        GIVEN_UP = "given_up", _("Given up")

    key = models.CharField(max_length=300)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, blank=True, related_name="+")
    number = models.CharField(_("number"), max_length=255, blank=True)
    e164 = models.CharField(max_length=20, blank=True)
    shown_name = models.CharField(_("name sent by the network"), max_length=255, blank=True)
    is_withheld = models.BooleanField(default=False)  # nobody can call back
    line = models.CharField(_("line"), max_length=255, blank=True)
    queue = models.CharField(_("queue"), max_length=80, blank=True)
    first_at = models.DateTimeField(_("waits since"))
    last_at = models.DateTimeField(_("last call"))
    times = models.PositiveIntegerField(_("calls"), default=1)
    last_call_id = models.BigIntegerField()
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("calls back"),
    )
    taken_at = models.DateTimeField(null=True, blank=True)  # the assignee said "I take it"
    is_nobodys = models.BooleanField(default=False)  # no assignee, and no phone of anybody's rang
    due_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    task = models.ForeignKey(Task, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    closing_call_id = models.BigIntegerField(null=True, blank=True)  # the talk that closed it; None: by hand
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    checked_at = models.DateTimeField()

    objects = MissedCallerQuerySet.as_manager()

    known_to: str = ""  # for who may not see the customer: who looks after them (see queries.veil)
    waits_longest: bool = False

    class Meta:
        verbose_name = _("missed caller")
        constraints = [models.UniqueConstraint(fields=["key"], condition=_OPEN, name="missed_one_open_by_key")]
        indexes = [
            models.Index(fields=["-last_at", "-id"], condition=_OPEN, name="missed_open"),
            models.Index(fields=["assignee"], condition=_OPEN, name="missed_open_assignee"),
            models.Index(fields=["first_at"], condition=_OPEN, name="missed_open_longest"),
            models.Index(fields=["e164"], condition=_OPEN, name="missed_open_number"),
            models.Index(fields=["checked_at"], condition=_OPEN, name="missed_open_checked"),
            models.Index(fields=["due_at"], condition=_OPEN & Q(escalated_at=None), name="missed_open_due"),
            models.Index(fields=["-closed_at", "-id"], condition=~_OPEN, name="missed_closed"),
            models.Index(fields=["key", "-closed_at"], name="missed_by_key"),
        ]

    @property
    def way_to_call(self) -> str:
        """Where a click on its number leads."""
        return way_to_call(self.e164 or self.number, veiled_as=f"missed-{self.pk}" if self.is_veiled else "")

    @property
    def name(self) -> str:
        """Of a caller whom the reader may see."""
        return self.customer.name if self.customer else self.shown_name or self.e164 or self.number


class RangFor(models.Model):
    """Whose phone rang in vain."""

    missed = models.ForeignKey(MissedCaller, models.CASCADE, related_name="rang_for")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["missed", "user"], name="missed_rang_once")]


class FollowPlace(models.Model):
    """How far the log was read. One row.

    `unsettled`: call id -> [until when it is looked at again, the outcome it had]; calls that went on, that were not
    seen whole, and numbers that another writer had not committed yet.
    """

    last_id = models.BigIntegerField()
    unsettled = models.JSONField(default=dict)


def told_at_first() -> list[str]:
    return [User.Role.OWNER.value, User.Role.ADMINISTRATOR.value]


class MissedSettings(models.Model):
    """What the administrator decided; one row at most, none: as the defaults here."""

    makes_tasks = models.BooleanField(_("a task for who should call back"), default=False)
    minutes = models.PositiveIntegerField(_("minutes within which to call back"), default=30)  # 0: no limit
    told_roles = models.JSONField(_("who is told after that"), default=told_at_first, blank=True)  # Role.word of each

    class Meta:
        verbose_name = _("settings of missed calls")
