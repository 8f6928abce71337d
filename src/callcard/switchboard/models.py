"""Which PBXs there are, and how their links are."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.plugins.installed import connector_kinds
from callcard.staff.sealed_fields import SealedOptions


class Pbx(models.Model):
    class Kind(models.TextChoices):
        ASTERISK = "asterisk", "Asterisk / FreePBX"
        WEBHOOK = "webhook", _("Webhook, for any system")
        ZADARMA = "zadarma", "Zadarma"
        SIMULATOR = "simulator", _("Simulator")

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    options = SealedOptions(default=dict, blank=True)
    is_enabled = models.BooleanField(_("switched on"), default=True)
    heard_at = models.DateTimeField(null=True, editable=False)  # the link was up then, to a few seconds

    class Meta:
        verbose_name = _("PBX")

    @property
    def kind_name(self) -> str:
        added = connector_kinds().get(self.kind)
        return added[1].name if added else str(self.get_kind_display())


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

    class How(models.TextChoices):
        DESK = "desk", _("Desk phone")
        SOFT = "soft", _("Softphone")
        TRANSFER = "transfer", _("Transfer")
        CONSULT = "consult", _("Asking first")

    class State(models.TextChoices):
        ASKED = "asked", _("Asked for")  # nothing is known of it yet
        RINGING = "ringing", _("Own phone rings")
        CALLING = "calling", _("Calling")
        TALKING = "talking", _("Talking")
        OVER = "over", _("Over")

    command_id = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    number = models.CharField(max_length=64)
    problem = models.CharField(max_length=40, blank=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    how = models.CharField(max_length=10, choices=How.choices, default=How.DESK)
    reach = models.CharField(max_length=10, blank=True)  # dial_rules.Reach
    country = models.CharField(max_length=3, blank=True)  # dial_rules.Destination.country
    then = models.CharField(max_length=40, blank=True)  # what to press once it is answered
    shown_name = models.CharField(max_length=120, blank=True)  # whom it calls, as the user may see it
    state = models.CharField(max_length=10, choices=State.choices, default=State.OVER)
    outcome = models.CharField(max_length=10, blank=True)  # of the call, when it is over
    changed_at = models.DateTimeField(null=True, blank=True)
    pbx = models.CharField(max_length=40, blank=True)
    call_key = models.CharField(max_length=160, blank=True)  # the call that came of it, or that it hands on

    class Meta:
        verbose_name = _("request to call")
        indexes = [
            models.Index(fields=["user", "-requested_at"], name="dial_of_user"),
            models.Index(fields=["country"], condition=~models.Q(country=""), name="dial_country"),
            models.Index(fields=["pbx"], condition=~models.Q(state="over"), name="dial_going_on"),
        ]


class RoleRules(models.Model):
    """What one role may dial, where the administrator has changed it (see dial_settings.DEFAULTS)."""

    role = models.CharField(max_length=20, unique=True)
    customers = models.BooleanField(_("Customers, wherever they are"), default=True)
    national = models.BooleanField(_("Numbers of the own country"), default=True)
    abroad = models.BooleanField(_("Other countries"), default=True)
    allowed = models.JSONField(_("Always allowed"), default=list, blank=True)
    denied = models.JSONField(_("Never allowed"), default=list, blank=True)
    may_dare = models.BooleanField(_("Dear and unusual numbers, after a question"), default=True)
    calls_a_day = models.PositiveIntegerField(_("Calls a day"), default=0)
    abroad_a_day = models.PositiveIntegerField(_("Calls abroad a day"), default=0)
    countries_a_day = models.PositiveIntegerField(_("Countries a day"), default=0)

    class Meta:
        verbose_name = _("rules for calls")


class HookDelivery(models.Model):
    """A request by which a telephone system told of something, as it came: kept before it is answered."""

    pbx = models.CharField(max_length=40)
    key = models.CharField(max_length=200)  # the provider's id of it
    call = models.CharField(max_length=160, blank=True)
    received_at = models.DateTimeField(db_index=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    problem = models.CharField(max_length=200, blank=True)  # why it could not be understood
    is_told = models.BooleanField(default=False)  # what it told is in the log of calls

    class Meta:
        verbose_name = _("request from a telephone system")
        constraints = [models.UniqueConstraint(fields=["pbx", "key"], name="hook_once")]
        indexes = [
            models.Index(fields=["pbx"], condition=models.Q(is_told=False), name="hook_waiting"),
            models.Index(fields=["pbx", "call"], name="hook_of_call"),
        ]
