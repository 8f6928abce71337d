"""What a window with a list of records shows besides the records, and its saved views and columns.

A room describes its list once (`RecordList`), puts `list_paths` among its addresses and `list_context` into its page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from callcard.kit.ids import is_id
from callcard.ui.list_values import TURNED
from callcard.ui.lists import Asked, Column, Filter, chosen_columns, without
from callcard.ui.models import ListLayout, SavedView
from callcard.ui.saved_views import (
    LONGEST_QUESTION,
    bring_view_back,
    choose_columns,
    layout_of,
    open_with_view,
    remove_view,
    save_view,
    views_for,
)
from callcard.ui.saved_views import change_view as save_changes

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


@dataclass(frozen=True, slots=True)
class RecordList:
    """`key`: of what is kept of it, and the name of its address. `columns`: those that this user may see.

    `sort`: the column it is ordered by when nothing is asked, "-" before it for the other way.
    """

    key: str
    columns: Callable[[Any], list[Column]]
    sort: str

    @property
    def address(self) -> str:
        return reverse(self.key)

    @property
    def columns_url(self) -> str:
        return reverse(f"{self.key}-columns")

    @property
    def store_view_url(self) -> str:
        return reverse(f"{self.key}-store-view")

    @property
    def view_name(self) -> str:
        return f"{self.key}-view"

    @property
    def change_view_name(self) -> str:
        return f"{self.key}-change-view"

    def back_to(self, request: HttpRequest) -> str:
        """The address of the list with the question that a form sent."""
        return f"{self.address}?{question_of(request.POST)}"


def question_of(sent: QueryDict) -> str:
    return QueryDict(sent.get("question", "").replace("\x00", "")[:LONGEST_QUESTION]).urlencode()


def list_paths(records: RecordList, prefix: str) -> list[URLPattern]:
    """Columns and views of a list whose address is `prefix`."""
    key, kept = records.key, {"records": records}
    return [
        path(f"{prefix}columns", store_columns, kept, name=f"{key}-columns"),
        path(f"{prefix}views/new", store_view, kept, name=f"{key}-store-view"),
        path(f"{prefix}views/<int:pk>", open_view, kept, name=f"{key}-view"),
        path(f"{prefix}views/<int:pk>/change", change_view, kept, name=f"{key}-change-view"),
    ]


def _user(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)


def default_view_address(request: HttpRequest, records: RecordList) -> str:
    """Where the list without any question leads this user; empty: it stays."""
    if request.GET:
        return ""
    view = layout_of(_user(request), list_key=records.key).default_view
    return f"{records.address}?{_question(view)}" if view and view.removed_at is None else ""


def list_context(
    request: HttpRequest,
    records: RecordList,
    asked: Asked,
    columns: list[Column],
    *,
    can_sort: Callable[[Column], bool],
) -> dict[str, Any]:
    """For ui/list_tools.html, ui/list_head.html and ui/list_pager.html."""
    user = _user(request)
    layout: ListLayout = layout_of(user, list_key=records.key)
    chosen = chosen_columns(columns, layout.columns)
    return {
        "records": records,
        "asked": asked,
        "columns": _heads(request, chosen, asked, can_sort),
        "all_columns": _with_choice(columns, chosen),
        "filters": [(column, asked.filter_of(column.key)) for column in columns if column.has_filter],
        "chips": list(_chips(request.GET, asked, columns)),
        "unclear": list(_unclear(asked, columns)),
        "group_columns": [column for column in columns if column.can_group],
        "views": views_for(user, list_key=records.key),
        "view": _view_now(user, records, asked),
        "default_view": layout.default_view_id,
        "question": without(request.GET, "view"),
        "pairs": [(name, value) for name, values in QueryDict(without(request.GET)).lists() for value in values],
    }


def group_links(
    query: QueryDict, asked: Asked, column: Column, counts: Sequence[tuple[str, str, int | None, bool]]
) -> list[dict[str, Any]]:
    """`counts`: (value, words, how many or None, exactly?) of each group of this column; without a value: the group of
    those who have none."""
    rest = without(query, f"f.{column.key}", f"f.{column.key}.empty")
    now = asked.filter_of(column.key)
    return [
        {
            "words": words,
            "number": number,
            "is_exact": is_exact,
            "is_chosen": now.values == (value,) if value else now.is_empty,
            "address": f"?{rest}&{_pair(f'f.{column.key}', value) if value else _pair(f'f.{column.key}.empty', '1')}",
        }
        for value, words, number, is_exact in counts
    ]


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: how it is ordered now ("ascending", "descending", ""), and the address that orders by it."""

    column: Column
    width: int
    order: str
    address: str


def _heads(
    request: HttpRequest, chosen: list[tuple[Column, int]], asked: Asked, can_sort: Callable[[Column], bool]
) -> list[Head]:
    rest = without(request.GET, "sort")
    heads = []
    for column, width in chosen:
        is_now = asked.sort == column.key
        turned = f"-{column.key}" if is_now and not asked.is_descending else column.key
        order = ("descending" if asked.is_descending else "ascending") if is_now else ""
        address = f"?{rest}&sort={turned}".replace("?&", "?") if column.sort and can_sort(column) else ""
        heads.append(Head(column, width, order, address))
    return heads


