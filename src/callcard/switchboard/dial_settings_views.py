"""The administrator's window about what may be dialled."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from callcard.staff.requests import signed_in
from callcard.switchboard.dial_forms import RulesForm
from callcard.switchboard.dial_settings import offered_roles, rules_of, set_rules


@require_http_methods(["GET", "POST"])
def dial_rules(request: HttpRequest) -> HttpResponse:
    """One form for each role; `role` says which one was sent."""
    if request.method != "POST":
        return _page(request)
    role = request.POST.get("role", "")
    if role not in dict(offered_roles()):
        raise Http404
    form = RulesForm(request.POST, role=role, rules=rules_of(role))
    if not form.is_valid():
        return _page(request, form)
    set_rules(role=role, rules=form.rules(), by=signed_in(request))
    messages.success(request, _("Saved. It holds from the next call on."))
    return redirect("dial-rules")


def _page(request: HttpRequest, sent: RulesForm | None = None) -> HttpResponse:
    forms = [
        (name, sent if sent and sent.role == role else RulesForm(role=role, rules=rules_of(role)))
        for role, name in offered_roles()
    ]
    context = {"forms": forms, "open": sent.role if sent else ""}
    return render(request, "switchboard/dial_rules.html", context, status=422 if sent else 200)
