"""Types into the search of one database and prints what it took, as JSON: kind -> [milliseconds], and how often the
customer who was meant was among the first eight. Run by bench.search in a process of its own."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import django

FEW = "name, sees few"
_SEEN = 50
_OTHER_WAYS = 5


def typed_by_letter(text: str) -> list[str]:
    """What the server is asked while somebody types: at least two letters."""
    return [text[:end] for end in range(2, len(text) + 1)] if len(text) > 2 else [text]


def with_slip(word: str, chance: random.Random) -> str:
    """Two letters swapped, one left out, or one too many; never the first."""
    at = chance.randrange(1, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return chance.choice((swapped, word[:at] + word[at + 1 :], word[: at + 1] + word[at:]))


def kinds() -> dict[str, Callable[[int, random.Random], str]]:
    """Kind of question -> what is typed by somebody who means the customer with this id."""
    from callcard.customers.models import Contact, Customer, Phone
    from callcard.customers.search_models import SearchCode

    def name(pk: int, _chance: random.Random) -> str:
        return str(Customer.objects.values_list("name", flat=True).get(pk=pk))

    def misspelt(pk: int, chance: random.Random) -> str:
        first, last = name(pk, chance).split(" ", 1)
        return f"{first} {with_slip(last, chance)}" if len(last) > 5 else f"{first} {last}"

    def number(pk: int) -> str:
        return str(Phone.objects.filter(customer=pk).order_by("pk").values_list("e164", flat=True)[0])

    def order(pk: int) -> str:
        return str(SearchCode.objects.filter(customer=pk).order_by("pk").values_list("text", flat=True)[0])

    return {
        "name": name,
        "misspelt name": misspelt,
        "number": lambda pk, _chance: "0" + number(pk)[4:],
        "number from abroad": lambda pk, _chance: number(pk),
        "middle of a number": lambda pk, _chance: number(pk)[-9:-2],
        "last four digits": lambda pk, _chance: number(pk)[-4:],
        "e-mail": lambda pk, _chance: str(Contact.objects.filter(customer=pk).values_list("value", flat=True)[0]),
        "order": lambda pk, _chance: order(pk),
        "order's digits": lambda pk, _chance: order(pk).removeprefix("B-"),
        "own field": lambda pk, _chance: f"A-{pk % 5000}",
        FEW: name,
    }


def floor_and_peer(text: str) -> dict[str, list[float]]:
    """Milliseconds of the least that any search does, reading eight customers whom it knows, and of the usual way:
    asking the database for names with this text anywhere."""
    from callcard.customers.models import Customer

    def took(rows: Any) -> float:
        began = time.perf_counter()
        list(rows.values_list("pk", "name")[:8])
        return (time.perf_counter() - began) * 1000

    return {
        "floor": [took(Customer.objects.filter(pk__in=range(at, at + 8))) for at in range(1, 200, 9)],
        "peer": [took(Customer.objects.filter(search_name__contains=text)) for _ in range(_OTHER_WAYS)],
    }


def main() -> None:
    django.setup()
    from callcard.config.office import spare_the_collector
    from callcard.customers.models import Customer
    from callcard.customers.search import Hit, find_customers
    from callcard.customers.search_index import refresh
    from callcard.staff.models import User

    customers, rounds = int(sys.argv[1]), int(sys.argv[2])
    everybody = User.objects.order_by("pk").first()
    assert everybody is not None
    limited = User.objects.create_user(f"limited{time.time_ns()}", records="own")
    seen = range(7, customers, max(1, customers // _SEEN))
    Customer.objects.filter(pk__in=seen).update(responsible=limited)
    refresh(seen)
    chance = random.Random(11)

    find_customers("mali", user=everybody)
    spare_the_collector()  # as the server does when it has started
    answer: dict[str, Any] = {}
    for kind, typed in kinds().items():
        took, met = [], 0
        for _ in range(rounds):
            pk = chance.randrange(2, customers)
            pk -= pk % 2 if kind == "e-mail" else 0
            hits: list[Hit] = []
            for part in typed_by_letter(typed(pk, chance)):
                began = time.perf_counter()
                hits = find_customers(part, user=limited if kind == FEW else everybody)
                took.append((time.perf_counter() - began) * 1000)
            same = {hit.name for hit in hits} if "name" in kind else set()
            met += pk in {hit.customer_id for hit in hits} or Customer.objects.get(pk=pk).name in same
        answer[kind] = {"ms": took, "met": met / rounds}
    print(json.dumps({"kinds": answer, **floor_and_peer("nobody of this name")}))


if __name__ == "__main__":
    main()
