"""The list of customers: its page, its views and columns, and what is done to many at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from callcard.customers.bulk import change_many, undo_many
from callcard.customers.list_cells import cells_of
from callcard.customers.list_columns import columns_for
from callcard.customers.list_query import Found, found_customers, group_counts
from callcard.customers.models import Tag
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.ui.lists import Asked, Column, Filter, chosen_columns, keyset_page, read_asked, without
from callcard.ui.models import SavedView
from callcard.ui.saved_views import (
    bring_view_back,
    choose_columns,
    layout_of,
    open_with_view,
    remove_view,
    rename_view,
    save_view,
    views_for,
)

LIST = "customers"
_ALWAYS_QUICK = {"search_name", "id"}
"""Orders that have an index; by others only few customers are ordered."""
_AT_ONCE = 500


@require_GET
def customer_list(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    layout = layout_of(user, list_key=LIST)
    if not request.GET and layout.default_view and layout.default_view.removed_at is None:
        return redirect(f"{reverse('customers')}?{_question(layout.default_view)}")
    columns = columns_for(user)
    asked = read_asked(request.GET, columns, sort="name")
    found = found_customers(user, asked, columns)
    asked = _orderable(asked, found, columns)
    page = keyset_page(_with_parts(found), asked, sort=_sort_of(asked, columns))
    chosen = chosen_columns(columns, layout.columns)
    context = {
        "asked": asked,
        "found": found,
        "page": page,
        "columns": _heads(request, chosen, asked, found),
        "all_columns": _with_choice(columns, chosen),
        "rows": cells_of(page.rows, [column for column, _width in chosen], user),
        "filters": [(column, asked.filter_of(column.key)) for column in columns if column.has_filter],
        "chips": list(_chips(request.GET, asked, columns)),
        "groups": _groups(request, user, asked, columns),
        "group_columns": [column for column in columns if column.can_group],
        "views": views_for(user, list_key=LIST),
        "view": _view_now(user, asked),
        "default_view": layout.default_view_id,
        "question": without(request.GET, "view"),
        "pairs": [(name, value) for name, values in QueryDict(without(request.GET)).lists() for value in values],
        "bulk": _bulk_choices(columns),
    }
    return render(request, "customers/list.html", context)


def _with_parts(found: Found) -> Any:
    related = ("category", "stage", "source", "responsible")
    return found.rows.select_related(*related).prefetch_related("phones", "tags")


def _sort_of(asked: Asked, columns: list[Column]) -> str:
    return next((column.sort for column in columns if column.key == asked.sort), "search_name")


def _orderable(asked: Asked, found: Found, columns: list[Column]) -> Asked:
    """A million are ordered by what there is an index for, and by the name otherwise."""
    if found.is_few or _sort_of(asked, columns) in _ALWAYS_QUICK:
        return asked
    return replace(asked, sort="name", is_descending=False, after="", before="")


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: how it is ordered now ("ascending", "descending", ""), and the address that orders by it."""

    column: Column
    width: int
    order: str
    address: str


def _heads(request: HttpRequest, chosen: list[tuple[Column, int]], asked: Asked, found: Found) -> list[Head]:
    rest = without(request.GET, "sort")
    heads = []
    for column, width in chosen:
        is_now = asked.sort == column.key
        can_sort = bool(column.sort) and (found.is_few or column.sort in _ALWAYS_QUICK)
        turned = f"-{column.key}" if is_now and not asked.is_descending else column.key
        order = ("descending" if asked.is_descending else "ascending") if is_now else ""
        heads.append(Head(column, width, order, f"?{rest}&sort={turned}".replace("?&", "?") if can_sort else ""))
    return heads


def _with_choice(columns: list[Column], chosen: list[tuple[Column, int]]) -> list[tuple[Column, bool, int]]:
    shown = [(column, True, width) for column, width in chosen]
    keys = {column.key for column, _width in chosen}
    return shown + [(column, False, 0) for column in columns if column.key not in keys]


def _chips(query: QueryDict, asked: Asked, columns: list[Column]) -> Any:
    """(words, address without it) of each filter that is set."""
    titles = {column.key: column for column in columns}
    for one in asked.filters:
        names = [f"f.{one.key}", f"f.{one.key}.from", f"f.{one.key}.to", f"f.{one.key}.empty"]
        yield f"{titles[one.key].title}: {_told(one, titles[one.key])}", f"?{without(query, *names)}"


def _told(one: Filter, column: Column) -> str:
    if one.is_empty:
        return _("empty")
    if one.values:
        words = {**dict(column.options), "yes": _("yes"), "no": _("no")}
        return ", ".join(words.get(value, value) for value in one.values)
    return f"{one.at_least or '…'} – {one.at_most or '…'}"


def _groups(request: HttpRequest, user: User, asked: Asked, columns: list[Column]) -> list[dict[str, Any]]:
    column = next((column for column in columns if column.key == asked.group), None)
    if column is None:
        return []
    rest = without(request.GET, f"f.{column.key}", f"f.{column.key}.empty")
    chosen = asked.filter_of(column.key).values
    return [
        {
            "words": words,
            "number": number,
            "is_exact": is_exact,
            "is_chosen": chosen == (value,),
            "address": f"?{rest}&{_pair(f'f.{column.key}', value)}",
        }
        for value, words, number, is_exact in group_counts(user, asked, column, columns)
    ]


