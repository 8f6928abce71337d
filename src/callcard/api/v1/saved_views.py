"""/views: the saved views of the lists, one's own and those that colleagues share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from ninja import Query, Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered, done, made, refuse_if_other
from callcard.api.v1.described import IF_MATCH, ONCE
from callcard.api.v1.repeating import once
from callcard.api.v1.types import Flag, Given, Id, Named, Text, Told, named
from callcard.staff.models import User
from callcard.staff.requests import signed_in
from callcard.ui.models import SavedView
from callcard.ui.saved_views import (
    LONGEST_QUESTION,
    bring_view_back,
    change_view,
    layout_of,
    open_with_view,
    remove_view,
    save_view,
    views_for,
)

router = Router(tags=["views"])
List = Literal["customers", "calls", "orders", "debts", "products"]
_KEYS = {"customers": "customers", "calls": "call-log", "orders": "orders", "debts": "debts", "products": "products"}
_NAMES = {key: name for name, key in _KEYS.items()}
_NEEDS = {"customers": "customers.see", "calls": "calls.see", "products": "goods.see"}
Name = Annotated[Text, Field(min_length=1, max_length=80, pattern=r"\S")]
Question = Annotated[Text, Field(max_length=LONGEST_QUESTION)]


class ViewTold(Told):
    """`question`: the filters, the order and the words, as they stand in the address of the list (`f.city=Pakse&sort=
    name`); a program sends them to the list of the same name. `is_default`: the user's list opens with it."""

    id: int
    list: List
    name: str
    question: str
    owner: Named
    is_shared: bool
    is_default: bool


class ViewsTold(Told):
    items: list[ViewTold]


class ViewsQuery(Given):
    list: List | None = None


class ViewGiven(Given):
    """A view of the same name of the same user is written over. `is_shared`: for everybody."""

    list: List
    name: Name
    question: Question = ""
    is_shared: Flag = False


class ViewChange(Given):
    """What is not sent stays as it is."""

    name: Name = "-"
    question: Question = ""
    is_shared: Flag = False


class DefaultGiven(Given):
    is_default: Flag


@router.get("", response=ViewsTold, url_name="api-views")
def list_views(request: HttpRequest, asked: Query[ViewsQuery]) -> HttpResponse:
    """One's own and those that are shared, of the lists that the user may see."""
    user = signed_in(request)
    names = [asked.list] if asked.list else list(_KEYS)
    rows = [row for name in names if _sees(user, name) for row in views_for(user, list_key=_KEYS[name])]
    return answered(request, {"items": [_told(row, user) for row in rows]})


@router.post("", response={201: ViewTold}, url_name="api-views", openapi_extra=ONCE)
def add_view(request: HttpRequest, said: ViewGiven) -> HttpResponse:
    user = signed_in(request)
    if not _sees(user, said.list):
        raise Problem(403, f"The user or the token does not see {said.list}.")

    def do() -> HttpResponse:
        view = save_view(
            user=user,
            list_key=_KEYS[said.list],
            name=said.name,
            question=_question(said.question),
            is_shared=said.is_shared,
        )
        return made(request, _told(view, user), f"{request.path}/{view.pk}")

    return once(request, do)


@router.get("/{id:pk}", response=ViewTold, url_name="api-view")
def read_view(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    return answered(request, _told(_seen(user, pk), user))


@router.patch("/{id:pk}", response=ViewTold, url_name="api-view", openapi_extra=IF_MATCH)
def change(request: HttpRequest, pk: Id, said: ViewChange) -> HttpResponse:
    """One's own."""
    user = signed_in(request)
    with transaction.atomic():
        view = _own(user, pk)
        refuse_if_other(request, _told(view, user))
        changes = said.model_dump(exclude_unset=True)
        if "question" in changes:
            changes["question"] = _question(changes["question"])
        if _has_name(view, changes.get("name", view.name)):
            raise Problem(422, errors=[("name", "Another view of this list has this name.")])
        change_view(view=view, **changes)
        return answered(request, _told(view, user))


@router.delete("/{id:pk}", response={204: None}, url_name="api-view")
def remove(request: HttpRequest, pk: Id) -> HttpResponse:
    """One's own; `restore` brings it back."""
    remove_view(view=_own(signed_in(request), pk))
    return done()


@router.post("/{id:pk}/restore", response=ViewTold, url_name="api-view-restore")
def restore(request: HttpRequest, pk: Id) -> HttpResponse:
    user = signed_in(request)
    if SavedView.objects.filter(pk=pk, owner=user, removed_at=None).exists():
        raise Problem(409, "It is not removed.")
    bring_view_back(view=_own(user, pk, is_removed=True))
    return answered(request, _told(_seen(user, pk), user))


@router.post("/{id:pk}/default", response=ViewTold, url_name="api-view-default")
def set_default(request: HttpRequest, pk: Id, said: DefaultGiven) -> HttpResponse:
    """Whether the user's list opens with it."""
    user = signed_in(request)
    view = _seen(user, pk)
    if said.is_default or layout_of(user, list_key=view.list_key).default_view_id == pk:
        open_with_view(user=user, list_key=view.list_key, view=view if said.is_default else None)
    return answered(request, _told(view, user))


def _sees(user: User, name: str) -> bool:
    return user.may(_NEEDS.get(name, "sales.see"))


def _seen(user: User, pk: int) -> SavedView:
    """Any other than one's own and shared ones of lists that one sees does not exist for them (Http404)."""
    view = SavedView.objects.filter(pk=pk, list_key__in=_NAMES, removed_at=None).first()
    if view is None or not (view.is_shared or view.owner_id == user.pk) or not _sees(user, _NAMES[view.list_key]):
        raise Http404
    return view


def _own(user: User, pk: int, *, is_removed: bool = False) -> SavedView:
    rows = SavedView.objects.filter(pk=pk, list_key__in=_NAMES, owner=user, removed_at__isnull=not is_removed)
    view = rows.first()
    if view is None or not _sees(user, _NAMES[view.list_key]):
        raise Http404
    return view


def _has_name(view: SavedView, name: str) -> bool:
    others = SavedView.objects.filter(list_key=view.list_key, owner=view.owner_id, name=name.strip()[:80])
    return others.exclude(pk=view.pk).exists()


def _question(text: str) -> str:
    """As an address has it, whatever was sent."""
    return QueryDict(text.removeprefix("?")).urlencode()[:LONGEST_QUESTION]


def _told(view: SavedView, user: User) -> dict[str, Any]:
    return {
        "id": view.pk,
        "list": _NAMES[view.list_key],
        "name": view.name,
        "question": view.question,
        "owner": named(view.owner_id, view.owner.shown_name),
        "is_shared": view.is_shared,
        "is_default": layout_of(user, list_key=view.list_key).default_view_id == view.pk,
    }
