"""Every test: all of them on SQLite, those in a browser by themselves, then those of the database again on PostgreSQL.

Arguments are handed to pytest and then only one run is made, on SQLite: `python -m scripts.test tests/pure -q`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from lab import packages, postgres

TWICE = ("tests/rooms", "tests/stories", "tests/pbx")
# The browser's driver keeps an event loop running in the thread of its tests, in which others could start none.
BROWSER = "tests/browser"


def main(arguments: list[str]) -> int:
    if arguments:
        return pytest(arguments, database_url="")
    packages.install()
    results = [timed("SQLite", ["tests", f"--ignore={BROWSER}"], database_url="")]
    results.append(timed("SQLite and Chromium", [BROWSER], database_url=""))
    with postgres.server() as url:
        results.append(timed("PostgreSQL", list(TWICE), database_url=url))
    return max(results)


def timed(database: str, arguments: list[str], database_url: str) -> int:
    """pytest's exit code; says on what and for how long it ran."""
    print(f"\n== {database}: {' '.join(arguments)}", flush=True)
    began = time.monotonic()
    code = pytest(["-q", *arguments], database_url)
    print(f"== {database}: {time.monotonic() - began:.0f} s, exit {code}", flush=True)
    return code


def pytest(arguments: list[str], database_url: str) -> int:
    environment = {**os.environ, "CALLCARD_DATABASE_URL": database_url}
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
