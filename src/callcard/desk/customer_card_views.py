"""The customer's card as a window, and what one does on it. Whatever is done answers with the card's parts anew."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.customers.merge_queries import merged_into
from callcard.customers.models import Customer, CustomerNote
from callcard.customers.note_services import change_note, remove_note, write_note
from callcard.customers.record import ChangedMeanwhile
from callcard.customers.undo import CannotUndo, undo_change
from callcard.customers.views import own_customer
from callcard.desk import customer_edits as edits
from callcard.desk.customer_card import (
    PARTS,
    card_context,
    newest_happening,
    others_here,
    read_customer,
    timeline_context,
)
from callcard.kit.ids import is_id
from callcard.live.services import Tell, tell
from callcard.live.watching import stop_watching, watch, watchers
from callcard.staff.history import topic_of
from callcard.staff.models import Change, User
from callcard.staff.requests import signed_in
from callcard.staff.visibility import visible_to
from callcard.tasks.entry import read_entry
from callcard.tasks.models import Task
from callcard.tasks.rules import moment_of
from callcard.tasks.services import add_task, cancel_task, complete_task, reopen_task, restore_task
from callcard.tasks.wording import words_for_days
from callcard.ui.writing import moment

_NOTE_LENGTH, _TASK_LENGTH = 5000, 300


@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    user, customer = signed_in(request), card_customer(request, pk)
    leads_to = merged_into(customer) if customer.archived_at else None
    if leads_to and visible_to(user).allows(leads_to.responsible_id):
        return redirect("customer-card", pk=leads_to.pk)
    context = {**card_context(customer, user), **timeline_context(customer, user), "step": newest_happening(customer)}
    return render(request, "desk/customer.html", context)


def card_customer(request: HttpRequest, pk: int) -> Customer:
    """With what the card shows of related records; 404 for whom the user may not see."""
    customer = read_customer(pk, signed_in(request))
    if customer is None:
        raise Http404
    return customer


@require_GET
def parts(request: HttpRequest, pk: int) -> JsonResponse:
    """The parts as they are now: {"parts": {name: html}, "timeline": html of its first page, "others": [names]}."""
    return JsonResponse(_drawn(request, card_customer(request, pk), request.GET.get("kind", "")))


def _drawn(request: HttpRequest, customer: Customer, kind: str = "") -> dict[str, Any]:
    user = signed_in(request)
    context = card_context(customer, user)
    html = {name: render_to_string(f"desk/customer/{name}.html", context, request) for name in PARTS}
    entries = timeline_context(customer, user, kind=kind)
    return {
        "parts": html,
        "timeline": render_to_string("desk/customer/entries.html", entries, request),
        "title": customer.name,
        "step": newest_happening(customer),
    }


@require_GET
def entries(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of the timeline: `kind` narrows it, `after` is where the page before ended."""
    asked = {"kind": request.GET.get("kind", ""), "after": request.GET.get("after", "")[:400]}
    context = timeline_context(own_customer(request, pk), signed_in(request), **asked)
    return render(request, "desk/customer/entries.html", context)


# -- one value --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def field(request: HttpRequest, pk: int) -> JsonResponse:
    """GET: what can be chosen for `field`. POST: `field` gets the value(s) `new`, unless it holds no longer `old`.

    409: somebody else changed it meanwhile; nothing was written, and the answer has both values.
    """
    customer, user = own_customer(request, pk), signed_in(request)
    given = request.POST if request.method == "POST" else request.GET
    key, kind = given.get("field", "")[:100], given.get("kind", "")
    try:
        if request.method == "GET":
            return JsonResponse({"options": edits.options(customer, key, user)})
        before = edits.newest_step(customer)
        edits.write_value(customer=customer, key=key, old=request.POST.get("old", ""), data=request.POST, user=user)
    except edits.GoneMeanwhile:
        return _refused(_("Somebody removed this meanwhile. Copy what you typed if you still need it."))
    except ValidationError as wrong:
        return _refused(" ".join(wrong.messages))
    except ChangedMeanwhile as changed:
        return _conflict(customer, key, changed, user)
    return _done(request, customer, before, _("Saved."), kind)


