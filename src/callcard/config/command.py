"""The `callcard` command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcard.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["callcard", *sys.argv[1:]])


if __name__ == "__main__":
    main()
