"""Asks one database for pages of the lists of customers and orders and prints the milliseconds of each as JSON.

Run by bench.list in a process of its own. A page is the whole answer of the server, template included.
"""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from bench.rights import managers_rights  # noqa: E402
from bench.seed_rows import USERS  # noqa: E402
from callcard.config.office import spare_the_collector  # noqa: E402
from callcard.customers.models import Customer  # noqa: E402
from callcard.staff.models import User  # noqa: E402
from callcard.staff.roles.rules import Scope  # noqa: E402

QUESTIONS = {
    "everyone by name": "sort=name",
    "everyone, newest first": "sort=-created",
    "a category": "f.category=3",
    "a category, newest first": "f.category=3&sort=-created",
    "two categories": "f.category=3&f.category=4",
    "a rare tag": "f.tags=2",
    "a rare tag by city": "f.tags=2&sort=city",
    "a frequent tag": "f.tags=1",
    "a tag of one end of the alphabet": "f.tags=3",
    "that tag and a category": "f.tags=3&f.category=3",
    "that tag, newest first": "f.tags=3&sort=-created",
    "a responsible person": "f.responsible=7",
    "an own field": "f.own-contract=A-17",
    "an own field that all have": "f.own-source=fair",
    "by an own number": "sort=-own-limit",
    "a range of an own number": "f.own-limit.from=10&f.own-limit.to=20",
    "a city and a category": "f.city=Pakse&f.category=2",
    "entered in a month": "f.created.from=2026-06-20&f.created.to=2026-07-20",
    "entered in a month, newest first": "f.created.from=2026-06-20&f.created.to=2026-07-20&sort=-created",
    "entered in a week, a category": "f.created.from=2026-11-14&f.category=2",
    "nobody among many": "f.stage.empty=1&f.birthday.from=1990-01-01&f.category.empty=1",
    "groups by category": "group=category",
    "groups by responsible": "group=responsible",
    "groups by category in a city": "group=category&f.city=Pakse",
    "a responsible person and a category": "f.responsible=7&f.category=2",
    "a category, a city and a country": "f.category=2&f.city=Pakse&f.country=LA",
    "words": "q=somchai",
    "words and a category": "q=somchai&f.category=3",
}

ORDERS = {
    "orders": "",
    "orders by number": "sort=number",
    "orders in a state": "f.state=2",
    "orders in a state, the oldest first": "f.state=2&sort=ordered",
    "orders in two states": "f.state=2&f.state=3",
    "orders in a currency": "f.currency=LAK",
    "orders in a rare currency": "f.currency=USD",
    "orders in a rare currency by total": "f.currency=USD&sort=total",
    "orders in a currency and a state": "f.currency=EUR&f.state=2",
    "cancelled orders": "f.standing=cancelled",
    "current orders": "f.standing=current",
    "late orders": "f.standing=late",
    "orders of nobody": "f.responsible.empty=1",
    "orders of a responsible in a state": "f.responsible=7&f.state=2",
    "orders without a day": "f.due.empty=1",
    "orders due in a week": "f.due.from=2026-11-21&f.due.to=2026-11-28",
    "orders of a month": "f.ordered.from=2026-06-20&f.ordered.to=2026-07-20",
    "orders of a month in a state": "f.ordered.from=2026-06-20&f.ordered.to=2026-07-20&f.state=2",
    "orders grouped by state": "group=state",
    "orders of a month grouped by state": "group=state&f.ordered.from=2026-06-20&f.ordered.to=2026-07-20",
    "orders whose number begins so": "q=B-12",
    "orders of a name": "q=somchai",
}
SEEN_BY = {"everything": "", "fifty customers": "few", "five thousand customers": "some", "a fiftieth": "many"}
"""Views: of an owner, and of managers who see only their own customers. Those ask fewer questions."""
_OF_MANAGERS = frozenset(
    {
        *("everyone by name", "everyone, newest first", "a category", "a city and a category", "groups by category"),
        *("orders", "orders in a state", "orders in a rare currency", "late orders", "orders of a month"),
    }
)


def main() -> None:
    setup_test_environment()
    settings.ALLOWED_HOSTS = ["testserver"]
    customers, rounds = int(sys.argv[1]), int(sys.argv[2])
    answer: dict[str, dict[str, list[float]]] = {}
    client = Client(headers={"X-Callcard-Window": "1"})
    spare_the_collector()  # as the server does when it has started
    for view, user in _viewers(customers).items():
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        for address, questions in (("/customers/", QUESTIONS), ("/orders/", ORDERS)):
            _page(client, address, "")
            for name, question in questions.items():
                if view == "everything" or name in _OF_MANAGERS:
                    told = name if view == "everything" else f"{name}, sees {view}"
                    answer[told] = _pages(client, address, question, rounds)
    print(json.dumps(answer))


def _viewers(customers: int) -> dict[str, User]:
    """The last users of the company see only their own customers; most of them were given to others."""
    found = {}
    for place, (view, name) in enumerate(SEEN_BY.items()):
        user = User.objects.order_by("pk")[USERS - 1 - place if name else 0]
        found[view] = user
        User.objects.filter(pk=user.pk).update(rights=managers_rights(Scope.OWN if name else Scope.ALL))
        kept = {"few": 50, "some": 5000}.get(name)
        theirs = Customer.objects.filter(responsible=user, pk__gt=(kept or 0) * USERS)
        if kept:
            theirs.update(responsible=User.objects.order_by("pk")[0])
        user.refresh_from_db()
    return found


def _pages(client: Client, address: str, question: str, rounds: int) -> dict[str, list[float]]:
    first, middle, last = [], [], []
    for _ in range(rounds):
        took, further = _page(client, address, question)
        first.append(took)
        for _step in range(3 if further else 0):
            took, further = _page(client, address, f"{question}&after={further}") if further else (took, "")
            middle.append(took)
        last.append(_page(client, address, f"{question}&last=1")[0])
    return {"first": first, "middle": middle or first, "last": last}


def _page(client: Client, address: str, question: str) -> tuple[float, str]:
    began = time.perf_counter()
    response = client.get(f"{address}?{question}")
    took = (time.perf_counter() - began) * 1000
    assert response.status_code == 200, question
    return took, response.context["page"].next


if __name__ == "__main__":
    main()