def _conflict(customer: Customer, key: str, changed: ChangedMeanwhile, user: User) -> JsonResponse:
    """What it holds now, in the words of the card, and who wrote it when."""
    customer.refresh_from_db()
    who = changed.by.shown_name if changed.by else _("Somebody")
    words = _("%(who)s changed this at %(when)s.") if changed.at else _("%(who)s changed this meanwhile.")
    said = words % {"who": who, "when": moment(changed.at)}
    return JsonResponse(
        {"held": changed.current, "who": who, "words": said, "shown": _now(customer, key, user)}, status=409
    )


def _now(customer: Customer, key: str, user: User) -> str:
    context = card_context(customer, user)
    rows = [row for name in ("phones", "contacts", "persons", "addresses") for row in context[name]]
    values = [*context["value"].values(), *context["own"], *(value for row in rows for value in row.values.values())]
    return next((value.shown for value in values if value.key == key), "")


def _refused(words: str) -> JsonResponse:
    return JsonResponse({"error": words}, status=422)


def _done(request: HttpRequest, customer: Customer, before: int, words: str, kind: str = "") -> JsonResponse:
    """The parts anew, and the step that can be taken back. Gone for this user now: where to go instead."""
    user = signed_in(request)
    fresh = Customer.objects.visible_to(user).filter(pk=customer.pk).first()
    if fresh is None:
        return JsonResponse({"words": words, "gone": True})
    steps = edits.steps_since(fresh, user, after=before)
    answer = {"words": words if steps else "", "undo": steps}
    return JsonResponse({**answer, **_drawn(request, card_customer(request, customer.pk), kind)})


# -- rows -------------------------------------------------------------------------------------------------------------


@require_POST
def row_add(request: HttpRequest, pk: int) -> JsonResponse:
    customer, user = own_customer(request, pk), signed_in(request)
    before = edits.newest_step(customer)
    try:
        with transaction.atomic():
            edits.add_row(customer=customer, about=request.POST.get("about", ""), data=request.POST, user=user)
    except ValidationError as wrong:
        return _refused(" ".join(wrong.messages))
    return _done(request, customer, before, _("Added."))


@require_POST
def row_remove(request: HttpRequest, pk: int) -> JsonResponse:
    customer, user = own_customer(request, pk), signed_in(request)
    before = edits.newest_step(customer)
    try:
        edits.remove_row(customer=customer, key=request.POST.get("row", "")[:100], user=user)
    except edits.GoneMeanwhile:
        return _done(request, customer, before, "")
    except ValidationError as wrong:
        return _refused(" ".join(wrong.messages))
    return _done(request, customer, before, _("Removed."))


@require_POST
def undo(request: HttpRequest, pk: int) -> JsonResponse:
    """Take back the steps of the history that `change` names: all of them or none."""
    customer, user = own_customer(request, pk), signed_in(request)
    changes = edits.steps_to_undo(customer, request.POST.get("change", ""))
    before = edits.newest_step(customer)
    try:
        with transaction.atomic():
            for change in changes:
                _undo_of_task(change, user) if change.about == "task" else undo_change(change=change, by=user)
    except ChangedMeanwhile as changed:
        who = changed.by.shown_name if changed.by else _("Somebody")
        return _refused(_("Not taken back: %(who)s has changed it again since.") % {"who": who})
    except (CannotUndo, ValidationError):
        return _refused(_("This cannot be taken back any more."))
    return _done(request, customer, before, _("Taken back."))


def _undo_of_task(change: Change, user: User) -> None:
    task = get_object_or_404(Task.objects.visible_to(user), pk=change.object_id)
    if change.action == Change.Action.CREATED:
        cancel_task(task=task, by=user)
    elif "done_at" in change.after:
        reopen_task(task=task, by=user)
    else:
        restore_task(change=change, by=user)


