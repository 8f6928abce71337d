"""How far the record of each PBX has been read, and what that brought."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class RecordPlace(models.Model):
    """Where reading goes on. `source`: a digest of where the record is; another one is read from its beginning.

    `confirmed`: the source that is known to be this PBX's, by its calls or because somebody said so. What ended before
    `since` is not wanted of it.
    """

    pbx = models.CharField(max_length=40, unique=True)
    source = models.CharField(max_length=64)
    cursor = models.TextField(blank=True)
    confirmed = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("place in a record")


class Reconciliation(models.Model):
    """One reading. Those that found nothing are kept only until the next one."""

    pbx = models.CharField(max_length=40)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    entries = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(null=True)  # when the first and the last of the calls that were read ended
    last_at = models.DateTimeField(null=True)
    added = models.PositiveIntegerField(default=0)
    completed = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=dict, blank=True)  # lines that could not be read: {problem: how many}
    sample = models.CharField(max_length=200, blank=True)  # the first of them
    shift_seconds = models.IntegerField(default=0)  # what had to be added to the record's times
    problem = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("reading of a record")
        indexes = [models.Index(fields=["pbx", "-id"], name="reconcile_newest")]

    @property
    def found_something(self) -> bool:
        return bool(self.added or self.completed or self.faults or self.problem)

    @property
    def shift(self) -> timedelta:
        return timedelta(seconds=self.shift_seconds)

    @property
    def unread(self) -> int:
        return sum(self.faults.values())
