"""The call log: every call once, with its segments, and whom it was shown to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Customer, OwnListEntry, Phone
from callcard.sales.models import Order
from callcard.staff.models import User
from callcard.staff.veiled import Veilable, way_to_call
from callcard.staff.visibility import CALLS, visible_to

_ENDED = Q(ended_at__isnull=False)
_NO_RESULT = Q(outcome="answered", result="")


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: User) -> Self:
        """Calls that people whose records this user sees took part in, or that were with their customers."""
        visibility = visible_to(user, CALLS)
        if visibility.everything:
            return self
        ids = visibility.responsible_ids or ()
        took_part = Segment.objects.filter(call=OuterRef("pk"), user__in=ids)
        return self.filter(Q(Exists(took_part)) | Q(customer__responsible__in=ids))


class Call(Veilable):
    class Direction(models.TextChoices):
        INBOUND = "inbound", _("Incoming")
        OUTBOUND = "outbound", _("Outgoing")
        INTERNAL = "internal", _("Internal")

    class Outcome(models.TextChoices):
        GOING_ON = "", _("Going on")
        ANSWERED = "answered", _("Answered")
        MISSED = "missed", _("Missed")
        CANCELLED = "cancelled", _("Caller hung up")
        BUSY = "busy", _("Busy")
        FAILED = "failed", _("Failed")
        NOT_PLACED = "not_placed", _("Not placed: own phone not answered")
        UNKNOWN = "unknown", _("End not seen")

    class Match(models.TextChoices):
        NONE = "none", _("Unknown number")
        EXACT = "exact", _("Known number")
        SEVERAL = "several", _("Several customers have this number")
        POSSIBLE = "possible", _("Possibly")
        CHOSEN = "chosen", _("Chosen by a person")
        WITHHELD = "withheld", _("Number withheld")
        OWN = "own", _("Own number")

    class Origin(models.TextChoices):
        LIVE = "live", _("Seen as it happened")
        RECORD = "record", _("From the telephone system's records")
        HAND = "hand", _("Written down by hand")

    pbx = models.CharField(max_length=40)
    key = models.CharField(max_length=160)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction.choices)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    number = models.CharField(_("number"), max_length=255, blank=True)  # of the party outside, as the PBX sent it
    e164 = models.CharField(max_length=20, blank=True)
    shown_name = models.CharField(_("name sent by the network"), max_length=255, blank=True)
    withheld = models.BooleanField(default=False)
    dialled = models.CharField(max_length=255, blank=True)
    line = models.CharField(_("line"), max_length=255, blank=True)
    queue = models.CharField(_("queue"), max_length=80, blank=True)
    started_at = models.DateTimeField(_("started"))
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ring_seconds = models.FloatField(_("rang, seconds"), default=0)
    talk_seconds = models.FloatField(_("talked, seconds"), default=0)
    hold_seconds = models.FloatField(_("held, seconds"), default=0)
    is_recorded = models.BooleanField(_("recorded"), default=False)
    is_complete = models.BooleanField(_("seen from beginning to end"), default=True)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, blank=True, related_name="calls", db_index=False)
    match = models.CharField(max_length=10, choices=Match.choices, default=Match.NONE)
    candidates = models.JSONField(default=list, blank=True)  # ids of the customers to choose from
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    result = models.CharField(_("result"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True)
    # While it goes on: what the tracker must know to take it up again after a restart.
    tracking = models.JSONField(null=True, blank=True)
    command_id = models.CharField(max_length=40, blank=True)  # the Dial command that placed it
    # From here on with defaults of the database's: a ring neither reads nor writes them.
    origin = models.CharField(
        _("learned from"), max_length=6, choices=Origin.choices, default=Origin.LIVE, db_default=Origin.LIVE
    )
    order = models.ForeignKey(Order, models.SET_NULL, null=True, blank=True, related_name="calls", db_index=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=4, null=True, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True, default="", db_default="")  # ISO 4217
    tags = models.ManyToManyField("calls.CallTag", through="calls.CallTagging", related_name="calls", blank=True)

    objects = CallQuerySet.as_manager()

    known_to: str = ""  # for who may not see the customer: who looks after them (see queries.veil_customers)
    played: int | None = None  # the recording that a list plays (see parts.mark_rows)
    played_as: str = ""  # how the page decodes it; empty: the browser plays it
    was_blocked: bool = False  # turned away before it rang anywhere (see screening.call_part)
    block: str = ""  # "may", "is" or "begins": whether a list blocks its number (see screening.call_part)
    colleague: str = ""  # of an internal call: who began it (see queries.name_colleagues)
    veiled_number: str = ""  # what is drawn over (see calls.veil)
    placed_by: str = ""  # of an outgoing call: who of us made it (see queries.name_placers)

    class Meta:
        verbose_name = _("call")
        constraints = [models.UniqueConstraint(fields=["pbx", "key"], name="one_call_per_pbx_key")]
        indexes = [
            models.Index(fields=["-started_at"]),
            models.Index(fields=["customer", "-started_at"]),
            models.Index(
                fields=["customer", "-started_at"], condition=models.Q(outcome="answered"), name="calls_last_contact"
            ),
            models.Index(fields=["pbx"], condition=models.Q(ended_at=None), name="calls_going_on"),
            models.Index(
                fields=["order", "started_at"], condition=models.Q(order__isnull=False), name="calls_about_order"
            ),
            models.Index(
                fields=["written_by", "started_at"], condition=models.Q(written_by__isnull=False), name="calls_by_hand"
            ),
            # For the filters of the log (log_conditions), in its order; written when a call is over, not when it rings.
            models.Index(fields=["direction", "outcome", "started_at"], condition=_ENDED, name="calls_by_outcome"),
            models.Index(fields=["line", "started_at"], condition=_ENDED, name="calls_of_line"),
            models.Index(fields=["queue", "started_at"], condition=~Q(queue=""), name="calls_of_queue"),
            models.Index(fields=["e164", "started_at"], condition=~Q(e164="") & _ENDED, name="calls_of_number"),
            models.Index(fields=["number", "started_at"], condition=Q(e164="") & _ENDED, name="calls_of_extension"),
            models.Index(
                fields=["answered_by", "started_at"], condition=Q(answered_by__isnull=False), name="calls_answered_by"
            ),
            models.Index(fields=["result", "started_at"], condition=~Q(result=""), name="calls_of_result"),
            models.Index(fields=["started_at"], condition=_NO_RESULT & _ENDED, name="calls_without_result"),
            models.Index(fields=["origin", "started_at"], condition=~Q(origin="live"), name="calls_of_origin"),
            models.Index(fields=["started_at"], condition=Q(is_recorded=True), name="calls_recorded"),
            models.Index(fields=["ring_seconds"], condition=_ENDED, name="calls_by_ring"),
            models.Index(fields=["talk_seconds"], condition=Q(talk_seconds__gt=0), name="calls_by_talk"),
            models.Index(fields=["hold_seconds"], condition=Q(hold_seconds__gt=0), name="calls_by_hold"),
            models.Index(fields=["cost"], condition=Q(cost__isnull=False), name="calls_by_cost"),
        ]

    @property
    def whole_number(self) -> str:
        """For decisions, never for a page: also where what is shown is veiled."""
        return self.veiled_number or self.e164 or self.number

    @property
    def typed_number(self) -> str:
        """What a form begins with; nothing where the number must not stand in the page."""
        return "" if self.is_veiled else self.e164 or self.number

    @property
    def way_to_call(self) -> str:
        """Where a click on its number leads."""
        return way_to_call(self.e164 or self.number, veiled_as=f"call-{self.pk}" if self.is_veiled else "")

    @property
    def ending(self) -> str:
        """How it ended, in the words that every window uses. Reads the segments only of a call not seen whole."""
        if self.outcome != self.Outcome.UNKNOWN:
            return self.get_outcome_display()
        has_rung = any(segment.role == "called" and segment.rang_at for segment in self.segments.all())
        return ending(self.outcome, has_rung=has_rung)

    @property
    def people(self) -> list[str]:
        """Who of the company took part: those who spoke, else those for whom it rang. Reads the segments' users."""
        ours = [segment for segment in self.segments.all() if segment.user is not None]
        spoke = [segment for segment in ours if segment.answered_at or segment.role == "caller"]
        return list(dict.fromkeys(segment.user.shown_name for segment in spoke or ours if segment.user))


