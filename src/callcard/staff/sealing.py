"""Secrets that are read again are kept encrypted, with a key that is not in the database."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class OtherKey(Exception):
    """It was sealed by an installation with another secret key."""


@lru_cache(maxsize=2)
def _box(secret_key: str) -> Fernet:
    """Of the installation's secret key, which lies in the data folder or the environment."""
    from cryptography.fernet import Fernet  # loaded by whoever needs it, not by every start
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    # Never another `info`: what is sealed could not be opened any more.
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"callcard.staff.sign_in").derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def sealed(secret: bytes) -> bytes:
    return _box(settings.SECRET_KEY).encrypt(secret)


def opened(kept: bytes | memoryview) -> bytes:
    """Raises OtherKey."""
    from cryptography.fernet import InvalidToken

    try:
        return _box(settings.SECRET_KEY).decrypt(bytes(kept))
    except InvalidToken as error:
        raise OtherKey from error
