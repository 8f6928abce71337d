"""What stands on the company's documents: its logo, address, bank details and tax."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.staff.company import company
from callcard.staff.company_services import set_documents
from callcard.staff.logo import LONGEST_BYTES, NotALogo, remove_logo, set_logo
from callcard.staff.requests import signed_in
from callcard.ui.forms import WindowForm

_COLUMNS = ("address", "tax_number", "bank_details", "document_note", "tax_name", "prices_include_tax")
_YEAR_SECONDS = 31_536_000


class DocumentsForm(WindowForm):
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    tax_number = forms.CharField(label=gettext_lazy("Tax number"), max_length=60, required=False)
    bank_details = forms.CharField(
        label=gettext_lazy("Bank details"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Where customers pay to; stands on invoices"),
    )
    document_note = forms.CharField(
        label=gettext_lazy("Note under every document"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tax_name = forms.CharField(
        label=gettext_lazy("Name of the tax"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Such as VAT. Empty: orders are without tax, and do not ask for it"),
    )
    prices_include_tax = forms.BooleanField(label=gettext_lazy("Prices include the tax"), required=False)


@require_http_methods(["GET", "POST"])
def documents(request: HttpRequest) -> HttpResponse:
    office = company()
    initial: dict[str, Any] = {name: getattr(office, name) for name in _COLUMNS}
    form = DocumentsForm(request.POST if request.method == "POST" else None, initial=initial, auto_id="documents-%s")
    if form.is_bound and form.is_valid():
        set_documents(by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("documents")
    context = {"form": form, "company": office}
    return render(request, "staff/documents.html", context, status=422 if form.errors else 200)


@require_POST
def logo_change(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("logo")
    try:
        if upload is not None:
            set_logo(upload=upload.read(LONGEST_BYTES + 1))
            messages.success(request, _("This is the logo on documents from now on."))
        elif "remove" in request.POST:
            remove_logo()
        else:
            messages.error(request, _("Choose a picture first."))
    except NotALogo as refused:
        messages.error(request, str(refused))
    return redirect("documents")


@require_GET
def logo(request: HttpRequest, name: str) -> HttpResponse:
    """Its name is its content's hash, so browsers may keep it."""
    path = f"company/{name}.png"
    if company().logo != path:
        raise Http404
    try:
        picture = (Path(settings.MEDIA_ROOT) / path).read_bytes()
    except OSError as error:
        raise Http404 from error
    response = HttpResponse(picture, content_type="image/png")
    response["Cache-Control"] = f"private, max-age={_YEAR_SECONDS}, immutable"
    return response
