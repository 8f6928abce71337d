"""The administrator's window of the company's own lists."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from callcard.kit.ids import ids_in, is_id
from callcard.staff.own_list_forms import EntryForm
from callcard.staff.own_lists import (
    EntryInUse,
    OwnList,
    archive_entry,
    offered_list,
    offered_lists,
    order_entries,
    remove_entry,
    replace_entry,
    restore_entry,
    save_entry,
    times_used,
)
from callcard.staff.requests import signed_in


@require_GET
def own_lists(request: HttpRequest) -> HttpResponse:
    lists = [(each, list(each.current()), each.entries().exclude(archived_at=None).count()) for each in offered_lists()]
    return render(request, "staff/own_lists.html", {"lists": lists})


@require_http_methods(["GET", "POST"])
def own_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Its entries, and a line to add one."""
    wanted = _list_or_404(slug)
    form = EntryForm(wanted, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        entry = save_entry(wanted, entry=wanted.model(), values=form.cleaned_data, by=signed_in(request))
        messages.success(request, _("“%(name)s” is in the list.") % {"name": entry.name})
        return redirect("own-list", slug=slug)
    archived = wanted.entries().exclude(archived_at=None)
    context = {"list": wanted, "entries": wanted.current(), "archived": archived, "form": form}
    return render(request, "staff/own_list.html", context, status=422 if form.errors else 200)


@require_POST
def own_list_order(request: HttpRequest, slug: str) -> HttpResponse:
    keys = ids_in(request.POST.getlist("order"))
    order_entries(_list_or_404(slug), keys=keys)
    messages.success(request, _("Saved."))
    return redirect("own-list", slug=slug)


@require_http_methods(["GET", "POST"])
def own_list_entry(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    wanted, entry = _entry_or_404(slug, pk)
    form = EntryForm(wanted, request.POST if request.method == "POST" else None, entry=entry)
    if form.is_bound and form.is_valid():
        save_entry(wanted, entry=entry, values=form.cleaned_data, by=signed_in(request))
        messages.success(request, _("Saved."))
        return redirect("own-list", slug=slug)
    others = wanted.current().exclude(pk=pk)
    context = {"list": wanted, "entry": entry, "form": form, "used": times_used(wanted, entry), "others": others}
    return render(request, "staff/own_list_entry.html", context, status=422 if form.errors else 200)


@require_POST
def own_list_entry_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """`instead`: an entry that takes its place; "archive": nothing is changed but that it is not offered any more."""
    wanted, entry = _entry_or_404(slug, pk)
    instead, by = request.POST.get("instead", ""), signed_in(request)
    if instead == "archive":
        archive_entry(wanted, entry=entry, by=by)
        messages.success(request, _("“%(name)s” is not offered any more.") % {"name": entry.name})
    elif is_id(instead):
        other = get_object_or_404(wanted.current().exclude(pk=pk), pk=int(instead))
        places = replace_entry(wanted, entry=entry, other=other, by=by)
        words = ngettext("Replaced in %(count)d place.", "Replaced in %(count)d places.", places)
        messages.success(request, words % {"count": places})
    else:
        try:
            remove_entry(wanted, entry=entry, by=by)
            messages.success(request, _("“%(name)s” is removed.") % {"name": entry.name})
        except EntryInUse:
            messages.error(request, _("It is in use. Say what to put instead, or archive it."))
            return redirect("own-list-entry", slug=slug, pk=pk)
    return redirect("own-list", slug=slug)


@require_POST
def own_list_entry_restore(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    wanted, entry = _entry_or_404(slug, pk)
    restore_entry(wanted, entry=entry, by=signed_in(request))
    messages.success(request, _("“%(name)s” is offered again.") % {"name": entry.name})
    return redirect("own-list", slug=slug)


def _list_or_404(slug: str) -> OwnList:
    found = offered_list(slug)
    if found is None:
        raise Http404
    return found


def _entry_or_404(slug: str, pk: int) -> tuple[OwnList, Any]:
    wanted = _list_or_404(slug)
    return wanted, get_object_or_404(wanted.entries(), pk=pk)
