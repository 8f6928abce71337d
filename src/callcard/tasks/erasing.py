"""Tasks about a person who is erased: that there was one stays, what it said goes."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcard.customers.erasing import Person, erases, forget_values, knows
from callcard.live.models import LiveEvent
from callcard.staff.models import Change
from callcard.tasks.models import Reminder, Task


def name_steps() -> None:
    fate = gettext_lazy("their texts go, open ones are cancelled")
    erases("tasks", gettext_lazy("Tasks"), fate, count=lambda person: _tasks(person).count(), erase=_erase)
    knows(Task, fate="its texts go")


def _tasks(person: Person) -> models.QuerySet[Task]:
    return Task.objects.filter(customer__in=person.ids)


def _erase(person: Person) -> None:
    erase_tasks(_tasks(person))


def erase_tasks(tasks: models.QuerySet[Task]) -> None:
    keys = list(tasks.values_list("pk", flat=True))
    found = Task.objects.filter(pk__in=keys)
    LiveEvent.objects.filter(kind="reminder", payload__task__in=keys).delete()
    Reminder.objects.filter(task__in=keys).delete()
    found.filter(done_at=None).update(is_cancelled=True)
    found.update(title=_("Erased"), note="", about_words="", done_at=Coalesce("done_at", Now()))
    forget_values(Change.objects.filter(about="task", object_id__in=keys))
