"""Opens cards in this process and prints the milliseconds of each as JSON. Started by bench.open_card."""

from __future__ import annotations

import json
import random
import re
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from django.test import Client

    from callcard.customers.models import Customer

ENTRIES_EACH = 1000  # calls, orders, payments, notes and changes of the customer with a long story
_AFTER = re.compile(r'data-after="([^"]+)"')


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.test import Client

    from callcard.config.office import spare_the_collector
    from callcard.staff.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    customers, rounds = int(sys.argv[1]), int(sys.argv[2])
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(User.objects.order_by("pk")[0], "django.contrib.auth.backends.ModelBackend")
    long = _with_a_long_story()
    chosen = random.Random(8)
    timed(client, f"/customers/{long.pk}/")
    spare_the_collector()  # as the server does when it has started
    answer: dict[str, list[float]] = {"any customer": [], "5,000 entries": [], "5,000 entries, parts anew": []}
    for _ in range(rounds * 3):
        answer["any customer"].append(timed(client, f"/customers/{chosen.randrange(1, customers + 1)}/")[0])
    for _ in range(rounds):
        answer["5,000 entries"].append(timed(client, f"/customers/{long.pk}/")[0])
        answer["5,000 entries, parts anew"].append(timed(client, f"/customers/{long.pk}/parts")[0])
    answer["5,000 entries, each page down to the first"] = _all_pages(client, long)
    print(json.dumps(answer))


def timed(client: Client, url: str) -> tuple[float, str]:
    began = time.perf_counter()
    response = client.get(url)
    took = (time.perf_counter() - began) * 1000
    assert response.status_code == 200, url
    return took, response.content.decode()


def _all_pages(client: Client, customer: Customer) -> list[float]:
    times, after = [], ""
    while True:
        took, text = timed(client, f"/customers/{customer.pk}/timeline?after={after}")
        times.append(took)
        found = _AFTER.search(text)
        if found is None:
            return times
        after = found[1]


def _with_a_long_story() -> Customer:
    """A new customer, so that the rest of the company stays as it was seeded."""
    from django.utils import timezone

    from callcard.calls.models import Call
    from callcard.customers.models import Customer, CustomerNote
    from callcard.customers.services import create_customer
    from callcard.sales.models import Order, OrderState, Payment
    from callcard.staff.models import Change, User

    known = Customer.objects.filter(name="A long story").first()
    if known is not None:
        return known
    customer = create_customer(name="A long story", numbers=["020 5551 2345", "020 5551 2346"])
    user, state, now = User.objects.order_by("pk")[0], OrderState.objects.order_by("-pk")[0], timezone.now()
    about: dict[str, Any] = {"customer": customer}
    times = [now - timedelta(hours=index) for index in range(ENTRIES_EACH)]
    Call.objects.bulk_create(
        Call(
            pbx="bench",
            key=f"long-{n}",
            direction="inbound",
            outcome="answered",
            started_at=at,
            talk_seconds=60,
            **about,
        )
        for n, at in enumerate(times)
    )
    Order.objects.bulk_create(
        Order(
            number=f"L-{n}",
            title="Roof tiles",
            state=state,
            is_current=n < 5,
            currency="LAK",
            total=n,
            ordered_at=at,
            **about,
        )
        for n, at in enumerate(times)
    )
    Payment.objects.bulk_create(Payment(amount=n, currency="LAK", paid_at=at, **about) for n, at in enumerate(times))
    CustomerNote.objects.bulk_create(
        CustomerNote(text=f"Note {n}", author=user, written_at=at, **about) for n, at in enumerate(times)
    )
    Change.objects.bulk_create(
        Change(
            about="customer",
            object_id=customer.pk,
            customer_id=customer.pk,
            action="changed",
            before={"city": f"City {n}"},
            after={"city": f"City {n + 1}"},
            by=user,
        )
        for n in range(ENTRIES_EACH)
    )
    return customer


if __name__ == "__main__":
    main()
