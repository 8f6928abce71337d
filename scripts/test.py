"""Every test: those without Asterisk on both databases side by side, then those of real calls and of the browser alone.

Arguments are handed to pytest and then only one run is made, on SQLite: `python -m scripts.test tests/pure -q`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from typing import IO

from lab import packages, postgres

# Real calls are measured in fractions of a second, so nothing runs beside them.
CALLS = "tests/pbx"
# The browser's driver keeps an event loop running in the thread of its tests, in which others could start none.
BROWSER = "tests/browser"
ON_SQLITE = ["tests", f"--ignore={BROWSER}", f"--ignore={CALLS}"]
ON_POSTGRESQL = ["tests/rooms", "tests/stories"]


def main(arguments: list[str]) -> int:
    if arguments:
        return pytest(arguments, database_url="").wait()
    packages.install()
    with postgres.server() as url:
        codes = side_by_side(url)
        codes.append(timed("SQLite", [CALLS], database_url=""))
        codes.append(timed("PostgreSQL", [CALLS], database_url=url))
    codes.append(timed("SQLite and Chromium", [BROWSER], database_url=""))
    return max(codes)


def side_by_side(url: str) -> list[int]:
    """Both databases at once; what PostgreSQL's run says is shown when SQLite's is over."""
    with tempfile.TemporaryFile() as said:
        other = pytest(["-q", *ON_POSTGRESQL], database_url=url, output=said)
        code = timed("SQLite", ON_SQLITE, database_url="")
        other.wait()
        said.seek(0)
        print(f"\n== PostgreSQL: {' '.join(ON_POSTGRESQL)}\n{said.read().decode(errors='replace')}", flush=True)
        print(f"== PostgreSQL: exit {other.returncode}", flush=True)
    return [code, other.returncode]


def timed(database: str, arguments: list[str], database_url: str) -> int:
    """pytest's exit code; says on what and for how long it ran."""
    print(f"\n== {database}: {' '.join(arguments)}", flush=True)
    began = time.monotonic()
    code = pytest(["-q", *arguments], database_url).wait()
    print(f"== {database}: {time.monotonic() - began:.0f} s, exit {code}", flush=True)
    return code


def pytest(arguments: list[str], database_url: str, output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "CALLCARD_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT if output else None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
