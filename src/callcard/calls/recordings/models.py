"""Recordings of calls, where they come from, who listened to them, and how long they are kept."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from callcard.calls.models import Call
from callcard.calls.recordings.formats import DECODED
from callcard.staff.sealed_fields import SealedText


class RecordingSource(models.Model):
    """Where the recordings of a telephone system are."""

    class Kind(models.TextChoices):
        FOLDER = "folder", _("A folder that this machine can read")
        WEB = "web", _("A web address for each recording")
        PROVIDER = "provider", _("Addresses that a provider tells, with a login")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.FOLDER)
    pbx = models.CharField(_("telephone system"), max_length=40, blank=True)  # empty: every one
    folder = models.CharField(_("folder"), max_length=500, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)
    username = models.CharField(_("user name"), max_length=120, blank=True)
    secret = SealedText(_("secret"), blank=True)
    expects_all = models.BooleanField(_("every talk is recorded"), default=False)
    is_enabled = models.BooleanField(_("switched on"), default=True)
    problem = models.CharField(max_length=40, blank=True)  # of the last look
    detail = models.CharField(max_length=200, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("source of recordings")

    def __str__(self) -> str:
        return self.folder or self.address


_IN_VAIN = Q(state__in=["missing", "refused"])
_TO_ERASE = Q(is_erased=False, state="removed")


def _new_token() -> str:
    return secrets.token_hex(16)


class Recording(models.Model):
    """One recording of a call, or the wait for one.

    Calls are referred to without a constraint: the log may drop and join calls freely, and a recording whose call is
    gone finds the one that took it up (see services.follow_calls). `due_at` is when it is looked for again; while
    somebody fetches it, until when it is theirs.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Is being fetched")
        HERE = "here", _("Here")
        MISSING = "missing", _("Not found")
        REFUSED = "refused", _("Not taken")
        REMOVED = "removed", _("Removed")

    class Origin(models.TextChoices):
        FOLDER = "folder", _("Folder")
        WEB = "web", _("Web address")
        PROVIDER = "provider", _("Provider")
        UPLOAD = "upload", _("Added by hand")

    call = models.ForeignKey(Call, models.DO_NOTHING, related_name="recordings", db_constraint=False)
    pbx = models.CharField(max_length=40)
    began_at = models.DateTimeField()  # the call
    origin = models.CharField(max_length=10, choices=Origin.choices)
    source = models.ForeignKey(RecordingSource, models.SET_NULL, null=True, blank=True, related_name="+")
    place = models.CharField(max_length=1000, blank=True)  # within the folder, or an address; no browser is sent it
    name = models.CharField(max_length=200, blank=True)  # of the file, as it came
    token = models.CharField(max_length=32, default=_new_token, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    size_bytes = models.BigIntegerField(default=0)
    seconds = models.FloatField(null=True, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    is_playable = models.BooleanField(default=True)  # by browsers
    sha256 = models.CharField(max_length=64, blank=True)
    peaks = models.BinaryField(default=bytes)
    taken_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    is_kept = models.BooleanField(_("kept for good"), default=False)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    is_erased = models.BooleanField(default=False)  # its file is gone for good

    class Meta:
        verbose_name = _("recording")
        constraints = [models.UniqueConstraint(fields=["call", "origin", "place"], name="recording_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="recordings_waiting"),
            models.Index(fields=["began_at"], condition=Q(state="here"), name="recordings_here"),
            models.Index(fields=["-began_at"], condition=_IN_VAIN, name="recordings_in_vain"),
            models.Index(fields=["removed_at"], condition=_TO_ERASE, name="recordings_to_erase"),
            models.Index(fields=["began_at"], name="recordings_by_call_time"),
        ]

    @property
    def decoded_as(self) -> str:
        """How the page makes sound of it; empty where the browser does so itself, or nobody can."""
        return "" if self.is_playable else DECODED.get(self.media_type, "")

    @property
    def path(self) -> str:
        """Of its file below `storing.folder()`; the same at every attempt, so that none leaves a second one."""
        return f"{self.began_at:%Y/%m}/{self.token}"


class ToldFile(models.Model):
    """What a PBX's own record calls the file of a call's recording, without its ending.

    Calls are referred to without a constraint, as in Recording.
    """

    call = models.ForeignKey(Call, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    name = models.CharField(max_length=200)
    told_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("name of a recording's file")
        constraints = [models.UniqueConstraint(fields=["call", "name"], name="told_file_once")]


class Listening(models.Model):
    """Somebody opened a recording: one row for each time, however many parts of it the browser then asked for."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="listenings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(db_index=True)
    address = models.CharField(max_length=45, blank=True)  # IP
    is_download = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("listening")


class RetentionRule(models.Model):
    """How long some recordings are kept. The most exact rule counts."""

    direction = models.CharField(_("direction"), max_length=10, choices=Call.Direction.choices, blank=True)
    line = models.CharField(_("line"), max_length=255, blank=True)  # as calls have it
    days = models.PositiveIntegerField(_("days"))  # 0: for good

    class Meta:
        verbose_name = _("rule for keeping recordings")
        constraints = [models.UniqueConstraint(fields=["direction", "line"], name="retention_once")]


class RecordingSettings(models.Model):
    """What the administrator decided; one row at most, none: as the defaults here."""

    class Hears(models.TextChoices):
        NOBODY = "nobody", _("Nobody")
        OWN = "own", _("Their own calls")
        TEAM = "team", _("Calls of the people whose records they see")
        SEEN = "seen", _("All calls that they see")

    hears = models.CharField(_("managers hear"), max_length=10, choices=Hears.choices, default=Hears.OWN)
    may_download = models.BooleanField(_("managers may download what they hear"), default=False)
    may_add = models.BooleanField(_("managers may add recordings to their calls"), default=True)
    days = models.PositiveIntegerField(_("days for which recordings are kept"), default=0)  # 0: for good
    largest_mb = models.PositiveIntegerField(_("largest recording, MB"), default=200)
    says_recorded = models.BooleanField(_("calls are recorded, and everybody is told"), default=False)

    class Meta:
        verbose_name = _("settings of recordings")


# Of these it was seen that nobody spoke. A call whose end was not seen may have been answered.
NEVER_ANSWERED = frozenset(
    {Call.Outcome.MISSED, Call.Outcome.CANCELLED, Call.Outcome.BUSY, Call.Outcome.FAILED, Call.Outcome.NOT_PLACED}
)
