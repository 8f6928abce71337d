"""Windows of budgets, for those in charge."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.calls.tariffs.budgets import count_budget
from callcard.calls.tariffs.forms import BudgetForm
from callcard.calls.tariffs.models import Budget
from callcard.calls.tariffs.services import save_budget, set_removed
from callcard.staff.company import company
from callcard.staff.requests import signed_in


@require_GET
def budgets(request: HttpRequest) -> HttpResponse:
    held = list(Budget.objects.select_related("user", "team").order_by("name", "pk"))
    context = {
        "budgets": [one for one in held if one.removed_at is None],
        "removed": [one for one in held if one.removed_at is not None],
    }
    return render(request, "calls/tariffs/budgets.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, Budget(currency=company().currency))


@require_http_methods(["GET", "POST"])
def budget(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Budget, pk=pk, removed_at=None))


def _edit(request: HttpRequest, held: Budget) -> HttpResponse:
    form = BudgetForm(request.POST if request.method == "POST" else None, budget=held)
    if form.is_bound and form.is_valid():
        save_budget(budget=form.filled(), by=signed_in(request))
        count_budget(held)
        messages.success(request, _("Saved."))
        return redirect("budgets")
    return render(
        request, "calls/tariffs/budget.html", {"form": form, "budget": held}, status=422 if form.is_bound else 200
    )


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(Budget, pk=pk, removed_at=None)
    set_removed(record=held, is_removed=True, by=signed_in(request))
    messages.success(request, _("The budget is removed. It can be brought back below."))
    return redirect("budgets")


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(Budget, pk=pk, removed_at__isnull=False)
    set_removed(record=held, is_removed=False, by=signed_in(request))
    count_budget(held)
    return redirect("budgets")
