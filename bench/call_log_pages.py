"""Asks one database for pages of the log and prints the milliseconds of each as JSON.

Run by bench.call_log in a process of its own. A page is the whole answer of the server, template included. Somebody who
sees everything asks first, then somebody who sees only what is theirs.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any
from urllib.parse import quote

import django

from bench.rights import managers_rights
from bench.seed_call_rows import CUSTOMERS, RARE_LINE, RARE_QUEUE, RARE_RESULT
from bench.seed_rows import number_of

_MONTH = "f.started.from=2026-06-01&f.started.to=2026-06-30"
QUESTIONS = {
    "everything": "sort=-started",
    "the oldest first": "sort=started",
    "a day": "f.started.from=2026-09-01&f.started.to=2026-09-01",
    "a month": _MONTH,
    "incoming": "f.direction=inbound",
    "internal": "f.direction=internal",
    "missed": "f.outcome=missed",
    "failed": "f.outcome=failed",
    "end not seen": "f.outcome=unknown",
    "missed, incoming, a month": f"f.direction=inbound&f.outcome=missed&{_MONTH}",
    "customers": "f.customer=known",
    "unknown callers": "f.customer=unknown",
    "a number": f"f.number={quote(number_of(7))}",
    "a beginning of numbers": "f.number=%2B8562055",
    "an extension": "f.number=307",
    "a frequent line": "f.line=%2B85621280000",
    "a rare line": f"f.line={quote(RARE_LINE)}",
    "a group": "f.queue=group 2",
    "a rare group": f"f.queue={RARE_QUEUE}",
    "no group": "f.queue.empty=1",
    "who talks most": "f.person=1",
    "who talks least": "f.person=200",
    "three people": "f.person=20&f.person=21&f.person=22",
    "answered by": "f.answered=40",
    "answered by nobody of us": "f.answered.empty=1",
    "a result": "f.result=Interested",
    "a rare result": f"f.result={quote(RARE_RESULT)}",
    "answered without a result": "f.outcome=answered&f.result.empty=1",
    "tags": "f.tags=2",
    "a rare tag": "f.tags=4",
    "no tag": "f.tags.empty=1",
    "an order": "f.order=B-31",
    "no order": "f.order.empty=1",
    "talked long": "f.talked.from=3000",
    "talked very long": "f.talked.from=3598",
    "talked briefly": "f.talked.from=1&f.talked.to=6",
    "rang long": "f.rang.from=55",
    "held": "f.held.from=1",
    "held long": "f.held.from=203",
    "costs": "f.cost.from=900",
    "costs most": "f.cost.from=999",
    "recorded": "f.recorded=yes",
    "not recorded": "f.recorded=no",
    "from records": "f.origin=record",
    "by hand": "f.origin=hand",
    "a rare line and missed": f"f.line={quote(RARE_LINE)}&f.outcome=missed",
    "a line, a group, a result": "f.line=%2B85621280007&f.queue=group 3&f.result=Ordered",
    "a person, busy, a line": "f.person=150&f.outcome=busy&f.line=%2B85621280006",
    "a person, held long": "f.person=10&f.held.from=100",
    "recorded, long, unknown": "f.recorded=yes&f.talked.from=2500&f.customer=unknown",
    "by hand and a tag": "f.origin=hand&f.tags=1",
    "nobody among many": "f.direction=internal&f.queue=group 1",
    "words": "q=somchai",
    "a number as words": f"q={quote(number_of(CUSTOMERS))}",
    "a day by outcome": "f.started.from=2026-09-01&f.started.to=2026-09-01&group=outcome",
}
OWN = ("everything", "missed", "a month", "a rare line", "who talks most", "talked long", "a line, a group, a result")


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.test import Client
    from django.test.utils import setup_test_environment

    from callcard.staff.models import User
    from callcard.staff.roles.rules import Scope

    setup_test_environment()
    settings.ALLOWED_HOSTS = ["testserver"]
    rounds = int(sys.argv[2])

    def signed_in(records: str) -> Client:
        client = Client(headers={"X-Callcard-Window": "1"})
        user = User.objects.filter(rights=managers_rights(Scope(records))).order_by("pk").first()
        assert user is not None
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    answer: dict[str, Any] = {}
    everything, own = signed_in("all"), signed_in("own")
    page(everything, "sort=-started")
    for name, question in QUESTIONS.items():
        answer[name] = pages(everything, question, rounds)
    for name in OWN:
        answer[f"one's own: {name}"] = pages(own, QUESTIONS[name], rounds)
    print(json.dumps(answer))


def pages(client: Any, question: str, rounds: int) -> dict[str, Any]:
    first, middle, last, cut = [], [], [], 0
    for _ in range(rounds):
        took, further, is_cut = page(client, question)
        first.append(took)
        cut += is_cut
        for _step in range(3 if further else 0):
            if further:
                took, further, is_cut = page(client, f"{question}&after={further}")
                middle.append(took)
        last.append(page(client, f"{question}&last=1")[0])
    return {"first": first, "middle": middle or first, "last": last, "cut": cut}


def page(client: Any, question: str) -> tuple[float, str, bool]:
    began = time.perf_counter()
    response = client.get(f"/calls/?{question}")
    took = (time.perf_counter() - began) * 1000
    assert response.status_code == 200, question
    shown = response.context["page"]
    return took, shown.next, shown.is_cut


if __name__ == "__main__":
    main()
