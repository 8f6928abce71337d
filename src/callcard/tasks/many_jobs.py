"""A task for each of very many customers, as a job; and its undo as another."""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callcard.customers.selection import Selection
from callcard.jobs.kinds import JobFailed, Result, Run
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.staff.models import User
from callcard.tasks.forms import ManyTasksForm
from callcard.tasks.many import add_tasks, undo_tasks

ADD_TASKS, UNDO_TASKS = "add-tasks", "undo-tasks"
_AT_ONCE = 500


def begin_tasks(*, question: str, sent: QueryDict, by: User) -> Job:
    """`sent`: what was filled in, a ManyTasksForm that is valid."""
    arguments = {"question": question, "sent": sent.urlencode()}
    return enqueue(kind=ADD_TASKS, arguments=arguments, user_id=by.pk, title=_("Tasks for many customers"))


def begin_undo(*, batch: str, by: User) -> Job:
    return enqueue(kind=UNDO_TASKS, arguments={"batch": batch}, user_id=by.pk, title=_("Undo of tasks"))


def add_found(run: Run) -> Result:
    """Begun again after a kill, it passes over those who have their task: it is of the batch of this job."""
    user, batch = _who(run), f"tasks:job{run.job_id}"
    form = ManyTasksForm(QueryDict(run.arguments["sent"]), user=user)
    if not form.is_valid():
        raise JobFailed(_("What was chosen is not there any more. Choose anew."))
    address = f"{reverse('tasks-made')}?batch={batch}"
    run.leave({"url": address, "link_words": _("Look and undo")})
    selection, done = Selection(question=run.arguments["question"]), 0
    total = selection.customers(user).order_by().count()
    for ids in selection.ids_in_chunks(user, _AT_ONCE):
        add_tasks(
            customer_ids=ids,
            values=form.values(),
            to_responsible=form.cleaned_data["to_responsible"],
            by=user,
            batch=batch,
            done_before=lambda some, before=done: run.progress(before + some, total),  # type: ignore[misc]
        )
        done += len(ids)
    return {"words": made_in_words(done), "url": address, "link_words": _("Look and undo")}


def undo_made(run: Run) -> Result:
    """What is taken back has lost its batch, so a second beginning goes on with the rest."""
    return {"words": undone_in_words(undo_tasks(batch=run.arguments["batch"], by=_who(run), done_before=run.progress))}


def made_in_words(number: int) -> str:
    return ngettext("%(number)d task was written down.", "%(number)d tasks were written down.", number) % {
        "number": number
    }


def undone_in_words(number: int) -> str:
    return ngettext("%(number)d task is gone again.", "%(number)d tasks are gone again.", number) % {"number": number}


def _who(run: Run) -> User:
    assert run.user_id is not None
    return User.objects.get(pk=run.user_id)
