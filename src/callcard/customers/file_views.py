"""The files of a customer: seen, added, fetched and taken away."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.customers.file_services import add_file, remove_file, restore_file
from callcard.customers.files import FileTooLarge, chunks_of, is_there, largest_file_mb, sent_apart
from callcard.customers.models import Customer, CustomerFile
from callcard.customers.views import own_customer
from callcard.staff.requests import signed_in

MOST_AT_ONCE = 50
# Whatever somebody uploaded, it is no part of our page and runs nothing.
_POLICY = "default-src 'none'; sandbox"


@require_http_methods(["GET", "POST"])
def customer_files(request: HttpRequest, pk: int) -> HttpResponse:
    """The files of a customer as a window; what is sent (`files`) is added."""
    customer = own_customer(request, pk)
    if request.method == "POST":
        add_uploads(request, customer, request.FILES.getlist("files")[:MOST_AT_ONCE])
        return redirect("customer-files", pk=pk)
    files = customer.files.filter(removed_at=None).select_related("uploaded_by").order_by("-uploaded_at")
    gone = customer.files.exclude(removed_at=None).order_by("-removed_at")[:20]
    context = {"customer": customer, "files": files, "gone": gone, "largest_mb": largest_file_mb()}
    return render(request, "customers/files.html", context)


def add_uploads(request: HttpRequest, customer: Customer, uploads: list[Any]) -> list[CustomerFile]:
    """Each by itself, so that one that is too large does not keep the others out. The user is told of each."""
    added = []
    for upload in uploads:
        try:
            file = add_file(customer=customer, name=upload.name or "", chunks=upload.chunks(), by=signed_in(request))
            added.append(file)
        except FileTooLarge:
            words = _("“%(name)s” is too large: at most %(limit)d MB.")
            messages.error(request, words % {"name": upload.name, "limit": largest_file_mb()})
    if added:
        words = ngettext("%(n)d file is added.", "%(n)d files are added.", len(added))
        messages.success(request, words % {"n": len(added)})
    elif not uploads:
        messages.error(request, _("Choose a file first."))
    return added


def _to_where_it_stood(request: HttpRequest, pk: int) -> HttpResponse:
    """`back`: the window of ours that showed the file; without it that of the customer's files."""
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else reverse("customer-files", args=[pk]))


@require_GET
def customer_file(request: HttpRequest, pk: int, file_id: int) -> HttpResponseBase:
    """The file itself, to be kept and not opened here."""
    file = get_object_or_404(CustomerFile, pk=file_id, customer=own_customer(request, pk), removed_at=None)
    if not is_there(file.path):
        raise Http404
    chunks = chunks_of(file.path)
    content = sent_apart(chunks) if isinstance(request, ASGIRequest) else chunks
    response = StreamingHttpResponse(content, content_type=file.media_type)
    response["Content-Length"] = str(file.size_bytes)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    response["Content-Security-Policy"] = _POLICY
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def customer_file_remove(request: HttpRequest, pk: int, file_id: int) -> HttpResponse:
    file = get_object_or_404(CustomerFile, pk=file_id, customer=own_customer(request, pk), removed_at=None)
    remove_file(file=file, by=signed_in(request))
    messages.success(request, _("“%(name)s” is removed. You can bring it back below.") % {"name": file.name})
    return _to_where_it_stood(request, pk)


@require_POST
def customer_file_restore(request: HttpRequest, pk: int, file_id: int) -> HttpResponse:
    file = get_object_or_404(CustomerFile, pk=file_id, customer=own_customer(request, pk), removed_at__isnull=False)
    restore_file(file=file, by=signed_in(request))
    messages.success(request, _("“%(name)s” is back.") % {"name": file.name})
    return _to_where_it_stood(request, pk)
