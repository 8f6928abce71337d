"""The people of the company, their phones, and the company itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, TypeAlias

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from callcard.staff.roles.giving import rights_in_words, roles_for
from callcard.staff.roles.models import Kind, Scope
from callcard.staff.roles.models import Role as RoleRow
from callcard.staff.roles.rules import RIGHTS, Permissions, Veil, read


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


class People(UserManager["User"]):
    use_in_migrations = False

    def create_user(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        *,
        role: str = Kind.MANAGER,
        records: str = "",
        may_export: bool = False,
        **columns: Any,
    ) -> User:
        """Somebody with a ready role: see `roles_for`."""
        with transaction.atomic():
            user = super().create_user(username, email, password, **columns)
            user.take_roles(roles_for(role, records, may_export))
        return user

    def who_may(self, right: str) -> models.QuerySet[User]:
        """Everybody who can sign in and has this right."""
        assert right in RIGHTS, right
        return self.filter(is_active=True, rights__contains=f" {right} ")

    def who_are(self, *kinds: str) -> models.QuerySet[User]:
        """Everybody who can sign in and has a role of one of these kinds."""
        found = models.Q(*(models.Q(rights__contains=f" is:{kind} ") for kind in kinds), _connector=models.Q.OR)
        return self.filter(found, is_active=True) if kinds else self.none()


class User(AbstractUser):
    Role: TypeAlias = Kind
    Records: TypeAlias = Scope

    class CallsWith(models.TextChoices):
        DESK = "desk", _("Desk phone")
        SOFT = "soft", _("Softphone in this page")
        OWN = "own", _("The device's own dialler")

    roles = models.ManyToManyField(RoleRow, verbose_name=_("roles"), related_name="members", blank=True)
    # What these roles let them do, so that asking costs no query: see `take_roles`.
    rights = models.TextField(default="", db_default="", blank=True, editable=False)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="members")
    portrait = models.CharField(max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("design"), max_length=40, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)  # empty: the company's
    calls_with = models.CharField(
        _("calls with"), max_length=4, choices=CallsWith.choices, default=CallsWith.DESK, db_default="desk"
    )
    # Sessions of an earlier round are over: see `get_session_auth_hash`.
    session_round = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[People] = People()

    class Meta:
        verbose_name = _("user")

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        return self.get_full_name() or self.username

    @property
    def permissions(self) -> Permissions:
        """Of all their roles together."""
        return read(self.rights)

    @property
    def sees(self) -> str:
        """Whose records, in words."""
        return str(Scope(self.permissions.scope.value).label)

    @property
    def veil(self) -> Veil | None:
        """What they see less of than others do, in the records that they see; None for most people."""
        return self.permissions.veil

    def may(self, right: str) -> bool:
        """`right`: such as "customers.merge", one of staff.roles.rules.RIGHTS."""
        return self.permissions.may(right)

    def take_roles(self, roles: Iterable[RoleRow]) -> None:
        """They have these and no others, from now on; saved."""
        chosen = list(roles)
        self.roles.set(chosen)
        self.rights = rights_in_words(chosen)
        self.save(update_fields=["rights"])

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
