"""A call's own window: who with whom, when, for how long, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from callcard.calls.hand import may_change
from callcard.calls.hand_forms import WhoForm
from callcard.calls.models import Call, Segment
from callcard.calls.parts import parts_of
from callcard.calls.queries import name_colleagues, notes_of, veil_customers
from callcard.calls.seen import call_seen_by
from callcard.calls.services import choose_customer, forget_customer
from callcard.calls.timeline_bar import Stretch, scale_of, stretches
from callcard.calls.unfinished import needs_result, without_result
from callcard.calls.veil import veil_segments
from callcard.customers.models import Customer
from callcard.kit.ids import is_id
from callcard.staff.history import Json
from callcard.staff.models import Change, User
from callcard.staff.requests import signed_in
from callcard.tasks.models import Task
from callcard.tasks.veil import veiled_tasks
from callcard.ui.lists import keyset_page, read_asked

_TASKS_SHOWN = 20
_STEPS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One who took part, and how it is drawn."""

    segment: Segment
    name: str
    is_outside: bool
    drawn: tuple[Stretch, ...]
    rang_seconds: float


@never_cache
@require_GET
def call(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    shown = call_seen_by(user, pk)
    veil_customers([shown], user)
    name_colleagues([shown])
    context = {
        "call": shown,
        "rows": rows_of(shown, user),
        "pick": WhoForm(user=user, initial={"customer": shown.customer_id}, auto_id=f"call-{pk}-%s"),
        "notes": notes_of([shown.pk]).get(shown.pk, []),
        "tags": shown.tags.all(),
        "tasks": _tasks(shown, user),
        "parts": list(parts_of(shown, user)),
        "needs_result": needs_result(shown, user),
        "may_change": may_change(shown, user),
        "steps": _steps(shown) if shown.origin == Call.Origin.HAND else [],
    }
    return render(request, "calls/call.html", context)


def rows_of(call: Call, user: User) -> list[Row]:
    """Who took part, in the order in which it reached them."""
    segments = list(call.segments.select_related("user"))
    if user.veil is not None and call.is_veiled:
        veil_segments(segments, user.veil)
    scale = scale_of(call.started_at, call.ended_at, segments, timezone.now())
    segments.sort(key=lambda one: (one.role != "caller", one.rang_at or one.answered_at or call.started_at, one.pk))
    return [
        Row(
            one,
            _name(one, call),
            not one.extension and one.user is None,
            tuple(stretches(one, scale)),
            _rang(one, call),
        )
        for one in segments
    ]


def _name(segment: Segment, call: Call) -> str:
    if segment.user is not None:
        return segment.user.shown_name
    if segment.extension:
        return segment.name or segment.extension
    if call.customer is not None:
        return call.customer.name
    return segment.name or segment.number or (_("Number withheld") if call.withheld else _("Outside"))


def _rang(segment: Segment, call: Call) -> float:
    end = segment.answered_at or segment.ended_at
    began = segment.rang_at or (call.started_at if segment.role == "caller" else None)
    return max(0.0, (end - began).total_seconds()) if end and began and segment.role == "called" else 0.0


def _tasks(call: Call, user: User) -> list[Task]:
    about = Task.objects.visible_to(user).filter(about=Task.About.CALL, about_id=call.pk)
    return veiled_tasks(about.select_related("assignee").order_by("done_at", "due_at", "pk")[:_TASKS_SHOWN], user)


def _steps(call: Call) -> list[dict[str, Json]]:
    """What became of a call that was written down by hand."""
    rows = Change.objects.filter(about="call", object_id=call.pk).select_related("by").order_by("-pk")[:_STEPS_SHOWN]
    return [{"change": row, "fields": [call_field_name(name) for name in row.after]} for row in rows]


def call_field_name(name: str) -> str:
    return str(getattr(Call._meta.get_field(name), "verbose_name", name))


@require_POST
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody says whom the call was with; an empty choice says that it was nobody of these."""
    user = signed_in(request)
    shown = call_seen_by(user, pk)
    chosen = request.POST.get("customer", "")
    key = int(chosen) if is_id(chosen) else 0
    veiled = [shown]
    veil_customers(veiled, user)
    if shown.known_to:
        messages.error(request, _("A colleague looks after this customer."))
    elif key:
        choose_customer(call=shown, customer=get_object_or_404(Customer.objects.visible_to(user), pk=key))
    elif not request.POST.get("customer_typed", "").strip():
        forget_customer(call=shown)
    else:
        messages.error(request, _("Choose somebody of those who are found, or leave this empty."))
    return redirect("call", pk=pk)


@require_GET
def calls_without_result(request: HttpRequest) -> HttpResponse:
    """One's own talks of the last days, to be worked off."""
    user = signed_in(request)
    asked = read_asked(request.GET, [], sort="-started")
    rows = (
        without_result(user)
        .defer("tracking", "candidates")
        .prefetch_related("customer__responsible", "order__customer", "segments__user")
    )
    page = keyset_page(rows, asked, sort="started_at")
    veil_customers(page.rows, user)
    name_colleagues(page.rows)
    return render(request, "calls/without_result.html", {"page": page, "rows": page.rows, "question": ""})
