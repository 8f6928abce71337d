"""The history as windows: of one customer, and for the administrator of everybody. What is restored is a step too."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from callcard.customers.merge_queries import merged_ids
from callcard.customers.restoring import restore_change, restore_record
from callcard.customers.undo import CannotUndo
from callcard.customers.views import own_customer
from callcard.desk.history_rows import ROWS_SHOWN, field_name, kinds, page_of, recent, steps
from callcard.sales.models import Order, Payment
from callcard.sales.payment_services import restore_payment
from callcard.sales.restoring import restore_order_step
from callcard.staff.models import Change, User
from callcard.staff.requests import signed_in
from callcard.tasks.models import Task
from callcard.tasks.services import restore_task

_STEPS_LOOKED_AT = 300


@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Of the customer and of those who became part of it. `field`, `by` narrow it; `after` is a page's end."""
    user, customer = signed_in(request), own_customer(request, pk)
    every = Change.objects.filter(customer_id__in=merged_ids(pk))
    asked = {name: request.GET.get(name, "")[:120].replace("\x00", "") for name in ("after", "by", "field")}
    rows = page_of(every, **asked)
    latest = list(every.select_related("by").order_by("-pk")[:_STEPS_LOOKED_AT])
    seen = steps(latest, user)
    context = {
        "customer": customer,
        "steps": steps(rows[:ROWS_SHOWN], user),
        "next_after": rows[ROWS_SHOWN - 1].pk if len(rows) > ROWS_SHOWN else None,
        "people": sorted({row.by_id: row.by.shown_name for row in latest if row.by}.items(), key=lambda one: one[1]),
        "fields": _fields([step.change for step in seen], user),
        **asked,
    }
    return render(request, "desk/history.html", context)


def _fields(changes: list[Change], user: User) -> list[tuple[str, str]]:
    """Fields that changed lately, by name; those that the user's role does not see are not among the lines either."""
    found = {name: field_name(row.about, name) for row in changes for name in {**row.before, **row.after}}
    shown = {line.label for step in steps(changes, user) for line in step.lines}
    return sorted(((name, label) for name, label in found.items() if label in shown), key=lambda one: one[1])


@require_POST
def restore(request: HttpRequest, pk: int, change_id: int) -> HttpResponse:
    """The values of before one step; with `record` the whole record as it was right after it."""
    user, customer = signed_in(request), own_customer(request, pk)
    change = get_object_or_404(Change, pk=change_id, customer_id=pk)
    if not steps([change], user):
        raise Http404
    try:
        if "record" in request.POST:
            restore_record(customer=customer, until=change, by=user)
        else:
            restore_step(change, user)
        messages.success(request, _("Restored. This is a step of the history too."))
    except (CannotUndo, ValidationError, ValueError, ObjectDoesNotExist):
        messages.error(request, _("This cannot be restored: what it belongs to was removed or has changed its nature."))
    return redirect("customer-history", pk=pk)


@transaction.atomic
def restore_step(change: Change, user: User) -> None:
    """The values of before it. Raises CannotUndo, ValidationError, ValueError or ObjectDoesNotExist."""
    if not change.before and not change.after:
        raise CannotUndo  # the person was erased, and with them what it said
    if change.about == "task":
        task = Task.objects.visible_to(user).filter(pk=change.object_id)
        if not task.exists() or restore_task(change=change, by=user) is None:
            raise CannotUndo
    elif change.about == "order":
        restore_order_step(order=Order.objects.visible_to(user).get(pk=change.object_id), change=change, by=user)
    elif change.about == "payment":
        restore_payment(payment=Payment.objects.visible_to(user).get(pk=change.object_id), by=user)
    else:
        restore_change(change=change, by=user)


@require_GET
def recent_changes(request: HttpRequest) -> HttpResponse:
    """Of everybody, the newest first. `by`, `about` narrow it."""
    user = signed_in(request)
    asked = {name: request.GET.get(name, "")[:40].replace("\x00", "") for name in ("after", "by", "about")}
    rows = page_of(recent(), **asked)
    context = {
        "steps": steps(rows[:ROWS_SHOWN], user),
        "next_after": rows[ROWS_SHOWN - 1].pk if len(rows) > ROWS_SHOWN else None,
        "people": [(one.pk, one.shown_name) for one in User.objects.order_by("first_name", "username")],
        "kinds": sorted(kinds().items(), key=lambda one: one[1]),
        **asked,
    }
    return render(request, "desk/recent_changes.html", context)
