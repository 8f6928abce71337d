"""The form in which one says what came of a call: asked for when somebody opens it, so that no pop-up waits for it."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from callcard.calls.closing import close_call, closing_fields, next_contact_of, read_closing
from callcard.calls.models import Call
from callcard.customers.about import address_of_new_task
from callcard.staff.requests import signed_in
from callcard.tasks.models import Task
from callcard.ui.writing import full_moment


@never_cache
@require_http_methods(["GET", "POST"])
def closing(request: HttpRequest, pk: int) -> HttpResponse:
    user, call = signed_in(request), _own_call(request, pk)
    if request.method == "POST":
        said = read_closing(request.POST.dict())
        close_call(call=call, note=said.note, result=said.result, next_contact_at=said.next_contact, by=user)
        return HttpResponse(status=204)
    fields = closing_fields(result=call.result, task=next_contact_of(call, user))
    # Composed of escaped values, as everything on the pop-up is.
    return render(request, "calls/closing.html", {"call": call, "fields": mark_safe(fields)})


@require_GET
def call_task(request: HttpRequest, pk: int) -> HttpResponse:
    """To a new task about this call."""
    call = _own_call(request, pk)
    words = _("Call %(when)s") % {"when": full_moment(call.started_at)}
    return redirect(
        address_of_new_task(about=Task.About.CALL, about_id=call.pk, words=words, customer_id=call.customer_id)
    )


def _own_call(request: HttpRequest, pk: int) -> Call:
    """A call that this user may see or was shown; any other does not exist for them."""
    user = signed_in(request)
    seen = Q(pk__in=Call.objects.visible_to(user).filter(pk=pk).values("pk")) | Q(pk=pk, notices__user=user)
    call = Call.objects.filter(seen).select_related("customer").distinct().first()
    if call is None:
        raise Http404
    return call
