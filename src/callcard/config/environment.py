"""What the environment says, refused in words when it cannot be meant."""

from __future__ import annotations

import difflib
import os
import zoneinfo
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "CALLCARD_"
SETTINGS = frozenset(
    f"{PREFIX}{name}"
    for name in (
        *("DATA_DIR", "DATABASE_URL", "ALLOWED_HOSTS", "TRUSTED_ORIGINS", "HTTPS", "SECRET_KEY"),
        *("LANGUAGE", "TIME_ZONE", "DEBUG", "EMAIL_URL", "EMAIL_FROM", "ADDRESS"),
        *("IMPORT_LARGEST_MB", "IMPORT_MOST_ROWS"),
    )
)
_YES_OR_NO = frozenset({"true", "on", "ok", "y", "yes", "1", "false", "off", "n", "no", "0", ""})
_MAIL_SERVERS = ("smtp", "smtps", "smtp+tls", "smtp+ssl")
_DATABASES = ("postgres", "postgresql", "sqlite")


class SettingNotValid(Exception):
    """In words, beginning with the name of the setting."""


def check(name: str, value: str, languages: Iterable[str]) -> None:
    """Raises SettingNotValid. `languages`: those in which Callcard can be shown."""
    short = name.removeprefix(PREFIX)
    if short in ("HTTPS", "DEBUG") and value.lower() not in _YES_OR_NO:
        raise SettingNotValid(f"{name}: true or false is wanted, not {value!r}.")
    if short == "TIME_ZONE" and value not in zoneinfo.available_timezones():
        raise SettingNotValid(f"{name}: there is no time zone {value!r}; one is Asia/Vientiane.")
    if short == "LANGUAGE" and value not in languages:
        raise SettingNotValid(f"{name}: Callcard does not speak {value!r}, but {', '.join(languages)}.")
    if short.startswith("IMPORT_") and not (value.isascii() and value.isdigit() and 0 < int(value) < 10**7):
        raise SettingNotValid(f"{name}: a number above 0 is wanted, not {value!r}.")
    if short == "DATABASE_URL":
        _check_database(name, value)
    if short == "EMAIL_URL":
        _check_mail_server(name, value)
    if short == "EMAIL_FROM" and value and "@" not in value:
        raise SettingNotValid(f"{name}: {value!r} is no e-mail address; one is Callcard <callcard@example.com>.")
    if short == "ADDRESS" and value and not value.startswith(("http://", "https://")):
        raise SettingNotValid(f"{name}: {value!r} is not an address such as https://callcard.example.com.")


def _check_database(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        is_known = not url or (parts.scheme in _DATABASES and parts.port != 0)
    except ValueError:
        is_known = False
    if not is_known:  # the value is not repeated: it may hold a password
        raise SettingNotValid(f"{name}: this is not an address such as postgres://user:password@host:5432/name.")


def _check_mail_server(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        is_known = not url or (parts.scheme in _MAIL_SERVERS and bool(parts.hostname) and parts.port != 0)
    except ValueError:
        is_known = False
    if not is_known:  # the value is not repeated: it may hold a password
        raise SettingNotValid(f"{name}: this is not an address such as smtp+tls://user:password@mail.example.com:587.")


def misspelt(environ: Iterable[str]) -> list[str]:
    """A warning for each name that was probably meant to be one of ours."""
    found = []
    for name in sorted(set(environ) - SETTINGS):
        near = difflib.get_close_matches(name, SETTINGS, n=1, cutoff=0.9) if name.startswith(PREFIX) else []
        if near:
            found.append(f"{name} is not a setting and has no effect; {near[0]} is one.")
    return found


def prepare_folder(folder: Path) -> None:
    """The data folder, made and writable. Raises SettingNotValid."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        words = f"{PREFIX}DATA_DIR: nothing can be kept in the folder {folder} ({error.strerror})."
        raise SettingNotValid(words) from error
