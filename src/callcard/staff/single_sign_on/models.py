"""The company's own sign-in (OpenID Connect), which of its groups have which roles, and who there is who here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.staff.models import User
from callcard.staff.roles.models import Role
from callcard.staff.sealed_fields import SealedText


class Provider(models.Model):
    """The one row. `issuer` is what its tokens call themselves by, letter for letter."""

    is_on = models.BooleanField(default=False)
    name = models.CharField(max_length=60)
    issuer = models.CharField(max_length=300)
    client_id = models.CharField(max_length=300)
    client_secret = SealedText(default="", blank=True)
    further_scopes = models.CharField(max_length=200, blank=True)
    groups_claim = models.CharField(max_length=100, default="groups")
    name_claim = models.CharField(max_length=100, default="preferred_username")
    lets_in_unknown = models.BooleanField(default=False)
    trusts_mail = models.BooleanField(default=False)
    counts_second_step = models.BooleanField(default=False)

    # A user name there may be anybody's choice.
    trusts_names = False

    class Meta:
        verbose_name = _("single sign-on")


class Group(models.Model):
    """Whoever is in it there has these roles here."""

    name = models.CharField(max_length=300, unique=True)
    roles = models.ManyToManyField(Role, related_name="+")

    class Meta:
        verbose_name = _("group")


class Identity(models.Model):
    """Under which unchanging name (`subject`) a provider or a directory knows a user; an address may pass to others."""

    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)  # OpenID Connect Core, 2: at most 255 ASCII characters
    # What they are called there, for people to read; a directory is asked for it when they prove themselves again.
    name = models.CharField(max_length=150, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_of_one_user"),
            models.UniqueConstraint(fields=["user", "issuer"], name="one_identity_at_an_issuer"),
        ]
