"""After a call: what came of it, and when to get in touch again, written down in one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from html import escape
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.calls.models import Call, CallResult, CallTag
from callcard.calls.services import write_note
from callcard.calls.tagging import tag_call
from callcard.customers.merge_queries import held_for_writing
from callcard.kit.ids import ids_in
from callcard.sales.models import Order
from callcard.staff.models import User
from callcard.tasks.forms import DayField, time_field
from callcard.tasks.models import Task
from callcard.tasks.rules import moment_of
from callcard.tasks.services import add_task, cancel_task, change_task
from callcard.ui.writing import full_moment

_RESULT_LENGTH = 60
_ORDERS_OFFERED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What somebody says about a call. `next_contact`: a day, a moment, or None for no further contact; the note, the
    tags and the order stay as they are where they are None."""

    note: str | None
    result: str
    next_contact: date | datetime | None
    tags: frozenset[int] | None = None
    order_id: int | None = None  # 0: about none


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


def say_about(*, call: Call, said: Closing, by: User) -> None:
    """Which of the company's tags it has, and which order it was about; one that this user may not see is none."""
    if said.tags is not None:
        tag_call(call=call, tag_ids=said.tags)
    if said.order_id is None:
        return
    order = Order.objects.visible_to(by).filter(pk=said.order_id).first()
    if order is not None or said.order_id == 0:
        Call.objects.filter(pk=call.pk).update(order=order)


def next_contact_of(call: Call, user: User) -> Task | None:
    """The open task that this user made of the call."""
    about_call = Task.objects.open().filter(about=Task.About.CALL, about_id=call.pk, created_by=user)
    return about_call.order_by("-pk").first()


def call_in_words(call: Call) -> str:
    """What people call it, in a task about it."""
    return _("Call %(when)s") % {"when": full_moment(call.started_at)}


def read_closing(given: QueryDict) -> Closing:
    """What was sent by a form with `closing_fields` in it and a `note`. What is no day is no next contact."""
    on, at = _read(DayField(required=False), given.get("next_on", "")), None
    if isinstance(on, date):
        at = _read(time_field(required=False), given.get("next_at", ""))
    when = moment_of(on, at, timezone.get_current_timezone()) if isinstance(at, time) and on else on
    return Closing(
        note=given.get("note"),
        result=given.get("result", ""),
        next_contact=when,
        tags=frozenset(ids_in(given.getlist("tag"))) if "tags" in given else None,
        order_id=next(iter(ids_in([given.get("order") or "0"])), None) if "order" in given else None,
    )


def closing_problem(given: QueryDict, *, call: Call | None = None, task: Task | None = None) -> str:
    """Words for what was sent and cannot be; empty when nothing is wrong. What `call` and `task` have may stay."""
    said = read_closing(given)
    result, kept = said.result.replace("\x00", "").strip()[:_RESULT_LENGTH], call.result if call else ""
    if result and result != kept and result not in {name[:_RESULT_LENGTH] for name in _result_names()}:
        return _("“%(word)s” is not among the results.") % {"word": result}
    on, at = given.get("next_on", "").strip(), given.get("next_at", "").strip()
    if (on, at) == _shown_due(task):
        return ""
    return _unread_contact(on, at, said.next_contact, task) or _past_contact(said.next_contact)


def _unread_contact(on: str, at: str, moment: date | datetime | None, task: Task | None) -> str:
    """Words for a day or a time that would be lost. Whoever empties the day alone means no further contact: the time
    that the form showed beside it may stay."""
    if moment is None and on:
        return _("The next contact is not a day.")
    if moment is None:
        return _("Choose the day of the next contact too.") if at not in ("", _shown_due(task)[1]) else ""
    return _("The time of the next contact is none.") if at and not isinstance(moment, datetime) else ""


def _past_contact(moment: date | datetime | None) -> str:
    if moment is None:
        return ""
    is_past = moment < timezone.now() if isinstance(moment, datetime) else moment < timezone.localdate()
    return _("The next contact has passed already: choose a day to come.") if is_past else ""


def _result_names() -> Iterable[str]:
    return CallResult.objects.values_list("name", flat=True)


def closing_door(call_id: int, *, is_open: bool = False) -> str:
    """HTML of what opens the form in the page, for cards and lists of calls. It costs no query until it is opened."""
    saved, failed = escape(_("Saved")), escape(_("This did not work. Try again."))
    return (
        f'<call-closing data-url="/calls/{call_id}/closing" data-word-saved="{saved}" data-word-failed="{failed}">'
        f"<details{' open' if is_open else ''}><summary>{escape(_('Result and next contact'))}</summary></details>"
        "</call-closing>"
    )


def closing_fields(
    *, result: str, task: Task | None, needs_result: bool = False, typed: tuple[str, str] | None = None
) -> str:
    """HTML of the fields for the result and the next contact: what is chosen, and the open task, are shown in them.

    `typed`: day and time of a form that is shown again, instead of the task's.
    """
    on, at = (escape(each) for each in typed or _shown_due(task))
    today = timezone.localdate().isoformat()
    words = {name: escape(text) for name, text in _words().items()}
    return (
        f"{_result_field(result, words, needs_result)}"
        f'<label class="closing-next"><span>{words["next"]}</span>'
        f'<input class="form-control form-control-sm" type="date" name="next_on" value="{on}"'
        f' min="{min(on, today) if on and task else today}"></label>'
        f'<input class="form-control form-control-sm" type="time" name="next_at" value="{at}"'
        f' aria-label="{words["time"]}">'
    )


def subject_fields(call: Call, user: User) -> str:
    """HTML of the fields for what a call was about: the customer's order, and tags. Empty without either."""
    return _order_field(call, user) + _tag_fields(call)


def _order_field(call: Call, user: User) -> str:
    """Of the customer's orders the newest, and the one that is chosen."""
    seen = Order.objects.visible_to(user)
    offered = list(seen.filter(customer=call.customer_id).order_by("-ordered_at", "-pk")[:_ORDERS_OFFERED])
    if call.order_id is not None and call.order_id not in {order.pk for order in offered}:
        chosen = seen.filter(pk=call.order_id).first()
        offered = [] if chosen is None else [chosen, *offered]
    if not offered:
        return ""
    words = escape(_("About the order"))
    options = "".join(
        f'<option value="{order.pk}"{" selected" if order.pk == call.order_id else ""}>'
        f"{escape(order.number)}{escape(f' · {order.title}') if order.title else ''}</option>"
        for order in offered
    )
    return (
        f'<select class="form-select form-select-sm" name="order" aria-label="{words}">'
        f'<option value="">{words}</option>{options}</select>'
    )


def _tag_fields(call: Call) -> str:
    given = set(call.taggings.values_list("tag_id", flat=True))
    offered = CallTag.objects.filter(Q(archived_at=None) | Q(pk__in=given))
    boxes = "".join(
        f'<label class="badge-state tone-{escape(tag.colour)}"><input class="form-check-input" type="checkbox"'
        f' name="tag" value="{tag.pk}"{" checked" if tag.pk in given else ""}> {escape(tag.name)}</label>'
        for tag in offered
    )
    words = escape(_("Tags"))
    start = f'<input type="hidden" name="tags" value="1"><span class="closing-tags" role="group" aria-label="{words}">'
    return f"{start}{boxes}</span>" if boxes else ""


def _result_field(chosen: str, words: Mapping[str, str], needs_result: bool) -> str:
    options = _options(chosen)
    if not options:
        return ""
    return (
        f'<select class="form-select form-select-sm" name="result" aria-label="{words["result"]}"'
        f"{' required' if needs_result else ''}>"
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
