"""One task for each of the customers that were selected in a list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.customers.selection import MOST_CHOSEN, Selection, read_selection
from callcard.staff.models import Change, User
from callcard.staff.requests import signed_in
from callcard.tasks.forms import ManyTasksForm
from callcard.tasks.many import add_tasks, undo_tasks
from callcard.tasks.many_jobs import begin_tasks, begin_undo, made_in_words, undone_in_words

MOST = 10_000


@require_http_methods(["GET", "POST"])
def for_many(request: HttpRequest) -> HttpResponse:
    user, sent = signed_in(request), request.POST if request.method == "POST" else request.GET
    selection = read_selection(sent)
    number = selection.customers(user).order_by()[: MOST + 1].count() if selection else 0
    if not 0 < number <= MOST:
        messages.error(
            request,
            _("Nobody is selected.") if not number else _("At most %(most)d at once: filter further.") % {"most": MOST},
        )
        return redirect(_list_of(selection))
    form = ManyTasksForm(request.POST or None, user=user, auto_id="tasks-for-many-%s")
    if request.method == "POST" and form.is_valid():
        return _made(request, form, selection, number)
    names = list(selection.customers(user).order_by("search_name", "pk").values_list("name", flat=True)[:5])
    context = {"form": form, "number": number, "names": names, "more": number - len(names), "pairs": selection.pairs}
    return render(request, "tasks/for_many.html", context, status=422 if form.errors else 200)


def _made(request: HttpRequest, form: ManyTasksForm, selection: Selection, number: int) -> HttpResponse:
    """At once while they are few, else as a job."""
    user, address = signed_in(request), _list_of(selection)
    if number > MOST_CHOSEN:
        job = begin_tasks(question=selection.question or "", sent=request.POST, by=user)
        return render(request, "tasks/made.html", {"job": job, "address": address})
    batch, made = add_tasks(
        customer_ids=selection.first_ids(user, MOST_CHOSEN),
        values=form.values(),
        to_responsible=form.cleaned_data["to_responsible"],
        by=user,
    )
    return render(request, "tasks/made.html", {"words": made_in_words(made), "batch": batch, "address": address})


def _list_of(selection: Selection) -> str:
    return f"{reverse('customers')}?{selection.question or ''}"


@require_GET
def made(request: HttpRequest) -> HttpResponse:
    """What a job has written down, with its undo; only one's own."""
    batch = request.GET.get("batch", "").replace("\x00", "")[:40] or "-"
    number = _of_batch(batch, signed_in(request))
    context = {
        "words": made_in_words(number),
        "batch": batch if number else "",
        "address": reverse("customers"),
    }
    return render(request, "tasks/made.html", context)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    user, batch = signed_in(request), request.POST.get("batch", "").replace("\x00", "")[:40] or "-"
    if _of_batch(batch, user) > MOST_CHOSEN:
        return render(
            request, "tasks/made.html", {"job": begin_undo(batch=batch, by=user), "address": reverse("customers")}
        )
    messages.success(request, undone_in_words(undo_tasks(batch=batch, by=user)))
    return redirect("customers")


def _of_batch(batch: str, user: User) -> int:
    return Change.objects.filter(batch=batch, about="task", by=user, action=Change.Action.CREATED).count()
