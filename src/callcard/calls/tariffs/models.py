"""Price lists with their rows, budgets, and how far calls have been rated."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.calls.tariffs.rules import percent_spent
from callcard.staff.models import Team


class PriceList(models.Model):
    class Direction(models.TextChoices):
        OUTBOUND = "outbound", _("Outgoing")
        INBOUND = "inbound", _("Incoming")

    class Rounding(models.TextChoices):
        UP = "up", _("up")
        HALF_UP = "half-up", _("to the nearest, half up")

    name = models.CharField(_("name"), max_length=100)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction.choices, default=Direction.OUTBOUND)
    line = models.CharField(_("line"), max_length=255, blank=True)  # E.164, or as the PBX writes it; empty: all
    currency = models.CharField(_("currency"), max_length=3)
    rounding = models.CharField(_("rounded"), max_length=8, choices=Rounding.choices, default=Rounding.UP)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)
    charges_unanswered = models.BooleanField(_("calls that nobody answered cost the connection fee"), default=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    # Rows are never changed: other ones are another edition, so that the one before can come back.
    edition = models.PositiveIntegerField(default=0)
    earlier_edition = models.PositiveIntegerField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("price list")

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """A row of a price list; its fields are those of rules.Row."""

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="prices", db_index=False)
    edition = models.PositiveIntegerField()
    prefix = models.CharField(_("prefix"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    per_minute = models.DecimalField(_("per minute"), max_digits=14, decimal_places=6)
    fee = models.DecimalField(_("connection fee"), max_digits=14, decimal_places=6, default=0)
    free_seconds = models.PositiveIntegerField(_("free seconds"), default=0)
    first_step = models.PositiveIntegerField(_("first step, seconds"), default=60)
    next_step = models.PositiveIntegerField(_("further steps, seconds"), default=60)
    weekdays = models.CharField(_("days"), max_length=7, blank=True)  # "12345": Monday to Friday
    from_time = models.TimeField(_("from"), null=True, blank=True)
    until_time = models.TimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("price")
        indexes = [models.Index(fields=["price_list", "edition", "prefix"], name="tariffs_rows_of_edition")]


class RatingPlace(models.Model):
    """Up to which call, and which step of the history, costs are known. One row."""

    call_id = models.BigIntegerField(default=0)
    change_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("place in rating")


class WaitingCall(models.Model):
    """A call that is looked at again: it still goes on, or the PBX's record may yet correct it.

    By its number, not a foreign key, so that taking a call away does not ask for this.
    """

    call_id = models.BigIntegerField(primary_key=True)
    look_at = models.DateTimeField(db_index=True)
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("call that waits for its cost")


class Budget(models.Model):
    class Scope(models.TextChoices):
        COMPANY = "company", _("The whole company")
        LINE = "line", _("One line")
        USER = "user", _("One person")
        TEAM = "team", _("One team")

    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("of"), max_length=10, choices=Scope.choices, default=Scope.COMPANY)
    line = models.CharField(_("line"), max_length=255, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team"))
    amount = models.DecimalField(_("a month"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    # As it was counted last: of which month, and when.
    spent = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    month = models.DateField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("budget")

    def __str__(self) -> str:
        return self.name

    @property
    def percent(self) -> int:
        return percent_spent(self.spent, self.amount)

    @property
    def overspent(self) -> Decimal:
        """How much more than the budget was spent; 0 as long as it suffices."""
        return max(Decimal(0), self.spent - self.amount)


class BudgetWarning(models.Model):
    """That it was told, so that it is told once."""

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="warnings")
    month = models.DateField()
    percent = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("warning about a budget")
        constraints = [models.UniqueConstraint(fields=["budget", "month", "percent"], name="tariffs_one_warning_each")]
