"""Every test in stages, two at a time: those without real calls, then both with real calls.

Arguments are handed to pytest and then only one run is made, on SQLite: `python -m scripts.test tests/pure -q`.
`--with-checks` makes the checks of `make check` too, beside the first tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lab import packages, postgres

# Each of them works one processor to capacity.
SIDE_BY_SIDE = 2
# Run on both databases: no code may need to know which it is.
ON_BOTH = ("tests/rooms", "tests/stories")
# Real calls are measured in fractions of a second, so they run beside nothing but each other.
CALLS = "tests/pbx"
# A telephone in a browser: nothing of it is the database's.
SOFTPHONE = "tests/pbx/test_softphone.py"
# The browser's driver keeps an event loop running in the thread of its tests, in which others could start none.
BROWSER = "tests/browser"
# The server is gone after the tests, so nothing need survive a power cut.
NOT_DURABLE = ("fsync=off", "full_page_writes=off")
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("lint-imports",),
    ("callcard", "makemigrations", "--check", "--dry-run"),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is run by one process after another. `database_url`: empty for SQLite."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    database_url: str = ""


def main(arguments: list[str]) -> int:
    if arguments and arguments != ["--with-checks"]:
        return subprocess.call(pytest(*arguments), env=environment(""))
    packages.install()
    with postgres.server(*NOT_DURABLE) as url:
        codes = side_by_side(without_calls(url, with_checks=bool(arguments)))
        codes += side_by_side(with_calls(url))
    say(f"== All: exit {max(codes)}")
    return max(codes)


def without_calls(url: str, *, with_checks: bool) -> list[Stage]:
    """The longest first, so that both processors end at about the same time."""
    elsewhere = [f"--ignore={folder}" for folder in (*ON_BOTH, CALLS, BROWSER)]
    stages = [
        Stage("PostgreSQL: rooms and stories", (pytest("-q", *ON_BOTH),), url),
        Stage("SQLite: Chromium", (pytest("-q", BROWSER),)),
        Stage("SQLite: rooms and stories", (pytest("-q", *ON_BOTH),)),
        Stage("The other tests", (pytest("-q", "tests", *elsewhere),)),
    ]
    checks = [
        Stage("Types", ((program("mypy"),),)),
        Stage("Style, borders, migrations", tuple((program(name), *rest) for name, *rest in CHECKS)),
        Stage("Dependencies", ((sys.executable, "-m", "scripts.audit_packages"),)),
    ]
    return [*stages, *checks] if with_checks else stages


def with_calls(url: str) -> list[Stage]:
    return [
        Stage("SQLite: real calls", (pytest("-q", CALLS),)),
        Stage("PostgreSQL: real calls", (pytest("-q", CALLS, f"--ignore={SOFTPHONE}"),), url),
    ]


def side_by_side(stages: Sequence[Stage]) -> list[int]:
    """Every stage's exit code."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as workers:
        try:
            return list(workers.map(run, stages))
        except KeyboardInterrupt:
            workers.shutdown(cancel_futures=True)
            raise


def run(stage: Stage) -> int:
    """0 when all went well. What the stage says is shown in one piece, when it is over."""
    say(f"-- {stage.name}: begins")
    began = time.monotonic()
    with tempfile.TemporaryFile() as said:
        given = environment(stage.database_url)
        done = [subprocess.call(command, env=given, stdout=said, stderr=said) for command in stage.commands]
        code = max(map(abs, done))  # below zero is a signal's
        said.seek(0)
        text = said.read().decode(errors="replace")
    say(f"\n== {stage.name}\n{text}== {stage.name}: {time.monotonic() - began:.0f} s, exit {code}\n")
    return code


def say(text: str) -> None:
    """In one piece: another stage may say something at the same time."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def environment(database_url: str) -> dict[str, str]:
    """Where Python is told to keep nothing it compiled, each of some fifty processes would compile Django anew."""
    return {**os.environ, "CALLCARD_DATABASE_URL": database_url, "PYTHONDONTWRITEBYTECODE": ""}


def pytest(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", *arguments)


def program(name: str) -> str:
    """One that was installed beside this Python."""
    return str(Path(sys.executable).parent / name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
