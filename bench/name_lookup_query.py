"""Makes a key for a PBX, asks the bare query, and prints both. Started by bench.name_lookup."""

from __future__ import annotations

import json
import sys
import time

import django


def main() -> None:
    django.setup()
    from bench.card import callers
    from callcard.api.models import PbxKey
    from callcard.api.services import new_token
    from callcard.calls.screening.queries import look_up

    customers, asked = int(sys.argv[1]), int(sys.argv[2])
    key = PbxKey.objects.create(name="bench", token=new_token())
    took = []
    for _customer, number in callers(customers, asked):
        began = time.perf_counter()
        told = look_up(number, region="LA")
        took.append((time.perf_counter() - began) * 1000)
        if not told.name:
            raise SystemExit(f"{number}: {told}")
    print(json.dumps({"key": f"{key.pk}-{key.token}", "query": took}))


if __name__ == "__main__":
    main()
