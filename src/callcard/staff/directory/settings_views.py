"""The administrator's window of the directory."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from callcard.staff.directory.checking import check_directory
from callcard.staff.directory.forms import LookUpForm
from callcard.staff.directory.settings_forms import DirectoryForm
from callcard.staff.directory.settings_row import directory_row, set_directory
from callcard.staff.requests import signed_in
from callcard.staff.sign_in.proof import proved_lately
from callcard.staff.single_sign_on.checking import Finding


@sensitive_post_parameters("bind_password")
@require_http_methods(["GET", "POST"])
@proved_lately
def window(request: HttpRequest) -> HttpResponse:
    form = DirectoryForm(request.POST if request.method == "POST" else None, row=directory_row())
    if form.is_bound and form.is_valid():
        set_directory(form.value(), by=signed_in(request))
        messages.success(request, _("Saved. Test the connection before you tell anybody."))
        return redirect("directory")
    return _page(request, form, LookUpForm())


@require_http_methods(["GET", "POST"])
@proved_lately
def check(request: HttpRequest) -> HttpResponse:
    """Of what is saved. Whoever loads its findings anew is back in the window."""
    if request.method != "POST":
        return redirect("directory")
    row, look_up = directory_row(), LookUpForm(request.POST)
    findings = [Finding("warning", _("Fill in and save first."))]
    if not row._state.adding and look_up.is_valid():
        findings = check_directory(row, look_up.cleaned_data["person"])
    return _page(request, DirectoryForm(row=row), look_up, findings)


def _page(
    request: HttpRequest, form: DirectoryForm, look_up: LookUpForm, findings: list[Finding] | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "look_up": look_up,
        "findings": findings or [],
        "is_saved": not directory_row()._state.adding,
    }
    return render(request, "staff/directory.html", context, status=422 if form.errors else 200)
