"""Which PBXs there are, and how their links are."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Pbx(models.Model):
    class Kind(models.TextChoices):
        ASTERISK = "asterisk", "Asterisk / FreePBX"
        SIMULATOR = "simulator", _("Simulator")

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    options = models.JSONField(default=dict, blank=True)
    is_enabled = models.BooleanField(_("switched on"), default=True)
    heard_at = models.DateTimeField(null=True, editable=False)  # the link was up then, to a few seconds

    class Meta:
        verbose_name = _("PBX")


class LinkLog(models.Model):
    """One change of a link's state."""

    pbx = models.ForeignKey(Pbx, models.CASCADE, related_name="link_log")
    state = models.CharField(max_length=12)
    problem = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    about = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("link state")


class WireLine(models.Model):
    """One line of what a PBX said. Only the newest few thousand are kept."""

    pbx = models.CharField(max_length=40)
    at = models.DateTimeField()
    summary = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("line from the PBX")


class DialRequest(models.Model):
    """One press of a Call button. Unique by its command_id, so that a repeated click places no second call."""

    command_id = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    number = models.CharField(max_length=64)
    problem = models.CharField(max_length=40, blank=True)
    requested_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("request to call")
