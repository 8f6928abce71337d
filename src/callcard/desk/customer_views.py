"""The customer's card as a window: what every room knows of one customer, on one screen."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.calls.models import Call
from callcard.calls.services import choose_customer
from callcard.customers.form_views import entry_context
from callcard.customers.forms import CustomerEntry
from callcard.customers.models import Customer, OwnField
from callcard.customers.services import add_note
from callcard.customers.views import own_customer
from callcard.sales.models import Order, Payment
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.tasks.models import Task
from callcard.tasks.services import add_task, complete_task

_ROWS_SHOWN = 20


class TaskForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Task"), max_length=200)
    due_on = forms.DateField(label=gettext_lazy("Due"), required=False)


@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    user, customer = signed_in(request), own_customer(request, pk)
    context = {"customer": customer, "now": timezone.now(), **_records(customer, user)}
    return render(request, "desk/customer.html", context)


def _records(customer: Customer, user: User) -> dict[str, Any]:
    orders = Order.objects.visible_to(user).filter(customer=customer).select_related("state")
    payments = Payment.objects.visible_to(user).filter(customer=customer).select_related("order")
    calls = Call.objects.visible_to(user).filter(customer=customer).select_related("answered_by")
    tasks = Task.objects.visible_to(user).open().filter(customer=customer).select_related("assignee")
    own = OwnField.objects.in_bulk(field_name="key")
    return {
        "phones": customer.phones.order_by("-is_preferred", "pk"),
        "contacts": customer.contacts.order_by("pk"),
        "debts": customer.balances.exclude(owed=0).order_by("-owed"),
        "orders": orders.order_by("-is_current", "-ordered_at")[:_ROWS_SHOWN],
        "payments": payments.order_by("-paid_at")[:_ROWS_SHOWN],
        "tasks": sorted(tasks, key=_when_due),
        "calls": calls.exclude(outcome="").order_by("-started_at")[:_ROWS_SHOWN],
        "own_fields": [(own[k].name, value) for k, value in customer.own_fields.items() if k in own],
    }


def _when_due(task: Task) -> tuple[bool, datetime, int]:
    return task.due_at is None, task.due_at or task.created_at, task.pk


@require_http_methods(["GET", "POST"])
def new_customer(request: HttpRequest) -> HttpResponse:
    """Made while a call rings, the customer is the call's too."""
    call = _call_of(request, request.POST.get("call") or request.GET.get("call", ""))
    number = request.GET.get("number", "").replace("\x00", "")[:64]
    data = request.POST if request.method == "POST" else None
    entry = CustomerEntry(data, request.FILES, user=signed_in(request), number=number)
    customer = entry.write() if entry.is_valid() else None
    if customer is not None:
        if call is not None:
            choose_customer(call=call, customer=customer)
        messages.success(request, _("%(name)s is a customer now.") % {"name": customer.name})
        return redirect("customer-card", pk=customer.pk)
    if not entry.is_bound:
        entry.form.fields["name"].widget.attrs["autofocus"] = True
    context = {**entry_context(entry), "call_id": call.pk if call else ""}
    return render(request, "customers/new.html", context, status=422 if entry.is_bound else 200)


def _call_of(request: HttpRequest, given: str) -> Call | None:
    """The call, if it was shown to this user."""
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    return Call.objects.filter(pk=int(given), notices__user=signed_in(request)).first()


@require_POST
def quick_note(request: HttpRequest, pk: int) -> HttpResponse:
    customer = own_customer(request, pk)
    text = request.POST.get("note", "").replace("\x00", "").strip()[:5000]
    if text:
        add_note(customer=customer, text=text, author=signed_in(request))
    return redirect("customer-card", pk=pk)


@require_POST
def new_task(request: HttpRequest, pk: int) -> HttpResponse:
    customer, form = own_customer(request, pk), TaskForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["due_on"]
        due_at = timezone.make_aware(datetime.combine(day, time(17))) if day and day.year > 1 else None
        add_task(title=form.cleaned_data["title"], assignee=signed_in(request), customer=customer, due_at=due_at)
    else:
        messages.error(request, _("A task needs a few words, and its day a date."))
    return redirect("customer-card", pk=pk)


@require_POST
def task_done(request: HttpRequest, pk: int, task_id: int) -> HttpResponse:
    customer = own_customer(request, pk)
    seen = Task.objects.visible_to(signed_in(request))
    complete_task(task=get_object_or_404(seen, pk=task_id, customer=customer))
    return redirect("customer-card", pk=pk)
