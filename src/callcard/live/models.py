"""The event log: what browsers are told, written in the same transaction as the change it tells of."""

from __future__ import annotations

from django.conf import settings
from django.db import models

CHECK_SESSION = "check-session"
"""Kind of an event that is for the door itself: whether who listens there is still signed in."""


class LiveEvent(models.Model):
    """One event for one user, or for everybody. Ids grow in the order of commit (see live.services.tell)."""

    # None: for everybody.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    received_ns = models.BigIntegerField(null=True)  # monotonic clock of the process that read the PBX's bytes

    class Meta:
        indexes = [models.Index(fields=["user", "id"]), models.Index(fields=["created_at"])]


class Watch(models.Model):
    """A user has something on the screen, such as "customer:12", and says so again as long as that is so."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    topic = models.CharField(max_length=40)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "user"], name="live_one_watch_of_a_topic")]
        indexes = [models.Index(fields=["seen_at"], name="live_watch_seen")]
