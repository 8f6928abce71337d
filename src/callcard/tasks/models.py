"""What somebody promised to do."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.customers.models import Customer
from callcard.staff.models import User
from callcard.staff.visibility import visible_to


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> TaskQuerySet:
        """One's own tasks, and those about customers whom one may see."""
        seen = visible_to(user)
        if seen.everything:
            return self
        about_seen = models.Q(customer__isnull=False) & seen.customers_filter("customer__")
        return self.filter(models.Q(assignee_id=user.pk) | about_seen)

    def open(self) -> TaskQuerySet:
        return self.filter(done_at=None)


class Task(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, related_name="tasks")
    title = models.CharField(_("title"), max_length=200)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tasks")
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

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
        ]
