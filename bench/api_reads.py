"""Reads one database through the API and through bare views, in turn, and prints the milliseconds of each as JSON.

Run by bench.api in a process of its own. The bar is on the bare views of bench.api_bare. Beside it, without a bar,
stands what the API itself reads and writes, with statements that are compiled once and nothing around it ("compiled"):
that leaves what token, roles, audit and limits cost by themselves.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench import api_bare  # noqa: E402
from callcard.api import sign_in  # noqa: E402
from callcard.api.rate import Rate  # noqa: E402
from callcard.api.tokens.services import make_token  # noqa: E402
from callcard.api.v1.answers import ListQuery  # noqa: E402
from callcard.api.v1.calls import list_calls, read_call  # noqa: E402
from callcard.api.v1.customers import list_customers, read_customer  # noqa: E402
from callcard.api.v1.sales import list_orders, read_order  # noqa: E402
from callcard.api.v1.tasks import TasksQuery, list_tasks, read_task  # noqa: E402
from callcard.calls.models import Call  # noqa: E402
from callcard.config.office import spare_the_collector  # noqa: E402
from callcard.sales.models import Order  # noqa: E402
from callcard.staff.models import User  # noqa: E402
from callcard.tasks.models import Task  # noqa: E402

WARM = 30
_PAGES = {
    "customers": "/api/v1/customers?sort=name&f.city=Pakse",
    "calls": "/api/v1/calls",
    "orders": "/api/v1/orders",
    "tasks": "/api/v1/tasks",
}
_OWNER = User.objects.order_by("pk")[0]


def _compiled(view: Callable[..., HttpResponse], *given: Any) -> Callable[..., HttpResponse]:
    def answer(request: HttpRequest, **named: Any) -> HttpResponse:
        request.user = _OWNER
        return view(request, *named.values(), *given)

    return answer


urlpatterns = [
    path("api/v1/customers/<int:pk>", _compiled(read_customer)),
    path("api/v1/customers", _compiled(list_customers, ListQuery(sort="name"))),
    path("api/v1/calls/<int:pk>", _compiled(read_call)),
    path("api/v1/calls", _compiled(list_calls, ListQuery())),
    path("api/v1/orders/<int:pk>", _compiled(read_order)),
    path("api/v1/orders", _compiled(list_orders, ListQuery())),
    path("api/v1/tasks/<int:pk>", _compiled(read_task)),
    path("api/v1/tasks", _compiled(list_tasks, TasksQuery())),
]


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    sign_in.rate = Rate(10**9)
    customers, rounds = int(sys.argv[1]), int(sys.argv[2])
    in_a_day = timezone.now() + timedelta(days=1)
    token = make_token(user=_OWNER, name="Bench", scopes=_OWNER.permissions.rights, expires_at=in_a_day)[1]
    program, bare = (Client(headers={"Authorization": f"Bearer {token}"}) for _each_its_own_middleware in "ab")
    chance = random.Random(5)
    newest: dict[str, list[int]] = {}
    for name, model in {"calls": Call, "orders": Order, "tasks": Task}.items():
        newest[name] = list(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:rounds])
    reads: dict[str, Callable[[int], str]] = {
        "a customer": lambda _turn: f"/api/v1/customers/{chance.randrange(1, customers + 1)}",
        "the same customer": lambda _turn: "/api/v1/customers/1",
        **{f"one of the {name}": partial(_one_of, name, pks) for name, pks in newest.items()},
        **{f"a page of {name}": partial(_same, address) for name, address in _PAGES.items()},
    }
    spare_the_collector()
    answer: dict[str, dict[str, list[float]]] = {}
    for name, address_of in reads.items():
        took = [_each(program, bare, address_of(turn)) for turn in range(rounds + WARM)][WARM:]
        answer[name] = {way: [one[way] for one in took] for way in ("api", "bare", "compiled")}
    answer["bytes"] = {"bare": [_ask_bare(bare, "/bytes", api_bare.__name__)[0] for _turn in range(rounds)]}
    print(json.dumps(answer))


def _one_of(name: str, pks: list[int], turn: int) -> str:
    return f"/api/v1/{name}/{pks[turn % len(pks)]}"


def _same(address: str, _turn: int) -> str:
    return address


def _each(program: Client, bare: Client, url: str) -> dict[str, float]:
    """Milliseconds of one read in each way, one after the other, with the same bytes."""
    api_ms, told = _ask(program, url)
    whole = json.loads(told)
    api_bare.beside = {name: value for name, value in whole.items() if name != "items"} if "items" in whole else {}
    compiled_ms, compiled = _ask_bare(bare, url, __name__)
    bare_ms, plain = _ask_bare(bare, url, api_bare.__name__)
    assert told == plain == compiled, (url, told, plain)
    return {"api": api_ms, "bare": bare_ms, "compiled": compiled_ms}


def _ask_bare(client: Client, url: str, urls: str) -> tuple[float, bytes]:
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF=urls):
        return _ask(client, url)


def _ask(client: Client, url: str) -> tuple[float, bytes]:
    began = time.perf_counter()
    response: Any = client.get(url)
    took = (time.perf_counter() - began) * 1000
    assert response.status_code == 200, (url, response.content[:500])
    return took, response.content


if __name__ == "__main__":
    main()
