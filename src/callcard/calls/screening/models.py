"""Numbers that shall not get through."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BlockedNumber(models.Model):
    """One line of the list. `key` is what is compared: E.164, or the digits of what is no public number.

    A line is never given another beginning, nor an end that has passed, so all lines together tell
    what was blocked when.
    """

    number = models.CharField(_("number"), max_length=64)  # as it was typed
    key = models.CharField(max_length=32, db_index=True)
    is_prefix = models.BooleanField(_("all numbers that begin so"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)  # empty: until it is taken off the list
    blocked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    blocked_at = models.DateTimeField()
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("blocked number")

    def __str__(self) -> str:
        return f"{self.number}…" if self.is_prefix else self.number

    def held_at(self, at: datetime) -> bool:
        ends = [end for end in (self.until, self.removed_at) if end is not None]
        return self.blocked_at <= at and all(at < end for end in ends)