def _with_choice(columns: list[Column], chosen: list[tuple[Column, int]]) -> list[tuple[Column, bool, int]]:
    shown = [(column, True, width) for column, width in chosen]
    keys = {column.key for column, _width in chosen}
    return shown + [(column, False, 0) for column in columns if column.key not in keys]


def _chips(query: QueryDict, asked: Asked, columns: list[Column]) -> Iterator[tuple[str, str]]:
    """(words, address without it) of each filter that is set."""
    titles = {column.key: column for column in columns}
    for one in asked.filters:
        names = [f"f.{one.key}", f"f.{one.key}.from", f"f.{one.key}.to", f"f.{one.key}.empty"]
        yield f"{titles[one.key].title}: {_told(one, titles[one.key])}", f"?{without(query, *names)}"


def _unclear(asked: Asked, columns: list[Column]) -> Iterator[str]:
    titles = {column.key: column.title for column in columns}
    for key, word in asked.unclear:
        values = {"column": titles[key], "word": word}
        if word == TURNED:
            yield _("%(column)s: the range ends before it begins.") % values
        else:
            yield _("%(column)s: “%(word)s” was not understood, and filters nothing.") % values


def _told(one: Filter, column: Column) -> str:
    if one.is_empty:
        return _("empty")
    if one.values:
        words = {**dict(column.options), "yes": _("yes"), "no": _("no")}
        return ", ".join(words.get(value, value) for value in one.values)
    return f"{one.at_least or '…'} – {one.at_most or '…'}"


def _pair(name: str, value: str) -> str:
    query = QueryDict(mutable=True)
    query[name] = value
    return query.urlencode()


# -- saved views and columns -------------------------------------------------------------------------------------------


def _question(view: SavedView) -> str:
    query = QueryDict(view.question, mutable=True)
    query["view"] = str(view.pk)
    return query.urlencode()


def _view_now(user: AbstractBaseUser, records: RecordList, asked: Asked) -> SavedView | None:
    is_named = is_id(asked.view)
    return views_for(user, list_key=records.key).filter(pk=int(asked.view)).first() if is_named else None


@require_GET
def open_view(request: HttpRequest, pk: int, records: RecordList) -> HttpResponse:
    view = get_object_or_404(views_for(_user(request), list_key=records.key), pk=pk)
    return redirect(f"{records.address}?{_question(view)}")


@require_POST
def store_view(request: HttpRequest, records: RecordList) -> HttpResponse:
    user, name = _user(request), request.POST.get("name", "").replace("\x00", "").strip()
    question = question_of(request.POST)
    if not name:
        messages.error(request, _("Give the view a name."))
        return redirect(f"{records.address}?{question}")
    is_shared = "is_shared" in request.POST
    view = save_view(user=user, list_key=records.key, name=name, question=question, is_shared=is_shared)
    if "is_default" in request.POST:
        open_with_view(user=user, list_key=records.key, view=view)
    messages.success(request, _("The view is saved."))
    return redirect(records.view_name, pk=view.pk)


@require_POST
def change_view(request: HttpRequest, pk: int, records: RecordList) -> HttpResponse:
    """Rename, remove, bring back, or open the list with it. Others' shared views can only be opened with."""
    user, action, key = _user(request), request.POST.get("action", ""), records.key
    view = get_object_or_404(SavedView, pk=pk, list_key=key)
    if action == "default" and views_for(user, list_key=key).filter(pk=pk).exists():
        now = layout_of(user, list_key=key).default_view_id
        open_with_view(user=user, list_key=key, view=None if now == pk else view)
        return redirect(records.view_name, pk=pk)
    view = get_object_or_404(SavedView, pk=pk, list_key=key, owner_id=user.pk)
    if action == "remove":
        remove_view(view=view)
        return render(request, "ui/view_removed.html", {"view": view, "records": records})
    if action == "restore":
        bring_view_back(view=view)
    elif action == "rename":
        save_changes(view=view, name=request.POST.get("name", "").replace("\x00", ""))
    return redirect(records.view_name, pk=pk)


@require_POST
def store_columns(request: HttpRequest, records: RecordList) -> HttpResponse:
    """`column`: keys in their order; `width-<key>`: px."""
    user = _user(request)
    known = {column.key for column in records.columns(user)}
    keys = [key for key in dict.fromkeys(request.POST.getlist("column")) if key in known]
    widths = {key: request.POST.get(f"width-{key}", "") for key in keys}
    chosen = [(key, int(widths[key]) if is_id(widths[key]) else 0) for key in keys]
    choose_columns(user=user, list_key=records.key, columns=chosen)
    if "X-Callcard-Window" in request.headers and "HX-Request" not in request.headers:
        return HttpResponse(status=204)
    return redirect(records.back_to(request))
