"""What lets a program act for a user."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.staff.sealed_fields import SealedText


class AccessToken(models.Model):
    """Only a hash is kept of the token itself, which is shown once. `scopes`: rights, such as "customers.see"; it lets
    a program do no more than that, and never more than its user may do at that moment."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="access_tokens")
    name = models.CharField(_("name"), max_length=60)
    hash = models.CharField(max_length=64)
    ending = models.CharField(max_length=4)  # to tell tokens apart
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(null=True, editable=False)  # to a minute
    used_from = models.CharField(max_length=45, blank=True, editable=False)  # an IP address
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("access token")
        indexes = [models.Index(fields=["user"], condition=models.Q(revoked_at=None), name="tokens_in_use")]

    def __str__(self) -> str:
        return self.name

    def is_over(self, now: datetime) -> bool:
        return self.revoked_at is not None or self.expires_at <= now


class KeptAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, for when it is sent again."""

    token = models.ForeignKey(AccessToken, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    request = models.CharField(max_length=64)  # a hash of its method, address and body
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = SealedText(blank=True)  # it may hold a secret that is told once
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("kept answer")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="tokens_one_answer_of_a_key")]
        indexes = [models.Index(fields=["asked_at"], name="tokens_answers_by_age")]
