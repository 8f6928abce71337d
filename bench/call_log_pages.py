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
from bench.seed_call_rows import RARE_LINE, RARE_QUEUE, RARE_RESULT
from bench.seed_rows import number_of

CALLS_MOST, CALLS_SOMETIMES = 8, 50078  # customers: of 65,000 and of 700 among ten million calls
_MONTH = "f.started.from=2026-06-01&f.started.to=2026-06-30"
_FEW = f"f.line={quote(RARE_LINE)}"
_MANY_PEOPLE = "&".join(f"f.person={pk}" for pk in range(180, 200))
_MANY_ANSWERED = "&".join(f"f.answered={pk}" for pk in range(180, 200))
GROUPED = ("started", "direction", "person", "outcome", "result", "tags", "line", "queue", "answered", "origin")
QUESTIONS = {
    "everything": "sort=-started",
    "the oldest first": "sort=started",
    "a day": "f.started.from=2026-09-01&f.started.to=2026-09-01",
    "a month": _MONTH,
    "incoming": "f.direction=inbound",
    "outgoing": "f.direction=outbound",
    "internal": "f.direction=internal",
    "incoming or internal": "f.direction=inbound&f.direction=internal",
    "answered": "f.outcome=answered",
    "missed": "f.outcome=missed",
    "busy or cancelled": "f.outcome=busy&f.outcome=cancelled",
    "failed": "f.outcome=failed",
    "not placed": "f.outcome=not_placed",
    "end not seen": "f.outcome=unknown",
    "missed, incoming, a month": f"f.direction=inbound&f.outcome=missed&{_MONTH}",
    "customers": "f.customer=known",
    "customers or not": "f.customer=known&f.customer=unknown",
    "unknown callers": "f.customer=unknown",
    "a number": f"f.number={quote(number_of(CALLS_SOMETIMES))}",
    "who calls most": f"f.number={quote(number_of(CALLS_MOST))}",
    "a beginning of numbers": "f.number=%2B8562055",
    "an extension": "f.number=307",
    "a number that never called": "f.number=%2B85629999999",
    "a frequent line": "f.line=%2B85621280000",
    "a rare line": _FEW,
    "two lines": "f.line=%2B85621280002&f.line=%2B85621280003",
    "no line": "f.line.empty=1",
    "a group": "f.queue=group 2",
    "a rare group": f"f.queue={RARE_QUEUE}",
    "no group": "f.queue.empty=1",
    "who talks most": "f.person=1",
    "who talks least": "f.person=200",
    "three people": "f.person=20&f.person=21&f.person=22",
    "twenty people": _MANY_PEOPLE,
    "answered by": "f.answered=40",
    "answered by twenty": _MANY_ANSWERED,
    "answered by nobody of us": "f.answered.empty=1",
    "a result": "f.result=Interested",
    "two results": "f.result=Ordered&f.result=Call again",
    "a rare result": f"f.result={quote(RARE_RESULT)}",
    "no result": "f.result.empty=1",
    "answered without a result": "f.outcome=answered&f.result.empty=1",
    "tags": "f.tags=2",
    "a rare tag": "f.tags=4",
    "no tag": "f.tags.empty=1",
    "an order": "f.order=B-31",
    "no order": "f.order.empty=1",
    "talked long": "f.talked.from=3000",
    "talked very long": "f.talked.from=3598",
    "talked briefly": "f.talked.from=1&f.talked.to=6",
    "talked not long": "f.talked.to=60",
    "rang long": "f.rang.from=55",
    "rang briefly": "f.rang.to=3",
    "rang most": "f.rang.from=61.9",
    "held": "f.held.from=1",
    "held long": "f.held.from=203",
    "held briefly": "f.held.from=1&f.held.to=6",
    "costs": "f.cost.from=900",
    "costs most": "f.cost.from=999",
    "costs little": "f.cost.to=2",
    "recorded": "f.recorded=yes",
    "not recorded": "f.recorded=no",
    "from records": "f.origin=record",
    "by hand": "f.origin=hand",
    "seen live": "f.origin=live",
    "by hand or from records": "f.origin=hand&f.origin=record",
    "a rare line and missed": f"f.line={quote(RARE_LINE)}&f.outcome=missed",
    "a line, a group, a result": "f.line=%2B85621280007&f.queue=group 3&f.result=Ordered",
    "a person, busy, a line": "f.person=150&f.outcome=busy&f.line=%2B85621280006",
    "a person, held long": "f.person=10&f.held.from=100",
    "recorded, long, unknown": "f.recorded=yes&f.talked.from=2500&f.customer=unknown",
    "by hand and a tag": "f.origin=hand&f.tags=1",
    "nobody among many": "f.direction=internal&f.queue=group 1",
    "a month, talked very long": f"f.talked.from=3500&{_MONTH}",
    "a month, twenty people, held": f"{_MANY_PEOPLE}&f.held.from=1&{_MONTH}",
    "no tag, a rare group": f"f.tags.empty=1&f.queue={RARE_QUEUE}",
    "two frequent ones that never meet": "f.direction=internal&f.customer=known",
    "long, held long, costs": "f.talked.from=2000&f.held.from=150&f.cost.from=500",
    "words": "q=มาลี",
    "words that nobody has": "q=zzzyx",
    "words and missed": "q=มาลี&f.outcome=missed",
    "a number as words": f"q={quote(number_of(CALLS_SOMETIMES))}",
    "who calls most as words": f"q={quote(number_of(CALLS_MOST))}",
    **{f"few by {column}": f"{_FEW}&sort=-{column}" for column in ("started", "rang", "talked", "held", "cost")},
    **{f"few by hand, grouped by {column}": f"f.origin=hand&group={column}" for column in GROUPED},
    "a day by outcome": "f.started.from=2026-09-01&f.started.to=2026-09-01&group=outcome",
}
OWN = ("everything", "missed", "a month", "a rare line", "who talks most", "talked long", "a line, a group, a result")


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.db import transaction
    from django.test import Client
    from django.test.utils import setup_test_environment

    from callcard.config.office import spare_the_collector
    from callcard.staff.models import User
    from callcard.staff.roles.rules import Scope

    setup_test_environment()
    settings.ALLOWED_HOSTS = ["testserver"]
    rounds = int(sys.argv[2])

    def signed_in(pk: int, scope: Scope) -> Client:
        """With the rights of today: those that were kept may be of a role that has changed since."""
        client, user = Client(headers={"X-Callcard-Window": "1"}), User.objects.get(pk=pk)
        user.rights = managers_rights(scope)
        user.save(update_fields=["rights"])
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    with transaction.atomic():  # signing in writes, and the database is no copy
        everything, own = signed_in(1, Scope.ALL), signed_in(7, Scope.OWN)
        page(everything, "sort=-started")
        spare_the_collector()  # as the server does when it has started
        answer = {name: pages(everything, question, rounds) for name, question in QUESTIONS.items()}
        answer |= {f"one's own: {name}": pages(own, QUESTIONS[name], rounds) for name in OWN}
        transaction.set_rollback(True)
    print(json.dumps(answer))


def pages(client: Any, question: str, rounds: int) -> dict[str, Any]:
    first, middle, last, cut = [], [], [], 0
    later = []
    for _ in range(rounds):
        took, further, is_cut = page(client, question)
        first.append(took)
        later.append(groups_later(client, question))
        cut += is_cut
        for _step in range(3 if further else 0):
            if further:
                took, further, is_cut = page(client, f"{question}&after={further}")
                middle.append(took)
        last.append(page(client, f"{question}&last=1")[0])
    return {"first": first, "middle": middle or first, "last": last, "later": later, "cut": cut}


def page(client: Any, question: str) -> tuple[float, str, bool]:
    began = time.perf_counter()
    response = client.get(f"/calls/?{question}")
    took = (time.perf_counter() - began) * 1000
    assert response.status_code == 200, question
    shown = response.context["page"]
    return took, shown.next, shown.is_cut


def groups_later(client: Any, question: str) -> float:
    """What the page that stands asks for afterwards: 0 ms when it is not grouped."""
    if "group=" not in question:
        return 0
    began = time.perf_counter()
    assert client.get(f"/calls/grouped?{question}").status_code == 200, question
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
