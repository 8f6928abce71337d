"""The administrator's windows of the company's own fields."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from callcard.customers.files import largest_file_mb
from callcard.customers.models import OwnField
from callcard.customers.own_field_forms import LargestFileForm, OwnFieldForm
from callcard.customers.own_field_services import (
    archive_own_field,
    order_own_fields,
    restore_own_field,
    save_own_field,
    set_largest_file,
)
from callcard.staff.requests import signed_in


@require_http_methods(["GET", "POST"])
def own_fields(request: HttpRequest) -> HttpResponse:
    """All of them; what is sent is their order."""
    if request.method == "POST":
        order_own_fields(keys=request.POST.getlist("order"))
        messages.success(request, _("Saved."))
        return redirect("own-fields")
    return _fields_page(request, LargestFileForm(initial={"largest_file_mb": largest_file_mb()}))


def _fields_page(request: HttpRequest, files_form: LargestFileForm) -> HttpResponse:
    fields = list(OwnField.objects.all())
    context = {
        "fields": [field for field in fields if field.archived_at is None],
        "archived": [field for field in fields if field.archived_at is not None],
        "files_form": files_form,
    }
    return render(request, "customers/own_fields.html", context, status=422 if files_form.errors else 200)


@require_http_methods(["GET", "POST"])
def own_field_new(request: HttpRequest) -> HttpResponse:
    return _field_page(request, OwnField(), OwnFieldForm(request.POST if request.method == "POST" else None))


@require_http_methods(["GET", "POST"])
def own_field_edit(request: HttpRequest, pk: int) -> HttpResponse:
    field = get_object_or_404(OwnField, pk=pk)
    return _field_page(request, field, OwnFieldForm(request.POST if request.method == "POST" else None, field=field))


def _field_page(request: HttpRequest, field: OwnField, form: OwnFieldForm) -> HttpResponse:
    if form.is_bound and form.is_valid():
        saved = save_own_field(field, values=form.cleaned_data, by=signed_in(request))
        messages.success(request, _("The field “%(name)s” is saved.") % {"name": saved.name})
        return redirect("own-fields")
    context = {"form": form, "field": field}
    return render(request, "customers/own_field.html", context, status=422 if form.errors else 200)


@require_POST
def own_field_archive(request: HttpRequest, pk: int) -> HttpResponse:
    field = get_object_or_404(OwnField, pk=pk)
    archive_own_field(field, by=signed_in(request))
    messages.success(request, _("“%(name)s” is not shown any more. What is in it is kept.") % {"name": field.name})
    return redirect("own-fields")


@require_POST
def own_field_restore(request: HttpRequest, pk: int) -> HttpResponse:
    field = get_object_or_404(OwnField, pk=pk)
    restore_own_field(field, by=signed_in(request))
    messages.success(request, _("“%(name)s” is shown again.") % {"name": field.name})
    return redirect("own-fields")


@require_POST
def largest_file(request: HttpRequest) -> HttpResponse:
    form = LargestFileForm(request.POST)
    if not form.is_valid():
        return _fields_page(request, form)
    set_largest_file(megabytes=form.cleaned_data["largest_file_mb"])
    messages.success(request, _("Saved."))
    return redirect("own-fields")
