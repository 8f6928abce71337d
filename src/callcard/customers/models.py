"""People and companies one talks to."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.staff.models import User
from callcard.staff.visibility import visible_to


def folded(text: str) -> str:
    """Text as it is compared when searching: case and width do not count."""
    return unicodedata.normalize("NFKC", text).casefold().strip()[:400]


class Category(models.Model):
    name = models.CharField(_("name"), max_length=100)
    colour = models.CharField(_("colour"), max_length=20, default="blue")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("category")
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User) -> CustomerQuerySet:
        return self.filter(visible_to(user).customers_filter())

    def current(self) -> CustomerQuerySet:
        """Those that nobody archived."""
        return self.filter(archived_at=None)


class Customer(models.Model):
    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=200)
    # The name casefolded: SQLite compares letters beyond ASCII case by case only.
    search_name = models.CharField(max_length=400, blank=True, editable=False)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="customers"
    )
    portrait = models.CharField(max_length=200, blank=True)  # a path below MEDIA_ROOT, made by customers.portraits
    language = models.CharField(_("language"), max_length=10, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    own_fields = models.JSONField(default=dict, blank=True)  # OwnField.key -> value
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(CustomerQuerySet)()

    class Meta:
        verbose_name = _("customer")
        indexes = [
            models.Index(fields=["search_name", "id"]),
            models.Index(fields=["responsible", "search_name", "id"]),
            models.Index(fields=["portrait"], condition=~models.Q(portrait=""), name="customers_by_portrait"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_name = folded(self.name)
        if "name" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_name"}
        super().save(*args, **kwargs)


class Phone(models.Model):
    """A number of a customer: as it was typed, and as it is dialled from anywhere (E.164)."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="phones")
    raw = models.CharField(_("number"), max_length=64)
    e164 = models.CharField(max_length=20, blank=True)
    ending = models.CharField(max_length=7, blank=True)  # ReadNumber.ending, for "possible" matches
    label = models.CharField(_("label"), max_length=40, blank=True)
    person = models.CharField(_("contact person"), max_length=100, blank=True)
    is_preferred = models.BooleanField(_("preferred"), default=False)

    class Meta:
        verbose_name = _("phone")
        indexes = [models.Index(fields=["e164"]), models.Index(fields=["ending"])]

    def __str__(self) -> str:
        return self.raw


class Contact(models.Model):
    """Any way of reaching a customer that is not a phone number."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        TELEGRAM = "telegram", "Telegram"
        WHATSAPP = "whatsapp", "WhatsApp"
        WEBSITE = "website", _("Website")
        OTHER = "other", _("Other")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.EMAIL)
    value = models.CharField(_("value"), max_length=254)
    label = models.CharField(_("label"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("contact")

    def __str__(self) -> str:
        return self.value


class OwnField(models.Model):
    """A field that the company added by itself."""

    key = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("own field")
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name
