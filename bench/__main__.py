"""`make bench NAME=card`: runs one bench and ends with its exit code, or says which there are."""

from __future__ import annotations

import importlib
import sys

BENCHES = {
    "ami": "ami",
    "api": "api",
    "call-log": "call_log",
    "card": "card",
    "dial": "dial",
    "import": "import_customers",
    "list": "list",
    "name-lookup": "name_lookup",
    "open-card": "open_card",
    "reconcile": "reconcile",
    "ring": "ring",
    "search": "search",
    "steady": "steady",
    "visibility": "visibility",
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in BENCHES:
        print(f"make bench NAME=…, one of: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"bench.{BENCHES[arguments[0]]}").main())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
