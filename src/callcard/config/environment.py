"""What the environment says, refused in words when it cannot be meant."""

from __future__ import annotations

import difflib
import ipaddress
import os
import ssl
import zoneinfo
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from callcard.config.acme.wish import BEGINNING, is_directory, names_in

PREFIX = "CALLCARD_"
SETTINGS = frozenset(
    f"{PREFIX}{name}"
    for name in (
        *("DATA_DIR", "DATABASE_URL", "ALLOWED_HOSTS", "TRUSTED_ORIGINS", "HTTPS", "SECRET_KEY"),
        *("TLS_CERTIFICATE", "ACME_DIRECTORY", "ACME_AUTHORITY", "ACME_CONTACT", "ACME_PORT", "TRUSTED_PROXIES"),
        *("LANGUAGE", "TIME_ZONE", "DEBUG", "EMAIL_URL", "EMAIL_FROM", "ADDRESS"),
        *("IMPORT_LARGEST_MB", "IMPORT_MOST_ROWS", "WEBHOOKS_PRIVATE"),
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
    if short in ("HTTPS", "DEBUG", "WEBHOOKS_PRIVATE") and value.lower() not in _YES_OR_NO:
        raise SettingNotValid(f"{name}: true or false is wanted, not {value!r}.")
    if short == "TIME_ZONE" and value not in zoneinfo.available_timezones():
        raise SettingNotValid(f"{name}: there is no time zone {value!r}; one is Asia/Vientiane.")
    if short == "LANGUAGE" and value not in languages:
        raise SettingNotValid(f"{name}: Callcard does not speak {value!r}, but {', '.join(languages)}.")
    if short.startswith("IMPORT_") and not (value.isascii() and value.isdigit() and 0 < int(value) < 10**7):
        raise SettingNotValid(f"{name}: a number above 0 is wanted, not {value!r}.")
    if (look := _LOOKS.get(short)) is not None and value:
        look(name, value)
    if short == "ADDRESS" and value and not value.startswith(("http://", "https://")):
        raise SettingNotValid(f"{name}: {value!r} is not an address such as https://callcard.example.com.")


def _check_database(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        is_known = parts.scheme in _DATABASES and parts.port != 0
    except ValueError:
        is_known = False
    if not is_known:  # the value is not repeated: it may hold a password
        raise SettingNotValid(f"{name}: this is not an address such as postgres://user:password@host:5432/name.")


def _check_mail_server(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        is_known = parts.scheme in _MAIL_SERVERS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_known = False
    if not is_known:  # the value is not repeated: it may hold a password
        raise SettingNotValid(f"{name}: this is not an address such as smtp+tls://user:password@mail.example.com:587.")


def _check_sender(name: str, value: str) -> None:
    if "@" not in value:
        raise SettingNotValid(f"{name}: {value!r} is no e-mail address; one is Callcard <callcard@example.com>.")


def _check_certificate(name: str, path: str) -> None:
    if path.startswith(BEGINNING):
        _check_names(name, path)
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path, password=_no_password)
    except OSError as error:  # ssl.SSLError is one
        reason = error.strerror if isinstance(error, FileNotFoundError | PermissionError) else str(error)
        raise SettingNotValid(
            f"{name}: {path!r} cannot be used ({reason}). One file in PEM form is wanted, with the private key without "
            "a password, the certificate, and those between it and its authority."
        ) from error


def _check_names(name: str, value: str) -> None:
    try:
        names_in(value)
    except ValueError as error:
        raise SettingNotValid(
            f"{name}: {str(error)!r} is no name that a certificate can be got for; one is acme:callcard.example.com, "
            "several are acme:one.example.com,two.example.com."
        ) from error


def _check_directory(name: str, url: str) -> None:
    if not is_directory(url):
        raise SettingNotValid(f"{name}: {url!r} is no address such as https://acme.example.com/directory.")


def _check_authority(name: str, path: str) -> None:
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        raise SettingNotValid(
            f"{name}: {path!r} cannot be used ({error.strerror or error}). The authority's certificate in PEM form is "
            "wanted."
        ) from error


def _check_contact(name: str, value: str) -> None:
    if "@" not in value or not value.isprintable() or set(" <>,?") & set(value):
        raise SettingNotValid(f"{name}: {value!r} is no e-mail address; one is admin@example.com.")


def _check_port(name: str, value: str) -> None:
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 2**16):
        raise SettingNotValid(f"{name}: a port from 1 to 65535 is wanted, not {value!r}.")


def _no_password() -> str:
    raise ssl.SSLError("the private key has a password")


def _check_networks(name: str, value: str) -> None:
    for given in filter(None, map(str.strip, value.split(","))):
        try:
            ipaddress.ip_network(given)
        except ValueError as error:
            raise SettingNotValid(
                f"{name}: {given!r} is no address or network; one is 10.0.0.5 or 10.0.0.0/24."
            ) from error


_LOOKS = {
    "DATABASE_URL": _check_database,
    "EMAIL_URL": _check_mail_server,
    "EMAIL_FROM": _check_sender,
    "TLS_CERTIFICATE": _check_certificate,
    "ACME_DIRECTORY": _check_directory,
    "ACME_AUTHORITY": _check_authority,
    "ACME_CONTACT": _check_contact,
    "ACME_PORT": _check_port,
    "TRUSTED_PROXIES": _check_networks,
}


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
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        words = f"{PREFIX}DATA_DIR: nothing can be kept in the folder {folder} ({error.strerror})."
        raise SettingNotValid(words) from error
