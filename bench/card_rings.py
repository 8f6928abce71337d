"""Rings one after another in this process and prints how long each took. Started by bench.card."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime

import django


def main() -> None:
    django.setup()
    from bench.card import callers
    from callcard.config.office import spare_the_collector
    from callcard.customers.queries import match_number
    from callcard.desk.card_query import read_cards

    customers, rings = int(sys.argv[1]), int(sys.argv[2])
    times: dict[str, list[float]] = {"match": [], "card": [], "unknown": []}
    now = datetime.now(UTC)
    spare_the_collector()  # as the server does when it has started
    for customer, number in callers(customers, rings):
        began = time.perf_counter()
        match = match_number(number, region="LA")
        matched = time.perf_counter()
        card = read_cards(match.customer_ids, now=now)[customer]
        read = time.perf_counter()
        if match.kind != "exact" or not card.phones:
            raise SystemExit(f"{number}: {match}, not {customer}")
        match_number(f"+85630{customer:08d}", region="LA")
        times["unknown"].append((time.perf_counter() - read) * 1000)
        times["match"].append((matched - began) * 1000)
        times["card"].append((read - matched) * 1000)
    print(json.dumps(times))


if __name__ == "__main__":
    main()
