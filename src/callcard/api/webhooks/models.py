"""Where programs are told of what happened, and each message that goes there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.staff.sealed_fields import SealedText


class Endpoint(models.Model):
    """One address. It is told of what its owner may see, as they see it."""

    class Off(models.TextChoices):
        ON = "", _("On")
        PERSON = "person", _("Switched off")
        GONE = "gone", _("Switched off: the receiver answered that it is gone (410)")
        FAILING = "failing", _("Switched off: nothing has arrived for days")

    name = models.CharField(_("what it is for"), max_length=60)
    address = models.CharField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list)  # types, such as "call.ended": webhooks.events
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    off = models.CharField(max_length=10, choices=Off.choices, default=Off.ON, blank=True)
    secret = SealedText()
    old_secret = SealedText(blank=True)  # signs beside the new one until then
    old_secret_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)  # of the first failure after which nothing arrived
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("webhook")

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.off == self.Off.ON


class Delivery(models.Model):
    """One message to one endpoint. `body` is sent as it is here, at each try; it is what the owner saw at the time."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Not delivered")
        WITHHELD = "withheld", _("Not sent: its owner may not see it any more")

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", db_index=False)
    message_id = models.CharField(max_length=40, unique=True)  # the header webhook-id
    event = models.CharField(max_length=40)
    subject = models.CharField(max_length=20, blank=True)  # "call", "customer", …; empty: of no record
    subject_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)  # whom it tells about
    body = SealedText()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)  # while it is waiting; while it is being sent, until when that may take
    made_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)
    # Of the last try.
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=20, blank=True)  # webhooks.words
    answer = models.TextField(blank=True)  # how it began
    milliseconds = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("delivery of a webhook")
        indexes = [
            models.Index(fields=["endpoint", "next_at"], condition=models.Q(state="waiting"), name="webhooks_due"),
            models.Index(fields=["endpoint", "-id"], name="webhooks_of_endpoint"),
            models.Index(fields=["made_at"], name="webhooks_by_age"),
            models.Index(fields=["customer_id"], condition=~models.Q(customer_id=None), name="webhooks_of_customer"),
        ]


class Place(models.Model):
    """How far the history and the call log were read; one row, none while nobody is told of anything.

    `open_steps`, `open_calls`: what is to be looked at again: id -> (until when, the words already told)."""

    last_step = models.BigIntegerField()
    last_call = models.BigIntegerField()
    open_steps = models.JSONField(default=dict)
    open_calls = models.JSONField(default=dict)
    version = models.PositiveBigIntegerField(default=0)
