"""What is said while the database is prepared."""

from __future__ import annotations

import pytest

from callcard.config import migrating


@pytest.mark.django_db
def test_nothing_is_said_where_nothing_is_to_be_done() -> None:
    said: list[str] = []
    migrating.migrate_saying(said.append)
    assert said == []
    assert migrating.steps_ahead() == 0


def test_it_is_said_at_once_how_much_there_is_and_then_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    now = [100.0]
    monkeypatch.setattr(migrating, "steps_ahead", lambda: 4)
    monkeypatch.setattr("callcard.config.migrating.time.monotonic", lambda: now[0])
    command = migrating._Migrate(said.append)
    for seconds in (0.0, 0.5, 2.0, 0.1):
        now[0] += seconds
        for action in ("apply_start", "apply_success"):
            command.migration_progress_callback(action)
    assert said == ["Preparing the database: step 1 of 4 ...", "Preparing the database: step 3 of 4 ..."]
