"""What several files of this folder need."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcard.calls.recordings.models import RecordingSource


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where a telephone system puts its recordings."""
    folder = tmp_path / "monitor"
    folder.mkdir()
    return folder


@pytest.fixture
def source(root: Path) -> RecordingSource:
    return RecordingSource.objects.create(kind="folder", pbx="office", folder=str(root))
