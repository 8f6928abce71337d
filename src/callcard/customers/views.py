"""The windows of customers. The card window, which shows other rooms' records too, is in desk.customer_views."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from callcard.customers.models import Customer
from callcard.customers.portraits import LONGEST_BYTES, NotAPortrait
from callcard.customers.search import find_customers
from callcard.customers.services import remove_portrait, set_portrait
from callcard.customers.veil import veiled
from callcard.staff.requests import signed_in

_YEAR_SECONDS = 31_536_000


def own_customer(request: HttpRequest, pk: int) -> Customer:
    """A customer whom this user may see; any other does not exist for them."""
    seen = Customer.objects.visible_to(signed_in(request)).select_related("category", "responsible")
    return get_object_or_404(seen, pk=pk)


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """A few customers for what is typed, as list items."""
    user = signed_in(request)
    hits = find_customers(request.GET.get("q", ""), user=user, archived=False)
    rows = Customer.objects.prefetch_related("phones").in_bulk([hit.customer_id for hit in hits])
    veiled(rows.values(), user)
    return render(request, "customers/found.html", {"customers": [rows[hit.customer_id] for hit in hits]})


@require_POST
def upload_portrait(request: HttpRequest, pk: int) -> HttpResponse:
    customer = own_customer(request, pk)
    upload = request.FILES.get("portrait")
    try:
        if upload is not None:
            set_portrait(customer=customer, upload=upload.read(LONGEST_BYTES + 1), by=signed_in(request))
        elif "remove" in request.POST:
            remove_portrait(customer=customer, by=signed_in(request))
        else:
            messages.error(request, _("Choose a photo first."))
    except NotAPortrait as refused:
        messages.error(request, str(refused))
    return redirect("customer-card", pk=pk)


@require_GET
def portrait(request: HttpRequest, folder: str, name: str) -> HttpResponseBase:
    """A portrait of somebody whom this user may see. Its name is its content's hash, so browsers may keep it."""
    path = f"portraits/{folder}/{name}.webp"
    if not (folder + name).isalnum():
        raise BadRequest
    if not Customer.objects.visible_to(signed_in(request)).filter(portrait=path).exclude(portrait="").exists():
        raise Http404
    try:
        picture = (Path(settings.MEDIA_ROOT) / path).read_bytes()
    except OSError as error:
        raise Http404 from error
    response = HttpResponse(picture, content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={_YEAR_SECONDS}, immutable"
    return response
