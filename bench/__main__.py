"""`make bench NAME=card`: runs one bench and ends with its exit code, or says which there are."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NOT_BENCHES = {"__init__", "__main__", "card_rings", "harness", "list_pages", "load", "search_typed", "seed"} | {
    "import_rows",
    "open_card_pages",
    "seed_rows",
    "table",
}


def names() -> list[str]:
    stems = [path.stem for path in Path(__file__).parent.glob("*.py")]
    return sorted(stem.replace("_", "-") for stem in stems if stem not in NOT_BENCHES)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in names():
        print(f"make bench NAME=…, one of: {', '.join(names())}", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"bench.{arguments[0].replace('-', '_')}").main())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
