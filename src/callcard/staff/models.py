"""The people of the company, their phones, and the company itself."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Company(models.Model):
    """The one company this installation belongs to."""

    name = models.CharField(_("name"), max_length=200)
    region = models.CharField(
        _("country"), max_length=2, default="LA", help_text=_("Two letters; how national numbers are read")
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    # What stands on its documents.
    logo = models.CharField(max_length=200, blank=True)  # a path below MEDIA_ROOT, made by staff.logo
    address = models.TextField(_("address"), max_length=500, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=60, blank=True)
    bank_details = models.TextField(_("bank details"), max_length=1000, blank=True)
    document_note = models.TextField(_("note under documents"), max_length=1000, blank=True)
    tax_name = models.CharField(_("name of the tax"), max_length=40, blank=True)  # empty: prices without any tax
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)

    class Meta:
        verbose_name = _("company")


class Line(models.Model):
    """A number of the company's own. It is what customers call and is never a customer itself."""

    number = models.CharField(_("number"), max_length=64)
    e164 = models.CharField(max_length=20, blank=True, db_index=True)
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("line")

    def __str__(self) -> str:
        return self.name or self.number


class Team(models.Model):
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = _("team")

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", _("Administrator")
        OWNER = "owner", _("Owner")
        MANAGER = "manager", _("Manager")

    class Records(models.TextChoices):
        OWN = "own", _("Own records")
        TEAM = "team", _("Own team's records")
        ALL = "all", _("All records")

    class CallsWith(models.TextChoices):
        DESK = "desk", _("Desk phone")
        SOFT = "soft", _("Softphone in this page")
        OWN = "own", _("The device's own dialler")

    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.MANAGER)
    records = models.CharField(_("sees"), max_length=10, choices=Records.choices, default=Records.ALL)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="members")
    may_export = models.BooleanField(_("may export"), default=False, db_default=False)
    portrait = models.CharField(max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("design"), max_length=40, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)  # empty: the company's
    calls_with = models.CharField(
        _("calls with"), max_length=4, choices=CallsWith.choices, default=CallsWith.DESK, db_default="desk"
    )
    # Sessions of an earlier round are over: see `get_session_auth_hash`.
    session_round = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("user")

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        return self.get_full_name() or self.username

    @property
    def can_export(self) -> bool:
        """Whether they may take the customers they see out of the program, as files."""
        return self.may_export or self.role in (self.Role.ADMINISTRATOR, self.Role.OWNER)

    def get_session_auth_hash(self) -> str:
        """Kept in each session and compared with every request: another password or round ends the session."""
        secret = f"{self.password} {self.session_round}"
        return salted_hmac("callcard.staff.session", secret, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """There are no older keys to sign with."""
        return iter(())


class Extension(models.Model):
    """A phone inside the company. Calls to it are shown to its user."""

    number = models.CharField(_("extension"), max_length=32, unique=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="extensions")

    class Meta:
        verbose_name = _("extension")

    def __str__(self) -> str:
        return self.number


class Change(models.Model):
    """One step in the history of a record: who changed what, when, and what it was before.

    Records of all rooms are kept by kind and number, not by foreign keys: a history outlives what it tells of.
    """

    class Action(models.TextChoices):
        CREATED = "created", _("Created")
        CHANGED = "changed", _("Changed")
        REMOVED = "removed", _("Removed")
        RESTORED = "restored", _("Restored")
        MERGED = "merged", _("Merged")
        IMPORTED = "imported", _("Imported")
        CANCELLED = "cancelled", _("Cancelled")

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    about = models.CharField(max_length=20)  # "customer", "phone", "order" ...: see the glossary
    object_id = models.BigIntegerField()
    customer_id = models.BigIntegerField(null=True, blank=True)  # on whose timeline it stands
    action = models.CharField(max_length=10, choices=Action.choices)
    before = models.JSONField(default=dict, blank=True)  # only the fields that differ, as staff.history writes them
    after = models.JSONField(default=dict, blank=True)
    batch = models.CharField(max_length=40, blank=True)  # what was done in one go, such as "import:12"

    class Meta:
        verbose_name = _("change")
        indexes = [
            models.Index(fields=["about", "object_id", "-id"], name="staff_change_of_object"),
            models.Index(
                fields=["customer_id", "-id"],
                condition=models.Q(customer_id__isnull=False),
                name="staff_change_of_customer",
            ),
            models.Index(fields=["batch", "id"], condition=~models.Q(batch=""), name="staff_change_of_batch"),
        ]
