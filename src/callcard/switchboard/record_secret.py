"""The secret within the address of a database, which no browser is sent. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

HIDDEN = "•••"


def without_secret(address: str) -> str:
    """As it is shown in the form."""
    secret = _secret(address)
    return address.replace(f":{secret}@", f":{HIDDEN}@", 1) if secret else address


def with_secret(given: str, stored: str) -> str:
    """As it is kept: whoever leaves the sign for the secret means the stored one."""
    return given.replace(f":{HIDDEN}@", f":{_secret(stored)}@", 1)


def _secret(address: str) -> str:
    try:
        return (urlsplit(address).password or "") if "://" in address else ""
    except ValueError:
        return ""
