"""Who did what, from where: for whoever may read the history of everybody."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from callcard.desk.audit_rows import Asked, page_of, rows
from callcard.staff.audit import services
from callcard.staff.audit.models import Entry
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.ui.forms import WindowForm

_LONGEST_DAYS = 36_500


class KeptForm(WindowForm):
    days = forms.IntegerField(
        label=gettext_lazy("Kept for, days"), min_value=services.LEAST_DAYS, max_value=_LONGEST_DAYS
    )


@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    return _shown(request, None)


@require_POST
def audit_settings(request: HttpRequest) -> HttpResponse:
    form = KeptForm(request.POST)
    if not form.is_valid():
        return _shown(request, form)
    services.keep_for(form.cleaned_data["days"])
    messages.success(request, _("Saved. What is older goes in the course of a day."))
    return redirect("audit")


def _shown(request: HttpRequest, form: KeptForm | None) -> HttpResponse:
    user, asked = signed_in(request), Asked.read(request.GET.dict())
    entries, next_after = page_of(asked)
    context = {
        "rows": rows(entries, user),
        "next_after": next_after,
        "asked": asked,
        "kinds": Entry.Kind.choices,
        "people": [(str(one.pk), one.shown_name) for one in User.objects.order_by("first_name", "username")],
        "form": form or KeptForm(initial={"days": services.audit_settings().days}),
    }
    return render(request, "desk/audit.html", context, status=422 if form else 200)
