"""The windows of duplicates: who may be the same, and merging them side by side."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.customers.duplicates import FIND_DUPLICATES
from callcard.customers.duplicates_lately import look_at_latest
from callcard.customers.merge_columns import merge_rows, usual_kept
from callcard.customers.merge_models import DuplicatePair, Merge
from callcard.customers.merge_queries import last_merges, possible_duplicates
from callcard.customers.merge_services import (
    MOST_AT_ONCE,
    merge_customers,
    say_not_the_same,
    say_perhaps_the_same,
    undo_merge,
)
from callcard.customers.merging import CannotMerge
from callcard.customers.models import Customer
from callcard.customers.search import find_customers
from callcard.customers.veil import veiled
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.kit.ids import ids_in
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.staff.visibility import visible_to

_LATELY = timedelta(days=1)
_PAIRS_SHOWN = 50
_MERGES_SHOWN = 10
_FOUND = 8


@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    user, differ = signed_in(request), request.GET.get("show") == "differ"
    last = Job.objects.filter(kind=FIND_DUPLICATES).order_by("-pk").first()
    ended = Job.objects.filter(kind=FIND_DUPLICATES, state=Job.State.DONE).order_by("-pk").first()
    looked_at = (ended.started_at or ended.ended_at) if ended else None
    is_complete = look_at_latest(since=looked_at or timezone.now() - _LATELY)
    context = {
        "pairs": possible_duplicates(user, differ=differ, limit=_PAIRS_SHOWN),
        "differ": differ,
        "merges": [merge for merge in last_merges(user, limit=_MERGES_SHOWN) if _sees_all_of(user, merge)],
        "is_looking": last is not None and last.is_open,
        "looked_at": looked_at,
        "is_complete": is_complete and looked_at is not None,
    }
    return render(request, "customers/duplicates.html", context)


@require_POST
def look_for_duplicates(request: HttpRequest) -> HttpResponse:
    """One search at a time, whoever asks."""
    if not Job.objects.open().filter(kind=FIND_DUPLICATES).exists():
        enqueue(kind=FIND_DUPLICATES, user_id=signed_in(request).pk, title=_("Search for duplicates"))
    messages.success(request, _("Looking. This window shows what is found."))
    return redirect("duplicates")


@require_POST
def pair_differs(request: HttpRequest, pk: int) -> HttpResponse:
    """`same`: they may be the same after all."""
    user = signed_in(request)
    seen = visible_to(user)
    pairs = DuplicatePair.objects.filter(seen.customers_filter("first__"), seen.customers_filter("second__"))
    pair = get_object_or_404(pairs, pk=pk)
    if "same" in request.POST:
        say_perhaps_the_same(pair=pair)
        return redirect(f"{reverse('duplicates')}?show=differ")
    say_not_the_same(pair=pair, by=user)
    messages.success(request, _("They are not shown as duplicates again."))
    return redirect("duplicates")


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest) -> HttpResponse:
    """`id`: each of them. POST: see customers/merge.html for the names of its choices."""
    user = signed_in(request)
    people = _people(user, request.POST.getlist("id") or request.GET.getlist("id"))
    if request.method == "POST":
        return _merged(request, user, people)
    words = request.GET.get("q", "")[:100]
    context: dict[str, Any] = {"people": people, "rows": (), "q": words}
    if len(people) > 1:
        kept = usual_kept(people)
        ordered = sorted(people, key=lambda one: (one.pk != kept.pk, one.pk))
        context |= {"people": ordered, "rows": merge_rows(ordered, user), "kept": kept}
    else:
        context["found"] = _found(user, words or (people[0].name if people else ""), people)
    return render(request, "customers/merge.html", context)


def _people(user: User, given: list[str]) -> list[Customer]:
    """In the order in which they were given. 404 when one of them is not this user's to see, archived or no number."""
    ids = list(dict.fromkeys(ids_in(given)))
    if len(ids) != len(set(given)) or len(ids) > MOST_AT_ONCE:
        raise Http404
    rows = Customer.objects.visible_to(user).current().select_related("category", "stage", "source", "responsible")
    found = rows.in_bulk(ids)
    if len(found) != len(ids):
        raise Http404
    return [found[pk] for pk in ids]


def _found(user: User, words: str, people: list[Customer]) -> list[Customer]:
    hits = find_customers(words, user=user, limit=_FOUND, archived=False) if words.strip() else []
    chosen = {one.pk for one in people}
    rows = Customer.objects.visible_to(user).prefetch_related("phones").in_bulk([hit.customer_id for hit in hits])
    return veiled([row for pk, row in rows.items() if pk not in chosen], user)


def _merged(request: HttpRequest, user: User, people: list[Customer]) -> HttpResponse:
    kept = next((one for one in people if str(one.pk) == request.POST.get("kept")), None)
    if kept is None:
        raise Http404
    gone = [one for one in people if one.pk != kept.pk]
    try:
        merge_customers(kept=kept, gone=gone, by=user, choices=_choices(request, people), unwanted=_unwanted(request))
    except CannotMerge as refused:
        messages.error(request, str(refused))
        return redirect("duplicates")
    link = format_html('<a href="{}" data-window>{}</a>', reverse("duplicates"), _("Duplicates"))
    messages.success(
        request, format_html(_("They are one now. Under {duplicates} this can be undone."), duplicates=link)
    )
    return redirect("customer-card", pk=kept.pk)


def _choices(request: HttpRequest, people: list[Customer]) -> dict[str, int]:
    allowed = {"0", *(str(one.pk) for one in people)}
    given = {name.removeprefix("field:"): value for name, value in request.POST.items() if name.startswith("field:")}
    return {name: int(str(value)) for name, value in given.items() if value in allowed}


def _unwanted(request: HttpRequest) -> dict[str, set[int]]:
    """Rows that were offered and not ticked. Whose rows they are, the service looks up itself."""
    found: dict[str, set[int]] = defaultdict(set)
    for name in request.POST:
        if name.startswith("offered:"):
            table = name.removeprefix("offered:")
            left = set(request.POST.getlist(name)) - set(request.POST.getlist(f"row:{table}"))
            found[table] = set(ids_in(left))
    return found


@require_POST
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    merge = get_object_or_404(Merge, pk=pk)
    if not _sees_all_of(user, merge):
        raise Http404
    try:
        undo_merge(merge=merge, by=user)
        messages.success(
            request, _("They are apart again. What came since stays with %(name)s.") % {"name": merge.kept}
        )
    except CannotMerge as refused:
        messages.error(request, str(refused))
    return redirect("duplicates")


def _sees_all_of(user: User, merge: Merge) -> bool:
    ids = {merge.kept_id, *(one.customer_id for one in merge.gone.all())}
    return Customer.objects.visible_to(user).filter(pk__in=ids).count() == len(ids)
