"""What the administrator wishes: for which names, from whom. No Django: an attempt runs without it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

BEGINNING = "acme:"
LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
_NAME = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


@dataclass(frozen=True, slots=True)
class Wish:
    """`authority`: file of whoever signed the directory's own certificate, empty for those that the world trusts.
    `contact`: e-mail address, or empty. `port`: where the authority's question is answered (http-01)."""

    names: tuple[str, ...]
    folder: Path
    directory: str = LETS_ENCRYPT
    authority: str = ""
    contact: str = ""
    port: int = 80

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"


def names_in(setting: str) -> tuple[str, ...]:
    """The names of `acme:one.example.com,two.example.com`. Raises ValueError with the one that cannot be meant:
    by http-01 no authority gives a certificate for every name of a domain."""
    given = tuple(name.strip().lower() for name in setting.removeprefix(BEGINNING).split(","))
    for name in given:
        if not _NAME.fullmatch(name) or name.replace(".", "").isdigit():
            raise ValueError(name)
    return tuple(dict.fromkeys(given))


def is_directory(url: str) -> bool:
    """Without https anybody on the way could answer in the authority's name."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
