"""Opens the same pages as somebody who sees everything and as two who do not, and prints the milliseconds as JSON.

Run by bench.visibility in a process of its own. Everybody who is asked about sees a share of the customers that is
large enough for full pages: the ones whose responsible person is in their team. Contacts are hidden from them, and
numbers veiled.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from callcard.config.office import spare_the_collector  # noqa: E402
from callcard.customers.models import Customer  # noqa: E402
from callcard.staff.models import User  # noqa: E402
from callcard.staff.roles.ready import READY  # noqa: E402
from callcard.staff.roles.rules import Given, Scope, joined, written  # noqa: E402

WARM = 5
_HIDDEN = {"phones.whole", "contacts.see"}
_CHOSEN = 200


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    rounds = int(sys.argv[2])
    everybody, own = User.objects.order_by("pk")[0], User.objects.order_by("pk")[1]
    limited = {"own": Scope.OWN, "team": Scope.TEAM}
    chance = random.Random(3)
    theirs = list(Customer.objects.filter(responsible=own).order_by("pk").values_list("pk", flat=True)[:_CHOSEN])
    words = list(Customer.objects.filter(pk__in=theirs).values_list("name", flat=True))
    pages: dict[str, Callable[[], str]] = {
        "list by name": lambda: "/customers/?sort=name",
        "list, a city": lambda: "/customers/?f.city=Pakse",
        "list, newest first": lambda: "/customers/?sort=-created",
        "orders": lambda: "/orders/",
        "card": lambda: f"/customers/{chance.choice(theirs)}/",
        "search of a name": lambda: f"/customers/find?q={chance.choice(words).split()[0]}",
    }
    answer: dict[str, dict[str, list[float]]] = {}
    for told, scope in limited.items():
        _give(own, scope)
        seen_by_all, seen_by_few = _client(everybody), _client(own)
        spare_the_collector()
        for name, page in pages.items():
            took = [_pair(seen_by_all, seen_by_few, page()) for _turn in range(rounds + WARM)][WARM:]
            of = f"{name}, sees {told}"
            answer[of] = {"all": [one for one, _few in took], "limited": [few for _one, few in took]}
    print(json.dumps(answer))


def _give(user: User, scope: Scope) -> None:
    """What a manager may, with these records, without contacts and without whole numbers."""
    rights = written(joined([Given("manager", READY["manager"].rights - _HIDDEN, scope)]))
    User.objects.filter(pk=user.pk).update(rights=rights)
    user.refresh_from_db()


def _client(user: User) -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def _pair(seen_by_all: Client, seen_by_few: Client, url: str) -> tuple[float, float]:
    return _took(seen_by_all, url), _took(seen_by_few, url)


def _took(client: Client, url: str) -> float:
    began = time.perf_counter()
    response: Any = client.get(url)
    took = (time.perf_counter() - began) * 1000
    assert response.status_code == 200, (url, response.status_code)
    return took


if __name__ == "__main__":
    main()
