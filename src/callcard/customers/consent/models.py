"""What a customer allowed, way by way: a row for each time that they were asked or said so."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Customer


class Consent(models.Model):
    """Rows are only added: of a way the newest counts, and the others show what held before. None: not asked."""

    class Way(models.TextChoices):
        CALLS = "calls", _("Calls")
        SMS = "sms", _("SMS")
        EMAIL = "email", _("E-mail")
        MESSENGERS = "messengers", _("Messengers")
        VOICE = "voice", _("Voice messages")

    class Answer(models.TextChoices):
        NOT_ASKED = "", _("Not asked")
        GIVEN = "given", _("Given")
        REFUSED = "refused", _("Refused")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="consents", db_index=False)
    way = models.CharField(_("way"), max_length=12, choices=Way.choices)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices, blank=True)
    said_on = models.DateField(_("on"))
    how = models.CharField(_("how"), max_length=200, blank=True)  # "by phone", "form on the website"
    text = models.TextField(_("what was agreed to"), blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("consent")
        indexes = [models.Index(fields=["customer", "way", "-id"], name="consent_newest")]
