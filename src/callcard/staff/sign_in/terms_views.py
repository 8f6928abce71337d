"""The administrator's windows: on what terms roles sign in, and the ways in of a colleague."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.staff.certificate import certificate_standing
from callcard.staff.people_views import looked_after
from callcard.staff.requests import address_of, signed_in
from callcard.staff.roles.models import Role
from callcard.staff.roles.queries import current_roles
from callcard.staff.sign_in import second_steps, sessions
from callcard.staff.sign_in.journal import What, write_down
from callcard.staff.sign_in.models import RoleTerms
from callcard.staff.sign_in.proof import proved_lately
from callcard.staff.sign_in.rules import Refusal
from callcard.staff.sign_in.settings_row import set_lock_after, sign_in_settings
from callcard.staff.sign_in.terms_forms import LockForm, TermsForm
from callcard.staff.sign_in.terms_services import LocksOneselfOut, set_terms, terms_row
from callcard.staff.sign_in.visitors import browser_of


@require_http_methods(["GET", "POST"])
def sign_in_window(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = LockForm(data, minutes=sign_in_settings().lock_after_minutes)
    if form.is_bound and form.is_valid():
        set_lock_after(form.cleaned_data["minutes"])
        messages.success(request, _("Saved. Pages that are open learn of it when they are loaded anew."))
        return redirect("sign-in-settings")
    rows = {row.role_id: row for row in RoleTerms.objects.all()}
    told = [(role, _in_words(rows.get(role.pk))) for role in current_roles()]
    context = {"form": form, "roles": told, "certificate": certificate_standing()}
    return render(request, "staff/sign_in_settings.html", context, status=422 if form.errors else 200)


def _in_words(row: RoleTerms | None) -> list[str]:
    if row is None:
        return []
    words = [_("second step")] if row.needs_second_step else []
    days = " ".join(str(WEEKDAYS_ABBR[int(day) - 1]) for day in row.days)
    hours = f"{row.begins:%H:%M}\u2013{row.ends:%H:%M}" if row.begins and row.ends else ""
    words += [" ".join(filter(None, (days, hours)))] if days or hours else []
    return words + ([", ".join(row.networks.split())] if row.networks else [])


@require_http_methods(["GET", "POST"])
def role_terms(request: HttpRequest, pk: int) -> HttpResponse:
    role = get_object_or_404(Role, pk=pk, removed_at=None)
    form = TermsForm(request.POST if request.method == "POST" else None, row=terms_row(role))
    if form.is_bound and form.is_valid():
        try:
            set_terms(role=role, values=form.value(), request=request, by=signed_in(request))
            messages.success(request, _("Saved. It holds from now on, also for whoever is signed in."))
            return redirect("sign-in-settings")
        except LocksOneselfOut as error:
            form.add_error("networks" if error.why is Refusal.NOT_HERE else "ends", _locked_out(request, error.why))
    context = {"form": form, "role": role}
    return render(request, "staff/role_terms.html", context, status=422 if form.errors else 200)


def _locked_out(request: HttpRequest, why: Refusal) -> str:
    if why is Refusal.NOT_HERE:
        return _("This would put you out at once: you come from %(address)s.") % {"address": address_of(request)}
    return _("This would put you out at once: it is not within these hours now.")


@require_GET
def person_sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    person = looked_after(request, pk)
    rows = [(row, browser_of(row.agent)) for row in sessions.sessions_of(person)]
    context = {"person": person, "sessions": rows, "steps": second_steps.steps_of(person)}
    return render(request, "staff/person_sign_in.html", context)


@require_POST
def person_sessions_end(request: HttpRequest, pk: int) -> HttpResponse:
    person = looked_after(request, pk)
    by = signed_in(request)
    if person == by:
        return redirect("own-sign-in")
    sessions.end_all_sessions(person, request, by=by)
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": person.shown_name})
    return redirect("person-sign-in", pk=pk)


@require_POST
@proved_lately
def person_steps_remove(request: HttpRequest, pk: int) -> HttpResponse:
    person = looked_after(request, pk)
    by = signed_in(request)
    if person == by:
        return redirect("own-sign-in")
    second_steps.remove_all_steps(person)
    write_down(What.STEP_REMOVED, request, user=person, by=by)
    messages.success(request, _("%(name)s signs in with the password alone.") % {"name": person.shown_name})
    return redirect("person-sign-in", pk=pk)
