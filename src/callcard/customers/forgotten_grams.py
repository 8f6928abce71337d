"""SQLite's search index marks what was taken out of it and keeps it until its parts are joined: after an erasure that
is done at once, a little at a time, so that nobody who writes waits for it."""

from __future__ import annotations

from django.db import connection

from callcard.jobs.kinds import Run
from callcard.jobs.services import enqueue

FORGET_GRAMS = "forget-grams"
_PAGES = 200


def forget_grams_soon() -> None:
    """Once the transaction around this is committed. PostgreSQL has nothing of the kind to do."""
    if connection.vendor == "sqlite":
        enqueue(kind=FORGET_GRAMS)


def forget_grams(run: Run | None = None) -> None:
    """https://sqlite.org/fts5.html#the_merge_command: a negative number begins to join all parts, and there is nothing
    left to do when fewer than two rows change."""
    if connection.vendor != "sqlite":
        return
    pages = -_PAGES
    while _changed_by_merge(pages) >= 2:
        pages = _PAGES
        if run is not None:
            run.progress(0)


def _changed_by_merge(pages: int) -> int:
    connection.ensure_connection()
    before = connection.connection.total_changes
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO customers_searchgrams (customers_searchgrams, rank) VALUES ('merge', %s)", [pages])
    return int(connection.connection.total_changes - before)
