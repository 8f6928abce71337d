"""What several files of this folder need."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcard.calls import log_query, log_walk
from callcard.calls.recordings.models import RecordingSource
from callcard.staff.models import User


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where a telephone system puts its recordings."""
    folder = tmp_path / "monitor"
    folder.mkdir()
    return folder


@pytest.fixture
def source(root: Path) -> RecordingSource:
    return RecordingSource.objects.create(kind="folder", pbx="office", folder=str(root))


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_user("boss", role="administrator")


@pytest.fixture
def mali(db: None) -> User:
    return User.objects.create_user("mali", first_name="Mali", records=User.Records.OWN)


@pytest.fixture(params=["few", "many"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """However a list is read, it must find the same."""
    if request.param == "many":
        monkeypatch.setattr(log_query, "COUNTED_UP_TO", 0)
        monkeypatch.setattr(log_query, "WIDTHS", (1, 2, 3))
        monkeypatch.setattr(log_query, "TIME_WIDTHS", (1, 2, 3))
        monkeypatch.setattr(log_walk, "SECONDS", 60)
    return str(request.param)
