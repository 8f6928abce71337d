"""Whose token it is, and what the company keeps that others refer to: colleagues, own lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from callcard.api.sign_in import token_of
from callcard.api.v1.answers import answered
from callcard.api.v1.types import Named, Told, moment, named
from callcard.calls.models import CallResult, CallTag
from callcard.customers.models import Category, CustomerSource, CustomerStage, Tag
from callcard.sales.models import OrderState, PaymentMethod
from callcard.staff.models import User
from callcard.staff.requests import signed_in

router = Router(tags=["company"])
_LISTS: dict[str, Callable[[], Iterable[Any]]] = {
    "categories": lambda: Category.objects.all(),
    "stages": lambda: CustomerStage.objects.all(),
    "sources": lambda: CustomerSource.objects.all(),
    "tags": lambda: Tag.objects.all(),
    "call_results": lambda: CallResult.objects.all(),
    "call_tags": lambda: CallTag.objects.all(),
    "order_states": lambda: OrderState.objects.all(),
    "payment_methods": lambda: PaymentMethod.objects.all(),
}


class Me(Told):
    """`scopes`: what the token allows and its user may do at this moment."""

    user: Named
    token: str
    scopes: list[str]
    expires_at: str


class Colleague(Told):
    id: int
    name: str
    extensions: list[str]


class Colleagues(Told):
    items: list[Colleague]


class Entry(Told):
    """An archived entry stays where it is, and cannot be given anew."""

    id: int
    name: str
    is_archived: bool


class Lists(Told):
    categories: list[Entry]
    stages: list[Entry]
    sources: list[Entry]
    tags: list[Entry]
    call_results: list[Entry]
    call_tags: list[Entry]
    order_states: list[Entry]
    payment_methods: list[Entry]


@router.get("/me", response=Me, url_name="api-me")
def me(request: HttpRequest) -> HttpResponse:
    user, token = signed_in(request), token_of(request)
    data = {
        "user": named(user.pk, user.shown_name),
        "token": token.name,
        "scopes": sorted(user.permissions.rights),
        "expires_at": moment(token.expires_at),
    }
    return answered(request, data)


@router.get("/colleagues", response=Colleagues, url_name="api-colleagues")
def colleagues(request: HttpRequest) -> HttpResponse:
    """Everybody who can sign in, with their extensions."""
    people = User.objects.filter(is_active=True).prefetch_related("extensions").order_by("pk")
    rows = [
        {"id": one.pk, "name": one.shown_name, "extensions": sorted(phone.number for phone in one.extensions.all())}
        for one in people
    ]
    return answered(request, {"items": rows})


@router.get("/lists", response=Lists, url_name="api-lists")
def lists(request: HttpRequest) -> HttpResponse:
    """The company's own lists, in their order."""
    told = {
        key: [{"id": one.pk, "name": one.name, "is_archived": one.archived_at is not None} for one in rows()]
        for key, rows in _LISTS.items()
    }
    return answered(request, told)
