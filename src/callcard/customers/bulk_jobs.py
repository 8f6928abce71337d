"""One change to all that a filter finds, however many, as a job; and its undo as another."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callcard.customers.bulk import change_many, changed_by, undo_many
from callcard.customers.selection import Selection
from callcard.jobs.kinds import JobFailed, Result, Run
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.staff.models import User

CHANGE_MANY, UNDO_MANY = "change-customers", "undo-customers"
_AT_ONCE = 500


def begin_change(*, question: str, action: str, value: str, by: User) -> Job:
    """Have it done to all whom the list's question finds. Raises ValidationError when the action is none."""
    change_many(customer_ids=[], action=action, value=value, by=by)
    arguments = {"question": question, "action": action, "value": value}
    return enqueue(kind=CHANGE_MANY, arguments=arguments, user_id=by.pk, title=_("Change of many customers"))


def begin_undo(*, batch: str, by: User) -> Job:
    return enqueue(kind=UNDO_MANY, arguments={"batch": batch}, user_id=by.pk, title=_("Undo of a change"))


def change_found(run: Run) -> Result:
    """Begun again after a kill, it passes over those who are changed already: they have the batch of this job."""
    user, batch = _who(run), f"bulk:job{run.job_id}"
    selection = Selection(question=run.arguments["question"])
    address = f"/customers/change/done?batch={batch}"
    run.leave({"url": address, "link_words": _("Look and undo")})
    total, done = selection.customers(user).order_by().count(), 0
    for ids in selection.ids_in_chunks(user, _AT_ONCE):
        try:
            change_many(
                customer_ids=ids,
                action=run.arguments["action"],
                value=run.arguments["value"],
                by=user,
                batch=batch,
                tell=lambda some, before=done: run.progress(before + some, total),  # type: ignore[misc]
            )
        except ValidationError as error:
            raise JobFailed(_("What was chosen is not there any more. Choose anew.")) from error
        done += len(ids)
    number = changed_by(batch=batch, by=user)
    words = ngettext("%(number)d customer was changed.", "%(number)d customers were changed.", number)
    return {"words": words % {"number": number}, "url": address, "link_words": _("Look and undo")}


def undo_found(run: Run) -> Result:
    """What is taken back has lost its batch, so a second beginning goes on with the rest."""
    number = undo_many(batch=run.arguments["batch"], by=_who(run), tell=run.progress)
    words = ngettext("%(number)d customer is as before.", "%(number)d customers are as before.", number)
    return {"words": words % {"number": number}}


def _who(run: Run) -> User:
    assert run.user_id is not None
    return User.objects.get(pk=run.user_id)
