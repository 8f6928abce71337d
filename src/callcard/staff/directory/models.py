"""The company's directory (LDAP, Active Directory), whose passwords let people in."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.staff.directory.ldap.connection import Way
from callcard.staff.directory.ldap.names import NameNotValid, read_name, root_of
from callcard.staff.sealed_fields import SealedText


class GroupsBy(models.TextChoices):
    """How it is learned in which groups somebody is."""

    ENTRY = "entry", _("Their own entry names them (memberOf)")
    SEARCH = "search", _("Look for groups with them as a member, and for groups with these groups as members")
    CHAIN = "chain", _("Active Directory: it names groups and groups of groups by itself")


class Directory(models.Model):
    """The one row. Known people are kept as `single_sign_on.Identity`."""

    class Encryption(models.TextChoices):
        TLS = Way.TLS.value, _("TLS from the first byte (ldaps, port 636)")
        START_TLS = Way.START_TLS.value, _("StartTLS (port 389)")
        PLAIN = Way.PLAIN.value, _("None: passwords cross the network readable")

    is_on = models.BooleanField(default=False)
    servers = models.TextField(max_length=1000)  # one a line, "host" or "host:port", asked in turn
    encryption = models.CharField(max_length=10, choices=Encryption.choices, default=Encryption.TLS)
    allows_plain = models.BooleanField(default=False)  # without it no password is sent over a way that is not encrypted
    authority = models.TextField(max_length=20_000, blank=True)  # certificates in PEM; empty: the machine's own
    seconds = models.PositiveSmallIntegerField(default=5)  # for each server
    person_name = models.CharField(max_length=300, blank=True)  # "uid={name},ou=…"; empty: look for the person first
    bind_name = models.CharField(max_length=300, blank=True)
    bind_password = SealedText(default="", blank=True)
    base = models.CharField(max_length=300)
    person_filter = models.CharField(max_length=500, default="(&(objectClass=person)(uid={name}))")
    name_attribute = models.CharField(max_length=60, default="uid")
    department_attribute = models.CharField(max_length=60, blank=True)  # empty: teams are given here
    groups_by = models.CharField(max_length=10, choices=GroupsBy.choices, default=GroupsBy.ENTRY)
    groups_base = models.CharField(max_length=300, blank=True)  # empty: `base`
    lets_in_unknown = models.BooleanField(default=False)
    trusts_names = models.BooleanField(default=False)
    trusts_mail = models.BooleanField(default=False)
    # Wrong passwords for one person that are passed on, before they wait: the directory may close accounts itself.
    guesses = models.PositiveSmallIntegerField(default=3)
    guess_minutes = models.PositiveSmallIntegerField(default=30)

    # What `rules.claims_of` calls them.
    groups_claim = "groups"
    name_claim = "name"

    class Meta:
        verbose_name = _("directory")

    @property
    def issuer(self) -> str:
        """Under which name its people are kept: that of the directory, which outlives its servers."""
        try:
            return f"ldap:{root_of(read_name(self.base))}"[:300]
        except NameNotValid:
            return f"ldap:{self.base}"[:300]

    def told(self) -> dict[str, Any]:
        """For the history: all but the secret."""
        names = [field.name for field in self._meta.fields if field.name not in ("id", "bind_password", "authority")]
        mark = sha256(self.authority.encode()).hexdigest()[:16] if self.authority else ""
        return {**{name: getattr(self, name) for name in names}, "authority": mark}
