"""Imports: what was uploaded, how it is read, and how far it has come."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One file. Rows are written in their order, some at once; `rows_done` goes forward in the same transaction."""

    class Kind(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        VCARD = "vcard", "vCard"

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        UNREADABLE = "unreadable", _("Cannot be read")
        READY = "ready", _("Being prepared")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        APPLYING = "applying", _("Being written")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being taken back")
        UNDONE = "undone", _("Taken back")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    size_bytes = models.BigIntegerField()
    folder = models.CharField(max_length=200)  # below DATA_DIR; empty when its files are gone
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    created_at = models.DateTimeField(auto_now_add=True)

    reading = models.JSONField(default=dict)  # reading.Reading, as it was guessed or chosen
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=list)  # the field of each column; "" leaves a column out
    choices = models.JSONField(default=dict)  # plan.Choices
    rows_total = models.PositiveIntegerField(default=0)

    job_id = models.BigIntegerField(null=True)  # the newest jobs.Job; jobs are forgotten before imports
    counts = models.JSONField(default=dict)  # of the check: {"created": n, "updated": n, "skipped": n, "bad": n}
    rows_done = models.PositiveIntegerField(default=0)
    done_counts = models.JSONField(default=dict)  # of what is written
    problem = models.CharField(max_length=500, blank=True)
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undo_counts = models.JSONField(default=dict)  # {"removed": n, "put_back": n, "kept": n}
    # While rows are written or taken back. The database lets only one import be so.
    is_at_work = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("import")
        indexes = [models.Index(fields=["user", "-id"], name="customers_import_of_user")]
        constraints = [
            models.UniqueConstraint(fields=["is_at_work"], condition=Q(is_at_work=True), name="one_import_at_work"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def records_total(self) -> int:
        """How many rows tell of somebody: the head does not."""
        return self.rows_total - int(bool(self.reading.get("has_header")) and self.rows_total > 0)

    @property
    def batch(self) -> str:
        """What the steps of the history are kept under."""
        return f"import:{self.pk}"


class ImportRow(models.Model):
    """A row that was not taken, or something that could not be taken back, with the reason."""

    class Outcome(models.TextChoices):
        BAD = "bad", _("Not taken")
        SKIPPED = "skipped", _("Known already")
        KEPT = "kept", _("Not taken back")

    imported = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()  # in the file, the first row is 1; 0: no row
    outcome = models.CharField(max_length=7, choices=Outcome.choices)
    reason = models.CharField(max_length=500)
    cells = models.JSONField(default=list)
    customer_id = models.BigIntegerField(null=True)
    is_check = models.BooleanField(default=False)  # told by the check before anything is written

    class Meta:
        indexes = [models.Index(fields=["imported", "is_check", "number"], name="customers_import_rows")]


class RememberedMapping(models.Model):
    """How columns with these headers were mapped the last time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    headers_hash = models.CharField(max_length=64)
    mapping = models.JSONField()
    choices = models.JSONField(default=dict)
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "headers_hash"], name="one_mapping_of_headers")]
