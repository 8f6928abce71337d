"""One attempt as a process of its own, so that neither its libraries nor its waiting burden the server.

The wish comes as JSON.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

from callcard.config.acme.attempt import attempt
from callcard.config.acme.wish import Wish


def main() -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    if hasattr(os, "nice"):
        os.nice(10)
    told = json.load(sys.stdin)
    host = told.pop("host")
    attempt(Wish(**told | {"names": tuple(told["names"]), "folder": Path(told["folder"])}), host)


if __name__ == "__main__":
    main()
