"""Which devices may read customers, and which customers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Category


class PhoneBook(models.Model):
    """Customers for desk phones, at an address that only they know. Whoever knows it reads the book."""

    name = models.CharField(_("name"), max_length=60)
    token = models.CharField(max_length=64)  # shown again whenever an administrator sets up a phone, so not hashed
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, verbose_name=_("only the category"))
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only customers of"),
    )
    most = models.PositiveIntegerField(_("at most this many customers"), default=1000)
    networks = models.CharField(_("only from these networks"), max_length=300, blank=True)  # CIDR, spaces between
    is_enabled = models.BooleanField(_("switched on"), default=True)
    asked_at = models.DateTimeField(null=True, editable=False)  # to a minute

    class Meta:
        verbose_name = _("phone book")

    def __str__(self) -> str:
        return self.name


class PbxKey(models.Model):
    """Lets one telephone system ask who calls. Whoever knows its token may ask."""

    name = models.CharField(_("telephone system"), max_length=60)
    token = models.CharField(max_length=64)  # shown again whenever an administrator writes a dial plan, so not hashed
    networks = models.CharField(_("only from these networks"), max_length=300, blank=True)  # CIDR, spaces between
    is_enabled = models.BooleanField(_("switched on"), default=True)
    asked_at = models.DateTimeField(null=True, editable=False)  # to a minute

    class Meta:
        verbose_name = _("key of a telephone system")

    def __str__(self) -> str:
        return self.name


class DevicePassword(models.Model):
    """A password of one user for one device. `slug` is its first part and finds it; only a hash of the rest is kept."""

    class Scope(models.TextChoices):
        OWN = "own", _("Customers I look after")
        ALL = "all", _("All customers I may see")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="device_passwords")
    name = models.CharField(_("device"), max_length=60)
    slug = models.CharField(max_length=12, unique=True)
    hash = models.CharField(max_length=200)
    scope = models.CharField(_("customers"), max_length=5, choices=Scope.choices, default=Scope.OWN)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, verbose_name=_("only the category"))
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("password of a device")
        indexes = [models.Index(fields=["user"], condition=models.Q(revoked_at=None), name="api_devices_in_use")]

    def __str__(self) -> str:
        return self.name
