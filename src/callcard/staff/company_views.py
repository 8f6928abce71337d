"""The company's own settings, and the page that makes it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from callcard.staff.company import company
from callcard.staff.company_forms import CompanyForm, FirstStartForm, LineForm
from callcard.staff.company_services import AlreadySetUp, add_line, remove_line, set_company, set_up_company
from callcard.staff.first_start import is_first_start_code
from callcard.staff.models import Line, User
from callcard.staff.queries import is_set_up
from callcard.staff.sign_in.sessions import begin_session


@require_http_methods(["GET", "POST"])
def company_settings(request: HttpRequest) -> HttpResponse:
    office = company()
    form = CompanyForm(request.POST if request.method == "POST" else None, company=office)
    if not form.is_bound or not form.is_valid():
        return _company_page(request, form, LineForm(region=office.region))
    kept = form.cleaned_data
    name = kept.pop("company_name")
    set_company(name=name, **kept)
    messages.success(request, _("Saved."))
    if name != office.name and "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Refresh": "true"})  # the name is in the shell, which is not this window
    return redirect("company")


def _company_page(request: HttpRequest, form: CompanyForm, line_form: LineForm) -> HttpResponse:
    context = {"form": form, "line_form": line_form, "lines": Line.objects.order_by("name", "number")}
    is_wrong = form.errors or line_form.errors
    return render(request, "staff/company.html", context, status=422 if is_wrong else 200)


@require_POST
def line_add(request: HttpRequest) -> HttpResponse:
    office = company()
    form = LineForm(request.POST, region=office.region)
    if not form.is_valid():
        return _company_page(request, CompanyForm(company=office), form)
    add_line(**form.cleaned_data)
    messages.success(request, _("The line is added."))
    return redirect("company")


@require_POST
def line_remove(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(Line, pk=pk)
    remove_line(line=line)
    messages.success(request, _("%(line)s is removed. Calls to it stay in the log.") % {"line": line.number})
    return redirect("company")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def first_start(request: HttpRequest) -> HttpResponse:
    """Only while nobody can sign in, and only for whoever has the code from the terminal."""
    if is_set_up():
        return redirect("sign-in")
    code = (request.POST if request.method == "POST" else request.GET).get("code", "")
    if not is_first_start_code(code):
        return render(request, "staff/first_start_code.html", {"was_wrong": bool(code)}, status=403 if code else 200)
    form = FirstStartForm(request.POST if "company_name" in request.POST else None)
    if form.is_bound and form.is_valid():
        return _set_up(request, form)
    context = {"form": form, "code": code}
    return render(request, "staff/first_start.html", context, status=422 if form.is_bound else 200)


def _set_up(request: HttpRequest, form: FirstStartForm) -> HttpResponse:
    kept = form.cleaned_data
    administrator = User(**{name: kept[name] for name in ("username", "first_name", "last_name")})
    place = {name: kept[name] for name in ("company_name", "region", "time_zone")}
    try:
        set_up_company(administrator=administrator, password=kept["password"], **place)
    except AlreadySetUp:
        return redirect("sign-in")
    begin_session(request, administrator, how="password")
    return redirect("shell")