def _pair(name: str, value: str) -> str:
    query = QueryDict(mutable=True)
    query[name] = value
    return query.urlencode()


def _bulk_choices(columns: list[Column]) -> dict[str, Any]:
    by_key = {column.key: column.options for column in columns}
    tags = tuple((str(pk), name) for pk, name in Tag.objects.filter(archived_at=None).values_list("pk", "name"))
    return {name: by_key.get(name, ()) for name in ("category", "stage", "responsible")} | {"tags": tags}


# -- saved views and columns -------------------------------------------------------------------------------------------


def _question(view: SavedView) -> str:
    query = QueryDict(view.question, mutable=True)
    query["view"] = str(view.pk)
    return query.urlencode()


def _view_now(user: User, asked: Asked) -> SavedView | None:
    return views_for(user, list_key=LIST).filter(pk=int(asked.view)).first() if _is_id(asked.view) else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


@require_GET
def open_view(request: HttpRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(views_for(signed_in(request), list_key=LIST), pk=pk)
    return redirect(f"{reverse('customers')}?{_question(view)}")


@require_POST
def store_view(request: HttpRequest) -> HttpResponse:
    user, name = signed_in(request), request.POST.get("name", "").replace("\x00", "").strip()
    question = QueryDict(request.POST.get("question", "").replace("\x00", "")[:4000]).urlencode()
    if not name:
        messages.error(request, _("Give the view a name."))
        return redirect(f"{reverse('customers')}?{question}")
    view = save_view(user=user, list_key=LIST, name=name, question=question, is_shared="is_shared" in request.POST)
    if "is_default" in request.POST:
        open_with_view(user=user, list_key=LIST, view=view)
    messages.success(request, _("The view is saved."))
    return redirect("customer-view", pk=view.pk)


@require_POST
def change_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, remove, bring back, or open the list with it. Others' shared views can only be opened with."""
    user, action = signed_in(request), request.POST.get("action", "")
    view = get_object_or_404(SavedView, pk=pk, list_key=LIST)
    if action == "default" and views_for(user, list_key=LIST).filter(pk=pk).exists():
        now = layout_of(user, list_key=LIST).default_view_id
        open_with_view(user=user, list_key=LIST, view=None if now == pk else view)
        return redirect("customer-view", pk=pk)
    view = get_object_or_404(SavedView, pk=pk, list_key=LIST, owner_id=user.pk)
    if action == "remove":
        remove_view(view=view)
        return render(request, "customers/view_removed.html", {"view": view})
    if action == "restore":
        bring_view_back(view=view)
    elif action == "rename":
        rename_view(view=view, name=request.POST.get("name", "").replace("\x00", ""))
    return redirect("customer-view", pk=pk)


@require_POST
def store_columns(request: HttpRequest) -> HttpResponse:
    """`column`: keys in their order; `width-<key>`: px."""
    user = signed_in(request)
    known = {column.key for column in columns_for(user)}
    keys = [key for key in dict.fromkeys(request.POST.getlist("column")) if key in known]
    widths = {key: request.POST.get(f"width-{key}", "") for key in keys}
    chosen = [(key, int(widths[key]) if _is_id(widths[key]) else 0) for key in keys]
    choose_columns(user=user, list_key=LIST, columns=chosen)
    if "X-Callcard-Window" in request.headers and "HX-Request" not in request.headers:
        return HttpResponse(status=204)
    return redirect(f"{reverse('customers')}?{QueryDict(request.POST.get('question', '')[:4000]).urlencode()}")


# -- many at once ------------------------------------------------------------------------------------------------------


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """One change to the customers that were selected, or to all that the filter finds."""
    user = signed_in(request)
    action, _colon, value = request.POST.get("change", "").partition(":")
    value = request.POST.get("value", "") if action == "city" else value
    address = f"{reverse('customers')}?{QueryDict(request.POST.get('question', '')[:4000]).urlencode()}"
    ids = _selected(request, user)
    try:
        batch = change_many(customer_ids=ids, action=action, value=value.replace("\x00", ""), by=user)
    except ValidationError:
        messages.error(request, _("Choose what to change."))
        return redirect(address)
    words = ngettext("%(number)d customer was changed.", "%(number)d customers were changed.", len(ids))
    context = {"words": words % {"number": len(ids)}, "batch": batch, "address": address}
    return render(request, "customers/bulk_done.html", context)


def _selected(request: HttpRequest, user: User) -> list[int]:
    if "all" in request.POST:
        columns = columns_for(user)
        asked = read_asked(QueryDict(request.POST.get("question", "")[:4000]), columns, sort="name")
        found = found_customers(user, asked, columns)
        return list(found.rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    return [int(pk) for pk in request.POST.getlist("customer")[:_AT_ONCE] if _is_id(pk)]


@require_POST
def bulk_undo(request: HttpRequest) -> HttpResponse:
    number = undo_many(batch=request.POST.get("batch", "")[:40] or "-", by=signed_in(request))
    words = ngettext("%(number)d customer is as before.", "%(number)d customers are as before.", number)
    messages.success(request, words % {"number": number})
    return redirect("customers")
