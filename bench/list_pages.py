"""Asks one database for pages of the list of customers and prints the milliseconds of each as JSON.

Run by bench.list in a process of its own. A page is the whole answer of the server, template included.
"""

from __future__ import annotations

import json
import sys
import time

import django

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
    "words": "q=somchai",
    "words and a category": "q=somchai&f.category=3",
}


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.test import Client
    from django.test.utils import setup_test_environment

    from callcard.staff.models import User

    setup_test_environment()
    settings.ALLOWED_HOSTS = ["testserver"]
    rounds = int(sys.argv[2])
    client = Client(headers={"X-Callcard-Window": "1"})
    user = User.objects.order_by("pk").first()
    assert user is not None
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")

    def page(question: str) -> tuple[float, str]:
        began = time.perf_counter()
        response = client.get(f"/customers/?{question}")
        took = (time.perf_counter() - began) * 1000
        assert response.status_code == 200, question
        return took, response.context["page"].next

    page("sort=name")
    answer: dict[str, dict[str, list[float]]] = {}
    for name, question in QUESTIONS.items():
        first, middle, last = [], [], []
        for _ in range(rounds):
            took, further = page(question)
            first.append(took)
            for _step in range(3 if further else 0):
                took, further = page(f"{question}&after={further}") if further else (took, "")
                middle.append(took)
            last.append(page(f"{question}&last=1")[0])
        answer[name] = {"first": first, "middle": middle or first, "last": last}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
