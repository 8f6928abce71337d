"""The form in which one says what came of a call: asked for when somebody opens it, so that no pop-up waits for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from callcard.calls.closing import (
    call_in_words,
    close_call,
    closing_fields,
    closing_problem,
    next_contact_of,
    read_closing,
    say_about,
    subject_fields,
)
from callcard.calls.queries import veil_customers
from callcard.calls.seen import call_seen_by
from callcard.calls.unfinished import needs_result
from callcard.customers.about import address_of_new_task
from callcard.staff.requests import signed_in
from callcard.tasks.models import Task


@never_cache
@require_http_methods(["GET", "POST"])
def closing(request: HttpRequest, pk: int) -> HttpResponse:
    """With ?note the form has a field for the user's own note: where it is not beside one."""
    user = signed_in(request)
    call = call_seen_by(user, pk)
    is_needed = needs_result(call, user)
    if request.method == "POST":
        said = read_closing(request.POST)
        if is_needed and not said.result.strip():
            return HttpResponse(_("Say what came of the call."), status=422, content_type="text/plain")
        problem = closing_problem(request.POST, call=call, task=next_contact_of(call, user))
        if problem:
            return HttpResponse(problem, status=422, content_type="text/plain")
        close_call(call=call, note=said.note, result=said.result, next_contact_at=said.next_contact, by=user)
        say_about(call=call, said=said, by=user)
        return HttpResponse(status=204)
    veil_customers([call], user)
    fields = closing_fields(result=call.result, task=next_contact_of(call, user), needs_result=is_needed)
    fields += subject_fields(call, user)
    if "ask" in request.GET and not is_needed:
        return HttpResponse(status=204)
    note = call.notes.filter(author=user).first() if "note" in request.GET else None
    # Composed of escaped values, as everything on the pop-up is.
    template = "calls/ask.html" if "ask" in request.GET else "calls/closing.html"
    return render(request, template, {"call": call, "fields": mark_safe(fields), "note": note})


@require_GET
def call_task(request: HttpRequest, pk: int) -> HttpResponse:
    """To a new task about this call."""
    call = call_seen_by(signed_in(request), pk)
    words, who = call_in_words(call), call.customer_id
    return redirect(address_of_new_task(about=Task.About.CALL, about_id=call.pk, words=words, customer_id=who))