def ending(outcome: str, *, has_rung: bool) -> str:
    """How a call ended. That it was missed is said for sure only when it was seen from beginning to end."""
    if outcome == Call.Outcome.UNKNOWN and has_rung:
        return gettext("Perhaps missed: its end was not seen")
    return str(Call.Outcome(outcome).label)


class Segment(models.Model):
    """One extension or party in a call."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        ELSEWHERE = "elsewhere", _("Answered elsewhere")
        MISSED = "missed", _("Missed")
        CANCELLED = "cancelled", _("Caller hung up")
        BUSY = "busy", _("Busy")
        FAILED = "failed", _("Failed")
        FORWARDED = "forwarded", _("Forwarded")
        UNKNOWN = "unknown", _("End not seen")

    call = models.ForeignKey(Call, models.CASCADE, related_name="segments", db_index=False)
    key = models.CharField(max_length=160)
    role = models.CharField(max_length=10)
    extension = models.CharField(_("extension"), max_length=32, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    number = models.CharField(_("number"), max_length=255, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    queue = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    rang_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    talk_seconds = models.FloatField(default=0)
    hold_seconds = models.FloatField(default=0)
    began_at = models.DateTimeField(null=True, blank=True)  # when its call did: the log of a person is read by it

    class Meta:
        verbose_name = _("segment")
        constraints = [models.UniqueConstraint(fields=["call", "key"], name="one_segment_per_call_key")]
        indexes = [
            models.Index(fields=["user", "began_at", "call"], condition=Q(user__isnull=False), name="calls_of_user")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.began_at = self.began_at or self.call.started_at
        super().save(*args, **kwargs)


class CallNote(models.Model):
    """What one person wrote about a call. `Call.note` holds all of them, for reading."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(_("note"))
    written_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("note on a call")
        constraints = [models.UniqueConstraint(fields=["call", "author"], name="one_note_per_call_and_author")]

    @property
    def signed(self) -> str:
        return f"{self.author.shown_name}: {self.text}" if self.author else self.text


