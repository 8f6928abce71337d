"""Rows that are only ever added. The database itself refuses to change one, or to remove one that is young: see
migrations.0001_initial."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One thing that somebody did, or tried to.

    People and records are kept by their number alone, and people by their name as well: an audit outlives both.
    """

    class Kind(models.TextChoices):
        LOOKED = "looked", _("Looked")
        HEARD = "heard", _("Listened")
        EXPORTED = "exported", _("Took out")
        CHANGED = "changed", _("Changed")
        CALLED = "called", _("Called")
        SET = "set", _("Settings")
        SIGNED_IN = "signed-in", _("Signed in or out")
        FAILED = "failed", _("Failed to sign in")
        REFUSED = "refused", _("Was refused")

    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True, blank=True)
    who = models.CharField(max_length=200)  # their name then; of a failed sign-in what was typed
    address = models.CharField(max_length=45, blank=True)  # IP
    kind = models.CharField(max_length=10, choices=Kind.choices)
    act = models.CharField(max_length=60)  # the name of an address, which `acts` has in words
    is_deed = models.BooleanField(default=True)  # not only looked
    about = models.CharField(max_length=20, blank=True)  # as in Change
    object_id = models.BigIntegerField(null=True, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("entry of the audit")
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["user_id", "-id"], name="audit_of_user"),
            models.Index(fields=["kind", "-id"], name="audit_of_kind"),
            models.Index(fields=["address", "-id"], name="audit_of_address"),
            models.Index(fields=["about", "object_id", "-id"], name="audit_of_object"),
        ]


class AuditSettings(models.Model):
    """One row at most; none: as the defaults here."""

    days = models.PositiveIntegerField(_("days for which the audit is kept"), default=730)

    class Meta:
        verbose_name = _("settings of the audit")
