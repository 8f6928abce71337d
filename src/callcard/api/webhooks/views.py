"""Where those in charge say where events go, and see what became of each message."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.api.webhooks import queries, services
from callcard.api.webhooks.forms import EndpointForm
from callcard.api.webhooks.models import Delivery, Endpoint
from callcard.staff.requests import signed_in


@require_GET
def webhooks(request: HttpRequest) -> HttpResponse:
    return render(request, "api/webhooks.html", {"endpoints": queries.endpoints()})


@never_cache
@require_http_methods(["GET", "POST"])
def webhook_new(request: HttpRequest) -> HttpResponse:
    """The secret is in the answer to the form, and never again."""
    form = EndpointForm(request.POST or None)
    if form.is_valid():
        endpoint = services.make_endpoint(by=signed_in(request), **form.cleaned_data)
        return _window(request, endpoint, EndpointForm(endpoint=endpoint), secret=endpoint.secret)
    return render(request, "api/webhook.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(pk)
    form = EndpointForm(request.POST or None, endpoint=endpoint)
    if form.is_valid():
        services.change_endpoint(endpoint=endpoint, by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("webhook", pk=pk)
    return _window(request, endpoint, form)


@never_cache
@require_POST
def webhook_secret(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(pk)
    services.renew_secret(endpoint=endpoint, by=signed_in(request))
    return _window(request, endpoint, EndpointForm(endpoint=endpoint), secret=endpoint.secret)


@require_POST
def webhook_switch(request: HttpRequest, pk: int) -> HttpResponse:
    on = request.POST.get("on") == "1"
    services.switch_endpoint(endpoint=_endpoint(pk), on=on, by=signed_in(request))
    messages.success(request, _("It is told of what happens from now on.") if on else _("It is told of nothing more."))
    return redirect("webhook", pk=pk)


@require_POST
def webhook_test(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(pk)
    if endpoint.is_on:
        services.send_test(endpoint=endpoint)
        messages.success(request, _("A test event is on its way. What became of it is here in a moment."))
    else:
        messages.error(request, _("Switch it on first: while it is off, nothing is sent there."))
    return redirect("webhook-deliveries", pk=pk)


@require_POST
def webhook_remove(request: HttpRequest, pk: int) -> HttpResponse:
    services.remove_endpoint(endpoint=_endpoint(pk), by=signed_in(request))
    messages.success(request, _("Removed."))
    return redirect("webhooks")


@require_GET
def webhook_deliveries(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint, state = _endpoint(pk), request.GET.get("state", "")
    rows, next_after = queries.page_of(endpoint, state=state, after=request.GET.get("after", ""))
    dead = endpoint.deliveries.filter(state=Delivery.State.DEAD).count()
    context = {"endpoint": endpoint, "rows": rows, "next_after": next_after, "state": state, "dead": dead}
    return render(request, "api/webhook_deliveries.html", {**context, "states": Delivery.State.choices})


@require_POST
def webhook_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """One (`delivery`), or else all that were not delivered."""
    endpoint, one = _endpoint(pk), request.POST.get("delivery", "")
    rows = endpoint.deliveries.filter(state=Delivery.State.DEAD)
    if one:
        rows = endpoint.deliveries.filter(pk=int(one) if one.isascii() and one.isdigit() and len(one) < 19 else 0)
    done = services.resend(deliveries=rows)
    words = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", done)
    messages.success(request, words % {"count": done})
    return redirect("webhook-deliveries", pk=pk)


def _endpoint(pk: int) -> Endpoint:
    return get_object_or_404(Endpoint.objects.select_related("owner"), pk=pk)


def _window(request: HttpRequest, endpoint: Endpoint, form: EndpointForm, *, secret: str = "") -> HttpResponse:
    context = {"form": form, "endpoint": endpoint, "secret": secret}
    return render(request, "api/webhook.html", context, status=422 if form.errors else 200)