class AddedNumber(models.Model):
    """The number that a person gave to a customer from the card of a call, so that it can be taken back there."""

    call = models.OneToOneField(Call, models.CASCADE, related_name="added_number")
    phone = models.ForeignKey(Phone, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("number added during a call")


class Notice(models.Model):
    """A call shown to a user: the pop-up, from its first ring to its end in the list of recent calls."""

    class State(models.TextChoices):
        RINGING = "ringing", _("Ringing")
        TALKING = "talking", _("Talking")
        ELSEWHERE = "elsewhere", _("Answered by a colleague")
        OVER = "over", _("Over")
        LOST = "lost", _("Line to the telephone system lost")

    call = models.ForeignKey(Call, models.CASCADE, related_name="notices", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RINGING)
    rang_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)  # first written to a browser of the user
    shown_at = models.DateTimeField(null=True, blank=True)  # a browser said that it is on the screen
    closed_at = models.DateTimeField(null=True, blank=True)  # the user closed it

    over_for: timedelta | None = None  # how long it does not ring or talk any more (see queries.open_notices)

    class Meta:
        verbose_name = _("notice")
        constraints = [models.UniqueConstraint(fields=["call", "user"], name="one_notice_per_call_and_user")]
        indexes = [models.Index(fields=["user", "-rang_at"])]


class CallResult(OwnListEntry):
    """What talks lead to, from the company's own list. Calls keep the words, so that an entry may change or go.

    `next_days`: in how many days one usually gets in touch again; None: not at all.
    """

    colour = models.CharField(_("colour"), max_length=20, default="blue")
    next_days = models.PositiveSmallIntegerField(_("next contact in days"), null=True, blank=True)

    class Meta(OwnListEntry.Meta):
        verbose_name = _("result of a call")


class CallTag(OwnListEntry):
    """What calls are about, from the company's own list; tags of customers say what those are."""

    colour = models.CharField(_("colour"), max_length=20, default="blue")

    class Meta(OwnListEntry.Meta):
        verbose_name = _("tag of calls")


class CallTagging(models.Model):
    """`began_at`: a copy of the call's beginning, by which the log is read."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="taggings", db_index=False)
    tag = models.ForeignKey(CallTag, models.CASCADE, related_name="taggings", db_index=False)
    began_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "tag"], name="one_tag_of_a_call")]
        indexes = [models.Index(fields=["tag", "began_at", "call"], name="calls_tagged")]


class CallSettings(models.Model):
    """What the administrator decided about calls; one row at most, none: as the defaults here."""

    needs_result = models.BooleanField(_("every talk needs a result"), default=False)
    needs_result_seconds = models.PositiveSmallIntegerField(_("talks shorter than these seconds need none"), default=10)
    may_write_by_hand = models.BooleanField(_("calls may be written down by hand"), default=True)

    class Meta:
        verbose_name = _("settings of calls")
