"""How answers are sent: JSON with an ETag, pages of lists with cursors that nobody can make up."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from ninja import Query

from callcard.api.problems import Problem
from callcard.api.v1.types import Told
from callcard.ui.lists import Asked, Column, Page, read_asked

Json = Any
_OWN_NAMES = {"after", "q", "sort"}


class PageOfList(Told):
    """`next`: where the next page begins, null after the last one. A page may have few rows and still have a next.

    `number`: how many there are in all; null where counting them would take long; at least so many unless `is_exact`.
    """

    next: str | None
    number: int | None
    is_exact: bool


def answered(
    request: HttpRequest, data: Json, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    body = encoded(data)
    tag = tag_of(body)
    more = {"ETag": tag, "Cache-Control": "private, no-cache", **(headers or {})}
    if request.method == "GET" and _names(request.headers.get("If-None-Match", ""), tag):
        return HttpResponse(status=304, headers=more)
    return HttpResponse(body, content_type="application/json", status=status, headers=more)


def made(request: HttpRequest, data: Json, address: str) -> HttpResponse:
    return answered(request, data, status=201, headers={"Location": address})


def done() -> HttpResponse:
    """It is done, and there is nothing to say about it."""
    return HttpResponse(status=204)


def encoded(data: Json) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def tag_of(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:32]}"'


def refuse_if_other(request: HttpRequest, now: Json) -> None:
    """`now`: what a GET would tell, read after the record was locked. Raises Problem: 428 without If-Match, 412."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise Problem(428, "Send If-Match with the ETag that you have read.")
    if not _names(given, tag_of(encoded(now))):
        raise Problem(412, "The record has changed since you read it. Read it again.")


def _names(given: str, tag: str) -> bool:
    return given.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in given.split(","))


# -- lists -------------------------------------------------------------------------------------------------------------


class ListQuery(Told):
    """Besides these: a filter for each column of the list, as in the address of its window (`f.city=Vientiane`)."""

    q: str = ""
    sort: str = ""
    after: str = ""


Listed = Query[ListQuery]


def asked_of(
    request: HttpRequest, key: str, columns: list[Column], *, sort: str, others: Collection[str] = ()
) -> Asked:
    """The question in an address. `others`: parameters that somebody else reads. Raises Problem (400) for whatever
    makes no sense."""
    query = request.GET.copy()
    known = {column.key: column for column in columns}
    wanted = query.get("sort", "")
    unknown = [name for name in query if name not in {*_OWN_NAMES, *others} and not _is_filter(name, known)]
    if unknown:
        raise Problem(400, errors=[(name[:80], "There is no such parameter.") for name in unknown])
    if wanted and not getattr(known.get(wanted.removeprefix("-")), "sort", ""):
        raise Problem(400, errors=[("sort", "This list has no such order.")])
    if not wanted:
        query.pop("sort", None)
    if query.get("after"):
        query["after"] = _opened(key, query)
    asked = read_asked(query, columns, sort=sort)
    if asked.unclear:
        raise Problem(400, errors=[(f"f.{name}", f"“{word}” was not understood.") for name, word in asked.unclear])
    _refuse_unknown_choices(asked, known)
    return asked


def _is_filter(name: str, columns: Mapping[str, Column]) -> bool:
    key = name.removeprefix("f.")
    bare = key.removesuffix(".from").removesuffix(".to").removesuffix(".empty")
    return name.startswith("f.") and any(one in columns and columns[one].has_filter for one in (key, bare))


def _refuse_unknown_choices(asked: Asked, columns: Mapping[str, Column]) -> None:
    for one in asked.filters:
        column = columns[one.key]
        offered = {value for value, _words in column.options}
        odd = [value for value in one.values if column.kind in ("choice", "choices") and value not in offered]
        if odd:
            raise Problem(400, errors=[(f"f.{one.key}", f"“{value}” is not among the choices.") for value in odd])


@dataclass(frozen=True, slots=True)
class Counted:
    """How many a list has found."""

    number: int | None
    is_exact: bool


def page_told(
    request: HttpRequest, key: str, page: Page, found: Any, tell: Callable[[list[Any]], list[Json]]
) -> HttpResponse:
    """`found`: what a list has found, with its number."""
    cursor = _closed(key, request.GET, page.next) if page.next else None
    data = {"items": tell(page.rows), "next": cursor, "number": found.number, "is_exact": found.is_exact}
    link = {"Link": f'<{_next_address(request, cursor)}>; rel="next"'} if cursor else {}
    return answered(request, data, headers=link)


def _next_address(request: HttpRequest, cursor: str) -> str:
    query = request.GET.copy()
    query["after"] = cursor
    return f"{request.path}?{query.urlencode()}"


def _signer(key: str, query: Any) -> Signer:
    """A cursor belongs to one question: in the answers to another one it would mean another place."""
    rest = sorted((name, tuple(query.getlist(name))) for name in query if name != "after")
    return Signer(salt=f"callcard.api.cursor:{key}:{json.dumps(rest)}")


def _closed(key: str, query: Any, cursor: str) -> str:
    return _signer(key, query).sign(cursor)


def _opened(key: str, query: Any) -> str:
    try:
        return _signer(key, query).unsign(query["after"])
    except BadSignature:
        raise Problem(400, errors=[("after", "This is no cursor of this list.")]) from None
