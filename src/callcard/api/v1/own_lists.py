"""/lists/…: the entries of the company's own lists, as Settings, Lists changes them."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field

from callcard.api.problems import Problem
from callcard.api.v1.answers import answered, done, made, refuse_if_other
from callcard.api.v1.described import IF_MATCH, ONCE
from callcard.api.v1.formed import refuse_unless_valid, typed
from callcard.api.v1.repeating import once
from callcard.api.v1.types import Flag, Given, Id, Reference, Text, Told
from callcard.staff.own_list_forms import EntryForm
from callcard.staff.own_lists import (
    EntryInUse,
    OwnList,
    archive_entry,
    offered_list,
    order_entries,
    remove_entry,
    replace_entry,
    restore_entry,
    save_entry,
    times_used,
)
from callcard.staff.requests import signed_in

router = Router(tags=["company"])
Slug = Path[Annotated[str, Field(pattern="^[a-z-]{1,20}$")]]
"""categories, stages, sources, tags, call-results, call-tags, order-states or payment-methods."""


class EntryTold(Told):
    """`used`: in how many places. Null: what this list does not have."""

    id: int
    name: str
    colour: str | None
    icon: str | None
    is_customer: bool | None
    is_current: bool | None
    is_owed: bool | None
    next_days: int | None
    is_archived: bool
    used: int


class EntryChange(Given):
    """What the list has: categories a colour and an icon, stages a colour and `is_customer`, call results a colour and
    `next_days`, order states a colour, `is_current` and `is_owed`, tags a colour. What is not sent stays as it is."""

    name: Annotated[Text, Field(min_length=1, max_length=60)] = "-"
    colour: Annotated[str, Field(max_length=20)] = "blue"
    icon: Annotated[str, Field(max_length=20)] = ""
    is_customer: Flag = False
    is_current: Flag = True
    is_owed: Flag = True
    next_days: Annotated[int, Field(strict=True, ge=0, le=3650)] | None = None


class EntryGiven(EntryChange):
    name: Annotated[Text, Field(min_length=1, max_length=60)]


class EntriesOrder(Given):
    """Entries that are not named follow those that are."""

    entries: Annotated[list[Reference], Field(max_length=1000)]


class InsteadGiven(Given):
    instead: Reference


class PlacesTold(Told):
    places: int


@router.post("/{slug:name}", response={201: EntryTold}, url_name="api-list", openapi_extra=ONCE)
def add_entry(request: HttpRequest, name: Slug, said: EntryGiven) -> HttpResponse:
    """At the end of the list."""
    user, own_list = signed_in(request), _list(name)

    def do() -> HttpResponse:
        entry = own_list.model()
        entry = save_entry(own_list, entry=entry, values=_values(own_list, entry, said), by=user)
        return made(request, _told(own_list, entry), f"{request.path}/{entry.pk}")

    return once(request, do)


@router.post("/{slug:name}/order", response={204: None}, url_name="api-list-order")
def order(request: HttpRequest, name: Slug, said: EntriesOrder) -> HttpResponse:
    """In which they are offered."""
    order_entries(_list(name), keys=said.entries)
    return done()


@router.get("/{slug:name}/{id:pk}", response=EntryTold, url_name="api-list-entry")
def read_entry(request: HttpRequest, name: Slug, pk: Id) -> HttpResponse:
    own_list = _list(name)
    return answered(request, _told(own_list, _entry(own_list, pk)))


@router.patch("/{slug:name}/{id:pk}", response=EntryTold, url_name="api-list-entry", openapi_extra=IF_MATCH)
def change_entry(request: HttpRequest, name: Slug, pk: Id, said: EntryChange) -> HttpResponse:
    own_list = _list(name)
    with transaction.atomic():
        entry = _entry(own_list, pk, is_locked=True)
        refuse_if_other(request, _told(own_list, entry))
        save_entry(own_list, entry=entry, values=_values(own_list, entry, said), by=signed_in(request))
        return answered(request, _told(own_list, _entry(own_list, pk)))


@router.delete("/{slug:name}/{id:pk}", response={204: None}, url_name="api-list-entry")
def remove(request: HttpRequest, name: Slug, pk: Id) -> HttpResponse:
    """One that is used nowhere; others are archived or replaced."""
    own_list = _list(name)
    try:
        remove_entry(own_list, entry=_entry(own_list, pk), by=signed_in(request))
    except EntryInUse:
        raise Problem(409, "It is in use: archive it, or say what to put instead (replace).", kind="in-use") from None
    return done()


@router.post("/{slug:name}/{id:pk}/archive", response=EntryTold, url_name="api-list-entry-archive")
def archive(request: HttpRequest, name: Slug, pk: Id) -> HttpResponse:
    """It is offered no more; what has it keeps it."""
    own_list = _list(name)
    archive_entry(own_list, entry=_entry(own_list, pk), by=signed_in(request))
    return answered(request, _told(own_list, _entry(own_list, pk)))


@router.post("/{slug:name}/{id:pk}/restore", response=EntryTold, url_name="api-list-entry-restore")
def restore(request: HttpRequest, name: Slug, pk: Id) -> HttpResponse:
    own_list = _list(name)
    restore_entry(own_list, entry=_entry(own_list, pk), by=signed_in(request))
    return answered(request, _told(own_list, _entry(own_list, pk)))


@router.post("/{slug:name}/{id:pk}/replace", response=PlacesTold, url_name="api-list-entry-replace")
def replace(request: HttpRequest, name: Slug, pk: Id, said: InsteadGiven) -> HttpResponse:
    """Another entry takes its place wherever it is used, and it is removed. It cannot be undone."""
    own_list = _list(name)
    entry, other = _entry(own_list, pk), own_list.current().filter(pk=said.instead).exclude(pk=pk).first()
    if other is None:
        raise Problem(422, errors=[("instead", "There is no such entry, or it is archived.")])
    return answered(request, {"places": replace_entry(own_list, entry=entry, other=other, by=signed_in(request))})


def _list(name: str) -> OwnList:
    found = offered_list(name)
    if found is None:
        raise Http404
    return found


def _entry(own_list: OwnList, pk: int, *, is_locked: bool = False) -> Any:
    rows = own_list.entries().select_for_update() if is_locked else own_list.entries()
    entry = rows.filter(pk=pk).first()
    if entry is None:
        raise Http404
    return entry


def _values(own_list: OwnList, entry: Any, said: EntryChange) -> dict[str, Any]:
    """All fields of the entry as they are wanted. Raises Problem."""
    given = said.model_dump(exclude_unset=True)
    odd = sorted(given.keys() - {*own_list.fields})
    if odd:
        raise Problem(422, errors=[(name, "Entries of this list have no such field.") for name in odd])
    held = {name: getattr(entry, name) for name in own_list.fields}
    form = EntryForm(own_list, typed({**held, **given}), entry=entry if entry.pk else None)
    refuse_unless_valid(form)
    return form.cleaned_data


def _told(own_list: OwnList, entry: Any) -> dict[str, Any]:
    names = ("colour", "icon", "is_customer", "is_current", "is_owed", "next_days")
    return {
        "id": entry.pk,
        "name": entry.name,
        **{name: getattr(entry, name) if name in own_list.fields else None for name in names},
        "is_archived": entry.archived_at is not None,
        "used": times_used(own_list, entry),
    }
