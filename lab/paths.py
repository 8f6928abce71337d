"""Where peers are kept: a folder of the project that git ignores."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def peers_folder() -> Path:
    """`CALLCARD_PEERS`, else `.peers` in the project; made when absent."""
    folder = Path(os.environ.get("CALLCARD_PEERS") or PROJECT / ".peers").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
