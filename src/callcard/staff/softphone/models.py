"""What a softphone in the page needs to know, and who was told it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.staff.models import Extension
from callcard.staff.sealed_fields import SealedText


class SipAccount(models.Model):
    """The name and the secret with which an extension's softphone registers.

    A table of its own, so that nothing that reads extensions ever has a secret in its hands.
    """

    extension = models.OneToOneField(Extension, models.CASCADE, related_name="sip_account")
    user_name = models.CharField(_("SIP user name"), max_length=64, blank=True)  # empty: the extension
    secret = SealedText(_("SIP secret"))  # as the PBX has it: the browser must compute with it

    class Meta:
        verbose_name = _("SIP account")

    @property
    def shown_user_name(self) -> str:
        return self.user_name or self.extension.number


class SoftphoneServer(models.Model):
    """Where softphones register. One row at most: extensions do not say which PBX they belong to."""

    address = models.CharField(_("address"), max_length=200)  # wss://pbx.example.lan:8089/ws
    domain = models.CharField(_("SIP domain"), max_length=100, blank=True)  # empty: the address' host
    stun = models.CharField(_("STUN servers"), max_length=300, blank=True)
    turn = models.CharField(_("TURN servers"), max_length=300, blank=True)
    turn_user_name = models.CharField(_("TURN user name"), max_length=100, blank=True)
    turn_secret = SealedText(_("TURN secret"), blank=True)

    class Meta:
        verbose_name = _("server of the softphones")


class SecretGiven(models.Model):
    """That a browser was given the secret of an extension: one row for each user, network address and day."""

    extension = models.CharField(_("extension"), max_length=32)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    day = models.DateField()
    address = models.CharField(_("network address"), max_length=64)
    times = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("secret given to a browser")
        constraints = [
            models.UniqueConstraint(fields=["extension", "user", "day", "address"], name="softphone_given_once_a_day")
        ]
