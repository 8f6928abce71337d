"""The log as a list: its page, its views and columns, what is done to many calls at once, and taking it out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from callcard.calls import log_export
from callcard.calls.log_columns import columns_for
from callcard.calls.log_query import Found, Group, found_calls, groups, is_offered, orderable, page_of, total_talk
from callcard.calls.log_rows_html import rows_html
from callcard.calls.models import Call, CallQuerySet, CallTag
from callcard.calls.parts import mark_rows
from callcard.calls.queries import name_colleagues, veil_customers
from callcard.calls.setting import call_settings
from callcard.calls.tagging import tag_many
from callcard.customers.transfer.leaving import MEDIA_TYPES
from callcard.customers.transfer.sending import sent
from callcard.kit.ids import ids_in, is_id
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.ui.lists import Asked, Column, Page, read_asked, without
from callcard.ui.record_lists import RecordList, default_view_address, group_links, list_context
from callcard.ui.writing import day, duration

LOG = RecordList("call-log", columns_for, sort="-started")
_AT_ONCE = 500
_GROUPED_LATER = {"groups": [], "is_grouped_later": True}
_SUMMED_AT_ONCE = 100  # calls; of more their rows are read for it alone, all over the disk
_OWN_NAMES = ("form", "call", "change")


@require_GET
def log(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    address = default_view_address(request, LOG)
    if address:
        return redirect(address)
    asked, found, columns = _found(request)
    asked = orderable(asked, found, columns)
    page = page_of(found, asked, columns)
    veil_customers(page.rows, user)
    name_colleagues(page.rows)
    mark_rows(page.rows, user)
    shown = list_context(request, LOG, asked, columns, can_sort=lambda column: is_offered(column, found))
    context = {
        **shown,
        "found": found,
        "page": page,
        "rows": page.rows,
        "rows_html": rows_html(page.rows, [head.column for head in shown["columns"]]),
        **_talked(found, page),
        **(_GROUPED_LATER if asked.group and _is_summed_later(found) else _grouped(request, asked, found, columns)),
        "tags": [(str(tag.pk), tag.name) for tag in CallTag.objects.filter(archived_at=None)],
        "may_write_by_hand": user.may("calls.add") and call_settings().may_write_by_hand,
    }
    return render(request, "calls/log.html", context)


def _is_summed_later(found: Found) -> bool:
    """Whether the page asks for sums when it stands."""
    return found.is_few and (found.number or 0) > _SUMMED_AT_ONCE


def _talked(found: Found, page: Page) -> dict[str, Any]:
    if not (found.is_few and page.rows):
        return {}
    return {"is_talked_told_later": True} if _is_summed_later(found) else {"talked": total_talk(found)}


@require_GET
def talked(request: HttpRequest) -> HttpResponse:
    """How long the calls of a page's question were talked for, all together, in the words of its head."""
    _asked, found, _columns = _found(request)
    return render(request, "calls/talked.html", {"talked": total_talk(found) if found.is_few else None})


@require_GET
def grouped(request: HttpRequest) -> HttpResponse:
    """The groups of a page's question."""
    return render(request, "ui/list_groups.html", _grouped(request, *_found(request)))


def _found(request: HttpRequest) -> tuple[Asked, Found, list[Column]]:
    """What the question of an address finds, of what this user sees."""
    user = signed_in(request)
    columns = columns_for(user)
    asked = read_asked(request.GET, columns, sort=LOG.sort)
    return asked, found_calls(user, asked, columns), columns


def _grouped(request: HttpRequest, asked: Asked, found: Found, columns: list[Column]) -> dict[str, Any]:
    column = next((column for column in columns if column.key == asked.group), None)
    if column is None:
        return {"groups": []}
    if not found.is_few:
        return {"groups": [], "is_too_much_to_group": True}
    counts = groups(found, column)
    if column.key == "started":
        return {"groups": [_day_link(request.GET, one) for one in counts]}
    words = dict(column.options)
    told = [(one.value, _with_talk(words.get(one.value, one.value), one), one.number, True) for one in counts]
    return {"groups": group_links(request.GET, asked, column, told)}


def _with_talk(words: str, one: Group) -> str:
    return f"{words} · {duration(one.talk_seconds)}" if one.talk_seconds else words


def _day_link(query: QueryDict, one: Group) -> dict[str, Any]:
    on = date.fromisoformat(one.value)
    rest = without(query, "f.started.from", "f.started.to", "group")
    address = f"?{rest}&f.started.from={one.value}&f.started.to={one.value}".replace("?&", "?")
    return {"words": _with_talk(day(on), one), "number": one.number, "is_exact": True, "address": address}


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """A tag for the calls that were selected, or away with it: the one undoes the other."""
    user = signed_in(request)
    action, _colon, value = request.POST.get("change", "").partition(":")
    tag = CallTag.objects.filter(pk=int(value)).first() if is_id(value) else None
    if tag is None or action not in ("add_tag", "remove_tag"):
        messages.error(request, _("Choose what to change."))
        return redirect(LOG.back_to(request))
    calls = Call.objects.visible_to(user).filter(pk__in=_chosen(request.POST))
    number = tag_many(calls=calls, tag=tag, is_wanted=action == "add_tag")
    words = ngettext("%(number)d call was changed.", "%(number)d calls were changed.", number)
    messages.success(request, words % {"number": number})
    return redirect(LOG.back_to(request))


def _chosen(query: QueryDict) -> list[int]:
    return ids_in(query.getlist("call")[:_AT_ONCE])


# -- taking it out -----------------------------------------------------------------------------------------------------


@require_GET
def choose_export(request: HttpRequest) -> HttpResponse:
    """What to take of the list that the address asks for."""
    user = signed_in(request)
    context = {
        "columns": log_export.columns_for(user),
        "number": len(_chosen(request.GET)) or None,
        "pairs": [(name, value) for name, values in request.GET.lists() for value in values],
        "question": without(request.GET, *_OWN_NAMES),
    }
    return render(request, "calls/export.html", context)


@require_GET
def export_file(request: HttpRequest) -> HttpResponseBase:
    user, form = signed_in(request), request.GET.get("form", "csv")
    known = log_export.columns_for(user)
    wanted = set(request.GET.getlist("column")) or {column.key for column in known}
    columns = [column for column in known if column.key in wanted]
    if form not in ("csv", "xlsx") or not columns:
        raise BadRequest
    rows = _calls(request, user)
    chunks = log_export.file_of(rows, columns, form, user, question=without(request.GET, *_OWN_NAMES))
    name = f"calls-{timezone.localdate():%Y-%m-%d}.{form}"
    return sent(request, chunks, name=name, media_type=MEDIA_TYPES[form])


def _calls(request: HttpRequest, user: User) -> CallQuerySet:
    """Those that were chosen, else those that the list's question finds; never one that this user may not see."""
    ids = _chosen(request.GET)
    if ids:
        return Call.objects.visible_to(user).filter(pk__in=ids)
    _asked, found, _columns = _found(request)
    return found.rows
