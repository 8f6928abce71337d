"""What somebody promised to do."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Customer
from callcard.staff.models import User
from callcard.staff.veiled import Veilable
from callcard.staff.visibility import TASKS, visible_to


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> TaskQuerySet:
        """One's own tasks, those one gave to others, and those of people and about customers whom one may see."""
        seen = visible_to(user, TASKS)
        if seen.everything:
            return self
        ids = sorted(seen.responsible_ids or ())
        about_seen = models.Q(customer__isnull=False) & seen.customers_filter("customer__")
        may_see = user.is_active and user.may("tasks.see")
        mine = models.Q(assignee_id=user.pk) | models.Q(created_by_id=user.pk) if may_see else models.Q(pk=None)
        return self.filter(mine | models.Q(assignee_id__in=ids) | about_seen)

    def with_customer_for(self, user: User) -> TaskQuerySet:
        """`customer` is None where the user may not see them: one's own task may be about somebody foreign."""
        return self.prefetch_related(models.Prefetch("customer", Customer.objects.visible_to(user)))

    def open(self) -> TaskQuerySet:
        return self.filter(done_at=None)


class Task(Veilable):
    class Priority(models.IntegerChoices):
        LOW = 1, _("Low")
        NORMAL = 2, _("Normal")
        HIGH = 3, _("High")

    class About(models.TextChoices):
        ORDER = "order", _("Order")
        CALL = "call", _("Call")

    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, related_name="tasks")
    # An order or a call, kept by number: both lie in rooms that this one does not know.
    about = models.CharField(max_length=10, choices=About.choices, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    about_words = models.CharField(max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tasks", verbose_name=_("assignee")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    # Set when it is due on a day without a time; `due_at` is then the end of that day.
    due_on = models.DateField(_("due on"), null=True, blank=True)
    repeat = models.CharField(_("repeat"), max_length=120, blank=True)  # an RRULE: tasks.rules.Repeat
    previous = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="following")
    remind_minutes = models.PositiveIntegerField(null=True, blank=True)  # before it is due; None: no reminder
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    # When it was done or cancelled, and by whom: None while it is open.
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    is_cancelled = models.BooleanField(_("cancelled"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = models.Manager.from_queryset(TaskQuerySet)()

    class Meta:
        verbose_name = _("task")
        indexes = [
            models.Index(
                fields=["customer", "due_at"], condition=models.Q(done_at=None), name="tasks_open_by_customer"
            ),
            models.Index(
                fields=["assignee", "due_at"], condition=models.Q(done_at=None), name="tasks_open_by_assignee"
            ),
            models.Index(fields=["due_at"], condition=models.Q(done_at=None), name="tasks_open_by_due"),
            models.Index(fields=["assignee", "-done_at"], name="tasks_done_by_assignee"),
            models.Index(fields=["customer", "-created_at"], name="tasks_of_customer"),
            models.Index(fields=["about", "about_id"], condition=models.Q(about_id__isnull=False), name="tasks_about"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.done_at is None

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < now


class Reminder(models.Model):
    """One reminder of a task, at one moment. The job that delivers it comes again after a kill; this row knows what
    of it was done."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="reminders")
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)  # it is in the page from then on
    seen_at = models.DateTimeField(null=True, blank=True)  # put away, done or snoozed by a person
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reminder")
        constraints = [models.UniqueConstraint(fields=["task", "at"], name="tasks_one_reminder_at_a_time")]
        indexes = [
            models.Index(
                fields=["task"], condition=models.Q(told_at__isnull=False, seen_at=None), name="tasks_reminder_shown"
            )
        ]


class TaskChoices(models.Model):
    """What a user chose about tasks."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", primary_key=True)
    mails_reminders = models.BooleanField(_("reminders by e-mail too"), default=True)
    # Whoever knows it reads the calendar; empty: there is no feed.
    feed_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  several without one
