"""The e-mail of a reminder."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.models import Customer
from callcard.jobs.kinds import Run
from callcard.tasks.models import Reminder, Task
from callcard.tasks.reminder_services import note_mailed, tell_reminder
from callcard.tasks.veil import veiled_tasks
from callcard.ui.writing import clock, long_day


def remind(run: Run) -> None:
    """The job of a reminder."""
    tell_reminder(reminder_id=run.arguments["reminder"])


def mail_reminder(run: Run) -> None:
    """The job of a reminder's e-mail. Killed between sending and noting that, it is sent once more, under the same
    Message-ID, by which mail programs know the second for the first."""
    waiting = Reminder.objects.select_related("task__assignee").filter(mailed_at=None)
    reminder = waiting.filter(pk=run.arguments["reminder"], task__done_at=None).first()
    if reminder is not None:
        reminder_mail(reminder).send()
        note_mailed(reminder=reminder)


def reminder_mail(reminder: Reminder) -> EmailMessage:
    task = veiled_tasks([reminder.task], reminder.task.assignee)[0]
    host = settings.EMAIL_FROM.rpartition("@")[2].strip("<> ") or "localhost"
    return EmailMessage(
        subject=_("Reminder: %(title)s") % {"title": " ".join(task.title.split())},
        body="\n".join(_lines(task)),
        from_email=settings.EMAIL_FROM,
        to=[task.assignee.email],
        headers={"Message-ID": f"<reminder-{reminder.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )


def _lines(task: Task) -> list[str]:
    lines = [task.title, _("Due: %(when)s") % {"when": _when(task)}]
    seen = Customer.objects.visible_to(task.assignee)
    customer = seen.filter(pk=task.customer_id).first() if task.customer_id is not None else None
    if customer is not None:
        lines.append(_("Customer: %(name)s") % {"name": customer.name})
    if task.about_words:
        lines.append(task.about_words)
    if task.note:
        lines += ["", task.note]
    if settings.PUBLIC_ADDRESS:
        lines += ["", f"{settings.PUBLIC_ADDRESS}/tasks/{task.pk}"]
    return lines


def _when(task: Task) -> str:
    """With its date: a mail may be read on another day."""
    if task.due_on or task.due_at is None:
        return long_day(task.due_on)
    return f"{long_day(timezone.localdate(task.due_at))}, {clock(task.due_at)}"
