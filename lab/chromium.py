"""Where this machine's Chromium or Chrome is."""

from __future__ import annotations

import shutil
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_DOWNLOADED = (
    ".cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)


def find() -> Path | None:
    """An installed browser, else the one that Playwright downloaded."""
    for name in _NAMES:
        found = shutil.which(name)
        # Ubuntu's package is a script that asks for snap, which containers do not have.
        if found and not _is_snap_stub(Path(found)):
            return Path(found)
    here = [Path(place) for place in _PLACES if Path(place).exists()]
    here += [path for pattern in _DOWNLOADED for path in sorted(Path.home().glob(pattern))]
    return here[0] if here else None


def _is_snap_stub(program: Path) -> bool:
    if program.stat().st_size > 10_000:
        return False
    text = program.read_text(encoding="utf-8", errors="replace")
    return "snap install" in text and not Path("/snap/bin/chromium").exists()
