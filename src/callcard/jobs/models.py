"""Work that takes time, a row for each piece of it: what is not in a row can be lost."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Schedule(models.Model):
    """Work that comes again and again. Its slots are `next_at` plus a whole number of `every_seconds`."""

    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    every_seconds = models.PositiveIntegerField()
    next_at = models.DateTimeField(db_index=True)
    is_enabled = models.BooleanField(default=True)


class JobQuerySet(models.QuerySet["Job"]):
    def open(self) -> JobQuerySet:
        return self.filter(state__in=Job.OPEN)

    def of(self, user_id: int) -> JobQuerySet:
        """Those that this user began."""
        return self.filter(user_id=user_id)


class Job(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("At work")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    OPEN = (State.WAITING, State.RUNNING)

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    title = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001  several without a key are no duplicates
    schedule = models.ForeignKey(Schedule, models.CASCADE, null=True, related_name="jobs")
    due_at = models.DateTimeField(null=True)  # the slot of its schedule

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # From then on a worker may take it: when it is due or, while it runs, when its lease is over.
    free_at = models.DateTimeField()
    holder = models.CharField(max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)  # for those who look after the program

    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    message = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict)  # {"url": where to look, "words": what it is}
    problem = models.CharField(max_length=500, blank=True)  # what went wrong and what to do, for people
    is_unwanted = models.BooleanField(default=False)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = models.Manager.from_queryset(JobQuerySet)()

    class Meta:
        verbose_name = _("job")
        indexes = [
            models.Index(fields=["free_at"], condition=models.Q(state__in=["waiting", "running"]), name="jobs_free"),
            models.Index(fields=["user", "-id"], name="jobs_of_user"),
            models.Index(fields=["ended_at"], condition=models.Q(ended_at__isnull=False), name="jobs_ended"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "due_at"], name="jobs_one_for_each_slot"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def percent(self) -> int | None:
        """None when nobody knows how much there is to do."""
        return min(100, self.done * 100 // self.total) if self.total else None
