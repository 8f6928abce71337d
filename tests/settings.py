"""The program's own settings, in a data folder of the test run's own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher

_DATA_DIR = Path(tempfile.mkdtemp(prefix="callcard-tests-"))
atexit.register(shutil.rmtree, _DATA_DIR, ignore_errors=True)
# An installation's own choices must not reach the tests, only the database that the run is for.
for _name in [name for name in os.environ if name.startswith("CALLCARD_")]:
    if _name not in {"CALLCARD_DATABASE_URL", "CALLCARD_PEERS"}:
        del os.environ[_name]
os.environ["CALLCARD_DATA_DIR"] = str(_DATA_DIR)

from callcard.config.settings import *  # noqa: E402, F403
from callcard.config.settings import DATABASES, MEDIA_ROOT  # noqa: E402


class CheapArgon2(Argon2PasswordHasher):
    """The real hash with the least work: a test that signs in should not take a quarter of a second."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


PASSWORD_HASHERS = ["tests.settings.CheapArgon2"]
LANGUAGE_CODE = "en"

MEDIA_ROOT.mkdir()
if DATABASES["default"]["ENGINE"] == "callcard.config.sqlite":
    # A file, as in an installation: SQLite in memory has other locks and no WAL.
    DATABASES["default"]["TEST"] = {"NAME": str(_DATA_DIR / "test.sqlite3")}
