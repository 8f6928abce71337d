"""After a call: what came of it, and when to get in touch again, written down in one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from html import escape
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.calls.models import Call, CallResult
from callcard.calls.services import write_note
from callcard.customers.merge_queries import held_for_writing
from callcard.staff.models import User
from callcard.tasks.forms import DayField, time_field
from callcard.tasks.models import Task
from callcard.tasks.rules import moment_of
from callcard.tasks.services import add_task, cancel_task, change_task

_RESULT_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What somebody says about a call. `note` None: it stays as it is; `next_contact`: a day, a moment, or None for no
    further contact."""

    note: str | None
    result: str
    next_contact: date | datetime | None


@transaction.atomic
def close_call(
    *, call: Call, note: str | None, result: str, next_contact_at: date | datetime | None, by: User
) -> Task | None:
    """Write down what came of the call; the next contact becomes a task of `by`, with a reminder if it has a time.

    Said again, the same task is moved; without a next contact it is cancelled. Returns the open task, if there is one.
    """
    if call.customer is not None:
        held_for_writing(call.customer)  # before the call, as a merge holds them
    if note is not None:
        write_note(call=call, note=note, author=by)
    Call.objects.filter(pk=call.pk).update(result=result.replace("\x00", "").strip()[:_RESULT_LENGTH])
    task = next_contact_of(call, by)
    if next_contact_at is None:
        if task is not None:
            cancel_task(task=task, by=by)
        return None
    due = _due(next_contact_at)
    if task is not None:
        return change_task(task=task, changes=due, by=by)
    name = call.customer.name if call.customer else call.number
    return add_task(
        title=_("Call %(name)s") % {"name": name} if name else _("Call back"),
        assignee=by,
        customer=call.customer,
        about=Task.About.CALL,
        about_id=call.pk,
        by=by,
        **due,
    )


def next_contact_of(call: Call, user: User) -> Task | None:
    """The open task that this user made of the call."""
    about_call = Task.objects.open().filter(about=Task.About.CALL, about_id=call.pk, created_by=user)
    return about_call.order_by("-pk").first()


def read_closing(given: Mapping[str, str]) -> Closing:
    """What was sent by a form with `closing_fields` in it and a `note`. What is no day is no next contact."""
    on, at = _read(DayField(required=False), given.get("next_on", "")), None
    if isinstance(on, date):
        at = _read(time_field(required=False), given.get("next_at", ""))
    when = moment_of(on, at, timezone.get_current_timezone()) if isinstance(at, time) and on else on
    return Closing(note=given.get("note"), result=given.get("result", ""), next_contact=when)


def closing_door(call_id: int) -> str:
    """HTML of what opens the form in the page, for cards and lists of calls. It costs no query until it is opened."""
    saved, failed = escape(_("Saved")), escape(_("This did not work. Try again."))
    return (
        f'<call-closing data-url="/calls/{call_id}/closing" data-word-saved="{saved}" data-word-failed="{failed}">'
        f"<details><summary>{escape(_('Result and next contact'))}</summary></details></call-closing>"
    )


def closing_fields(*, result: str, task: Task | None) -> str:
    """HTML of the fields for the result and the next contact: what is chosen, and the open task, are shown in them."""
    on, at = _shown_due(task)
    words = {name: escape(text) for name, text in _words().items()}
    return (
        f"{_result_field(result, words)}"
        f'<label class="closing-next"><span>{words["next"]}</span>'
        f'<input class="form-control form-control-sm" type="date" name="next_on" value="{on}"'
        f' min="{timezone.localdate().isoformat()}"></label>'
        f'<input class="form-control form-control-sm" type="time" name="next_at" value="{at}"'
        f' aria-label="{words["time"]}">'
    )


def _result_field(chosen: str, words: Mapping[str, str]) -> str:
    options = _options(chosen)
    if not options:
        return ""
    return (
        f'<select class="form-select form-select-sm" name="result" aria-label="{words["result"]}">'
        f'<option value="">{words["result"]}</option>{options}</select>'
    )


def _words() -> dict[str, str]:
    return {"result": _("Result"), "next": _("Next contact"), "time": _("Time of the next contact")}


def _options(chosen: str) -> str:
    entries = [
        (entry.name, entry.next_days) for entry in CallResult.objects.filter(archived_at=None).order_by("position")
    ]
    if chosen and chosen not in {name for name, _days in entries}:
        entries.insert(0, (chosen, None))  # said when the list was another one
    return "".join(
        f'<option{" selected" if name == chosen else ""} value="{escape(name)}"'
        f"{'' if days is None else f' data-next-days={days}'}>{escape(name)}</option>"
        for name, days in entries
    )


def _shown_due(task: Task | None) -> tuple[str, str]:
    if task is None or task.due_at is None:
        return "", ""
    if task.due_on is not None:
        return task.due_on.isoformat(), ""
    local = timezone.localtime(task.due_at)
    return local.date().isoformat(), f"{local:%H:%M}"


def _due(when: date | datetime) -> dict[str, Any]:
    if isinstance(when, datetime):
        return {"due_at": when, "due_on": None, "remind_minutes": 0}
    return {"due_at": None, "due_on": when, "remind_minutes": None}


def _read(field: forms.Field, given: str) -> Any:
    try:
        return field.clean(given)
    except ValidationError:
        return None
