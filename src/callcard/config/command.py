"""The `callcard` command."""

from __future__ import annotations

import os
import sys

from callcard.config.environment import SettingNotValid, misspelt


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcard.config.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    for warning in misspelt(os.environ):
        sys.stderr.write(f"Warning: {warning}\n")
    try:
        settings.DATABASES  # noqa: B018  reads the settings, so that what is wrong with them is said in words
        execute_from_command_line(["callcard", *sys.argv[1:]])
    except SettingNotValid as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(f"The database cannot be used: {error}")


if __name__ == "__main__":
    main()
