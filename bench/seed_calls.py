"""Ten million calls of a year for the bench `call-log`: `python -m bench.seed_calls URL [CALLS]`."""

from __future__ import annotations

import os
import sys
import time

from bench import seed_call_rows, seed_rows
from bench.seed import Content, seed

CALLS = int(os.environ.get("CALLCARD_BENCH_CALLS", "10000000"))
A_YEAR_OF_CALLS = Content(
    "calls", seed_call_rows.call_rows, (seed_call_rows, seed_rows), lambda _size: seed_call_rows.CUSTOMERS
)

if __name__ == "__main__":
    began = time.perf_counter()
    seed(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else CALLS, A_YEAR_OF_CALLS)
    print(f"{time.perf_counter() - began:.1f} s")
