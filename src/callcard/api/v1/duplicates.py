"""/customers/duplicates: who may be the same, as the window of duplicates shows it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from callcard.api.v1.answers import answered, done
from callcard.api.v1.background import JobTold, job_told
from callcard.api.v1.types import Flag, Given, Id, Named, Told, moment, named
from callcard.customers.duplicates import FIND_DUPLICATES
from callcard.customers.merge_models import DuplicatePair
from callcard.customers.merge_queries import possible_duplicates
from callcard.customers.merge_services import say_not_the_same, say_perhaps_the_same
from callcard.jobs.models import Job
from callcard.jobs.services import enqueue
from callcard.staff.requests import signed_in
from callcard.staff.visibility import visible_to

router = Router(tags=["customers"])
_SHOWN = 500
_WHY = {"1number": "number", "2email": "email", "3name": "name", "4alike": "alike"}


class PairTold(Told):
    """`why`: number, email, name, or alike (names). `shared`: what both have, as far as the user sees it."""

    id: int
    first: Named
    second: Named
    why: str
    shared: str
    found_at: str


class PairsTold(Told):
    items: list[PairTold]


class PairsQuery(Given):
    """`differ`: those of whom somebody said that they are two."""

    differ: bool = False


class DifferGiven(Given):
    differ: Flag


@router.get("/duplicates", response=PairsTold, url_name="api-duplicates")
def list_pairs(request: HttpRequest, asked: Query[PairsQuery]) -> HttpResponse:
    """The surest first, at most 500."""
    rows = possible_duplicates(signed_in(request), differ=asked.differ, limit=_SHOWN)
    return answered(request, {"items": [_told(row) for row in rows]})


@router.post("/duplicates/look", response={202: JobTold}, url_name="api-duplicates-look")
def look(request: HttpRequest) -> HttpResponse:
    """Through the whole base, as background work; one search at a time, whoever asks."""
    user = signed_in(request)
    with transaction.atomic():
        open_one = Job.objects.open().filter(kind=FIND_DUPLICATES).first()
        job = open_one or enqueue(kind=FIND_DUPLICATES, user_id=user.pk, title=_("Search for duplicates"))
    return answered(request, job_told(job), status=202)


@router.post("/duplicates/{id:pk}/differ", response={204: None}, url_name="api-duplicates-differ")
def say_differ(request: HttpRequest, pk: Id, said: DifferGiven) -> HttpResponse:
    """That they are two, and are not shown again; or that they may be one after all."""
    user = signed_in(request)
    seen = visible_to(user)
    pairs = DuplicatePair.objects.filter(seen.customers_filter("first__"), seen.customers_filter("second__"))
    pair = pairs.filter(pk=pk).first()
    if pair is None:
        raise Http404
    if said.differ:
        say_not_the_same(pair=pair, by=user)
    else:
        say_perhaps_the_same(pair=pair)
    return done()


def _told(one: DuplicatePair) -> dict[str, Any]:
    return {
        "id": one.pk,
        "first": named(one.first_id, one.first.name),
        "second": named(one.second_id, one.second.name),
        "why": _WHY[one.why],
        "shared": one.shared,
        "found_at": moment(one.found_at),
    }