# -- notes and tasks --------------------------------------------------------------------------------------------------


@require_POST
def quick_note(request: HttpRequest, pk: int) -> JsonResponse:
    """A new note; with `note-id` that note says this now, and nothing means that it goes."""
    customer, user = own_customer(request, pk), signed_in(request)
    if not user.may("notes.change"):
        return _refused(_("Your role does not let you change this."))
    text = request.POST.get("note", "").replace("\x00", "").strip()
    if len(text) > _NOTE_LENGTH:
        return _refused(_("At most %(limit)d characters.") % {"limit": _NOTE_LENGTH})
    before = edits.newest_step(customer)
    given = request.POST.get("note-id", "")
    if given:
        return _change_note(request, customer, given, text, before)
    if not text:
        return _refused(_("Type something first."))
    write_note(customer=customer, text=text, by=user)
    return _done(request, customer, before, _("Noted down."), request.POST.get("kind", ""))


def _change_note(request: HttpRequest, customer: Customer, given: str, text: str, before: int) -> JsonResponse:
    user = signed_in(request)
    number = int(given) if is_id(given) else 0
    notes = CustomerNote.objects.filter(customer=customer, removed_at=None)
    if not user.may("customers.others_notes"):
        notes = notes.filter(author=user)
    note = get_object_or_404(notes, pk=number)
    if text:
        change_note(note=note, text=text, by=user)
    else:
        remove_note(note=note, by=user)
    return _done(request, customer, before, _("Saved.") if text else _("Removed."), request.POST.get("kind", ""))


@require_POST
def new_task(request: HttpRequest, pk: int) -> JsonResponse:
    """In one line, such as "send the offer friday 15:00 !"; one's own."""
    customer, user = own_customer(request, pk), signed_in(request)
    line = request.POST.get("entry", "").replace("\x00", "")[:_TASK_LENGTH]
    entry = read_entry(line, now=timezone.localtime(), words=words_for_days())
    if not entry.title:
        return _refused(_("A task needs a few words."))
    on, before = entry.on, edits.newest_step(customer)
    due: dict[str, Any] = {"due_on": on}
    if on and entry.at:
        due = {"due_at": moment_of(on, entry.at, timezone.get_current_timezone())}
    priority = Task.Priority.HIGH if entry.is_urgent else Task.Priority.NORMAL
    remind = 0 if entry.at else None
    add_task(
        title=entry.title, assignee=user, by=user, customer=customer, priority=priority, remind_minutes=remind, **due
    )
    return _done(request, customer, before, _("The task is noted."), request.POST.get("kind", ""))


@require_POST
def task_done(request: HttpRequest, pk: int, task_id: int) -> JsonResponse:
    customer, user = own_customer(request, pk), signed_in(request)
    before = edits.newest_step(customer)
    task = get_object_or_404(Task.objects.visible_to(user), pk=task_id, customer=customer)
    complete_task(task=task, by=user)
    return _done(request, customer, before, _("Done."))


# -- who else is here -------------------------------------------------------------------------------------------------


@require_POST
def presence(request: HttpRequest, pk: int) -> JsonResponse:
    """The page says now and then that it shows this card (`here`), and that it does not any more (without)."""
    customer, user = own_customer(request, pk), signed_in(request)
    topic = topic_of(pk)
    if "here" in request.POST:
        is_news = watch(user_id=user.pk, topic=topic)
    else:
        is_news = stop_watching(user_id=user.pk, topic=topic)
    if is_news:
        others = [Tell(user_id=each, kind="card-watchers", payload={"customer": pk}) for each in watchers(topic)]
        tell([each for each in others if each.user_id != user.pk])
    names = others_here(customer, user)
    words = ngettext("%(names)s has this card open too.", "%(names)s have this card open too.", len(names))
    step = newest_happening(customer)
    return JsonResponse({"words": words % {"names": ", ".join(names)} if names else "", "step": step})
