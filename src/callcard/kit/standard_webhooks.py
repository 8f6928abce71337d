"""Signatures of Standard Webhooks (standardwebhooks.com), for what is sent and what is received. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from hashlib import sha256

SECRET_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Raises ValueError when it is no such secret."""
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One entry of the header webhook-signature. `timestamp`: seconds since 1970."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return f"v1,{base64.b64encode(hmac.new(key_of(secret), signed, sha256).digest()).decode()}"


def is_signed(secret: str, message_id: str, timestamp: int, body: bytes, given: str) -> bool:
    """`given`: the header webhook-signature; one entry that fits is enough."""
    right = signature(secret, message_id, timestamp, body).encode()
    return any(hmac.compare_digest(right, each.encode()) for each in given.split(" ")[:10])
