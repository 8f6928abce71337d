"""Types into the search of one database and prints what it took, as JSON: kind -> [milliseconds], and how often the
customer who was meant was among the first eight. Run by bench.search in a process of its own."""

from __future__ import annotations

import json
import random
import sys
import time

import django

KINDS = ("name", "misspelt name", "number", "middle of a number", "e-mail", "order", "own field", "name, sees few")


def typed_by_letter(text: str) -> list[str]:
    """What the server is asked while somebody types: at least two letters."""
    return [text[:end] for end in range(2, len(text) + 1)] if len(text) > 2 else [text]


def with_slip(word: str, chance: random.Random) -> str:
    """Two letters swapped, one left out, or one too many; never the first."""
    at = chance.randrange(1, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return chance.choice((swapped, word[:at] + word[at + 1 :], word[: at + 1] + word[at:]))


def main() -> None:
    django.setup()
    from callcard.customers.models import Contact, Customer, Phone
    from callcard.customers.search import find_customers
    from callcard.customers.search_models import SearchCode
    from callcard.staff.models import User

    customers, rounds = int(sys.argv[1]), int(sys.argv[2])
    everybody = User.objects.order_by("pk").first()
    assert everybody is not None
    limited = User.objects.create_user(f"limited{time.time_ns()}", records="own")
    Customer.objects.filter(pk__in=range(7, customers, max(1, customers // 50))).update(responsible=limited)
    from callcard.customers.search_index import refresh

    refresh(range(7, customers, max(1, customers // 50)))
    chance = random.Random(11)

    def texts(pk: int, kind: str) -> str:
        name = str(Customer.objects.values_list("name", flat=True).get(pk=pk))
        if kind.startswith("name"):
            return name
        if kind == "misspelt name":
            first, last = name.split(" ", 1)
            return f"{first} {with_slip(last, chance)}" if len(last) > 5 else name
        if kind == "order":
            return SearchCode.objects.filter(customer=pk).order_by("pk").values_list("text", flat=True)[0]
        if kind == "e-mail":
            return Contact.objects.filter(customer=pk - pk % 2).values_list("value", flat=True)[0]
        if kind == "own field":
            return "A-" + str(pk % 5000)
        number = str(Phone.objects.filter(customer=pk).order_by("pk").values_list("e164", flat=True)[0])
        return number[-9:-2] if kind == "middle of a number" else "0" + number[4:]

    find_customers("mali", user=everybody)
    answer = {}
    for kind in KINDS:
        took, met = [], 0
        for _ in range(rounds):
            pk = chance.randrange(2, customers)
            text = texts(pk, kind)
            hits = []
            for part in typed_by_letter(text):
                began = time.perf_counter()
                hits = find_customers(part, user=limited if kind.endswith("few") else everybody)
                took.append((time.perf_counter() - began) * 1000)
            wanted = pk - pk % 2 if kind == "e-mail" else pk
            same = {hit.name for hit in hits} if "name" in kind else set()
            is_met = wanted in {hit.customer_id for hit in hits} or Customer.objects.get(pk=wanted).name in same
            met += is_met
        answer[kind] = {"ms": took, "met": met / rounds}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
