"""The administrator's window of single sign-on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from callcard.staff.requests import signed_in
from callcard.staff.sign_in.proof import proved_lately
from callcard.staff.sign_in.settings_row import sign_in_settings
from callcard.staff.single_sign_on.checking import Finding, check_connection
from callcard.staff.single_sign_on.forms import GroupForm, ProviderForm
from callcard.staff.single_sign_on.models import Group
from callcard.staff.single_sign_on.settings_row import provider_row, remove_group, set_group, set_provider


@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "POST"])
@proved_lately
def window(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    if form.is_bound and form.is_valid():
        set_provider(form.value(), only_by_provider=form.cleaned_data["only_by_provider"], by=signed_in(request))
        messages.success(request, _("Saved. Test the connection before you tell anybody."))
        return redirect("single-sign-on")
    return _page(request, form=form)


@require_http_methods(["GET", "POST"])
@proved_lately
def check(request: HttpRequest) -> HttpResponse:
    """Of what is saved. Whoever loads its findings anew is back in the window."""
    if request.method != "POST":
        return redirect("single-sign-on")
    row = provider_row()
    if row._state.adding:
        return _page(request, findings=[Finding("warning", _("Fill in and save first."))])
    return _page(request, findings=check_connection(row, _back(request)))


@require_POST
@proved_lately
def group_set(request: HttpRequest) -> HttpResponse:
    form = GroupForm(request.POST)
    if not form.is_valid():
        return _page(request, groups=form)
    set_group(form.cleaned_data["group"], form.chosen(), by=signed_in(request))
    messages.success(request, _("Saved. It holds from the next sign-in of each person on."))
    return redirect("single-sign-on")


@require_POST
@proved_lately
def group_remove(request: HttpRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(Group, pk=pk)
    name = group.name
    remove_group(group, by=signed_in(request))
    messages.success(request, _("“%(name)s” gives no roles any more, from the next sign-in on.") % {"name": name})
    return redirect("single-sign-on")


def _form(request: HttpRequest) -> ProviderForm:
    is_sent = (
        request.method == "POST" and request.resolver_match and request.resolver_match.url_name == "single-sign-on"
    )
    data = request.POST if is_sent else None
    return ProviderForm(data, row=provider_row(), only_by_provider=sign_in_settings().only_by_provider)


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("single-sign-on-back"))


def _page(
    request: HttpRequest,
    *,
    form: ProviderForm | None = None,
    groups: GroupForm | None = None,
    findings: list[Finding] | None = None,
) -> HttpResponse:
    form, groups = form or _form(request), groups or GroupForm()
    context = {
        "form": form,
        "group_form": groups,
        "groups": [(group, list(group.roles.order_by("pk"))) for group in Group.objects.order_by("name")],
        "findings": findings or [],
        "back": _back(request),
        "is_saved": not provider_row()._state.adding,
    }
    return render(request, "staff/single_sign_on.html", context, status=422 if form.errors or groups.errors else 200)
