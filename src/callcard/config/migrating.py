"""Bringing the database to its newest form, and saying meanwhile how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

SAY_EVERY_SECONDS = 2.0


def migrate_saying(say: Callable[[str], None]) -> None:
    """Says nothing when there is nothing to do."""
    call_command(_Migrate(say), interactive=False, verbosity=0)


class _Migrate(migrate.Command):
    done = 0
    of = 0
    said_at = 0.0

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__()
        self._say = say

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        if action != "apply_start":
            return
        self.of = self.of or steps_ahead()
        self.done += 1
        if self.done == 1 or time.monotonic() - self.said_at > SAY_EVERY_SECONDS:
            self.said_at = time.monotonic()
            self._say(f"Preparing the database: step {self.done} of {self.of} ...")


def steps_ahead() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
