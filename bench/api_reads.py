"""Reads one database through the API and through bare views, in turn, and prints the milliseconds of each as JSON.

Run by bench.api in a process of its own. A bare view is what somebody writes who wants these bytes and nothing else: no
middleware, no token, no roles, no audit, no limits, no reading of what is asked. It reads the same rows by the same
queries, once as Django runs them ("bare") and once with our statements that are compiled once ("compiled"), which
leaves nothing but what stands around them.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Hashable, Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from callcard.api import sign_in  # noqa: E402
from callcard.api.rate import Rate  # noqa: E402
from callcard.api.tokens.services import make_token  # noqa: E402
from callcard.api.v1.answers import ListQuery  # noqa: E402
from callcard.api.v1.calls import read_call  # noqa: E402
from callcard.api.v1.customers import list_customers, read_customer  # noqa: E402
from callcard.calls.models import Call  # noqa: E402
from callcard.config.office import spare_the_collector  # noqa: E402
from callcard.staff.kept_queries import KeptQuery, KeptQueryOfMany  # noqa: E402
from callcard.staff.models import User  # noqa: E402

WARM = 30
_LIST = "?sort=name&f.city=Pakse"
_OWNER = User.objects.order_by("pk")[0]


def _customer(request: HttpRequest, pk: int) -> HttpResponse:
    request.user = _OWNER
    return read_customer(request, pk)


def _call(request: HttpRequest, pk: int) -> HttpResponse:
    request.user = _OWNER
    return read_call(request, pk)


def _customers(request: HttpRequest) -> HttpResponse:
    request.user = _OWNER
    return list_customers(request, ListQuery(sort="name"))


def _bytes(_request: HttpRequest) -> HttpResponse:
    """The least that Django does."""
    return HttpResponse(b"{}" * 700, content_type="application/json")


urlpatterns = [
    path("api/v1/customers/<int:pk>", _customer),
    path("api/v1/customers", _customers),
    path("api/v1/calls/<int:pk>", _call),
    path("bytes", _bytes),
]


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    sign_in.rate = Rate(10**9)
    customers, rounds = int(sys.argv[1]), int(sys.argv[2])
    in_a_day = timezone.now() + timedelta(days=1)
    token = make_token(user=_OWNER, name="Bench", scopes=_OWNER.permissions.rights, expires_at=in_a_day)[1]
    program, bare = Client(headers={"Authorization": f"Bearer {token}"}), Client()
    chance = random.Random(5)
    calls = list(Call.objects.order_by("-pk").values_list("pk", flat=True)[: rounds + WARM])
    reads: dict[str, Callable[[int], str]] = {
        "a customer": lambda _turn: f"/api/v1/customers/{chance.randrange(1, customers + 1)}",
        "the same customer": lambda _turn: "/api/v1/customers/1",
        "a page of customers": lambda _turn: f"/api/v1/customers{_LIST}",
        "a call": lambda turn: f"/api/v1/calls/{calls[turn % len(calls)]}",
    }
    spare_the_collector()
    answer: dict[str, dict[str, list[float]]] = {}
    for name, address in reads.items():
        took = [_each(program, bare, address(turn)) for turn in range(rounds + WARM)][WARM:]
        answer[name] = {way: [one[way] for one in took] for way in ("api", "bare", "compiled")}
    answer["bytes"] = {"bare": [_ask_bare(bare, "/bytes")[0] for _turn in range(rounds)]}
    print(json.dumps(answer))


def _each(program: Client, bare: Client, url: str) -> dict[str, float]:
    """Milliseconds of one read in each way, one after the other, with the same bytes."""
    api_ms, told = _ask(program, url)
    compiled_ms, compiled = _ask_bare(bare, url)
    with patch.object(KeptQuery, "rows", _by_django), patch.object(KeptQueryOfMany, "rows", _many_by_django):
        bare_ms, plain = _ask_bare(bare, url)
    assert told == plain == compiled, url
    return {"api": api_ms, "bare": bare_ms, "compiled": compiled_ms}


def _by_django(kept: KeptQuery[Any], pk: int, *given: Any, scope: Hashable = None) -> list[Any]:
    return list(kept._build(pk, *given))


def _many_by_django(kept: KeptQueryOfMany[Any], pks: Sequence[int]) -> list[Any]:
    return list(kept._build(list(pks)))


def _ask_bare(client: Client, url: str) -> tuple[float, bytes]:
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF=__name__):
        return _ask(client, url)


def _ask(client: Client, url: str) -> tuple[float, bytes]:
    began = time.perf_counter()
    response: Any = client.get(url)
    took = (time.perf_counter() - began) * 1000
    assert response.status_code == 200, (url, response.content[:500])
    return took, response.content


if __name__ == "__main__":
    main()
