"""Which database, and how it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ

# WAL with synchronous=NORMAL survives a crash of the program; only a power cut may lose the last commits, which
# the PBX's own records give back.
_SQLITE_AT_OPEN = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
    "PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY;"
)


def database_settings(url: str, data_dir: Path) -> dict[str, Any]:
    """Django's settings for a URL such as "postgres://user:password@host/name"; empty: SQLite in data_dir."""
    settings: dict[str, Any] = dict(environ.Env.db_url_config(url or f"sqlite:///{data_dir / 'callcard.sqlite3'}"))
    options = settings.setdefault("OPTIONS", {})
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        settings["ENGINE"] = "callcard.config.sqlite"
        options |= {
            "init_command": _SQLITE_AT_OPEN,
            # A transaction that will write takes the lock at once, so two writers wait instead of failing.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        }
    else:
        options |= {
            # When the server is away, whoever opens a page hears of it in so many seconds, not in the pool's own 30.
            "pool": {"min_size": 2, "max_size": 20, "timeout": 8},
            "server_side_binding": True,
            # A statement seen this often is planned once and kept by the server: the card's takes 3 ms to plan.
            "prepare_threshold": 3,
        }
    return settings
