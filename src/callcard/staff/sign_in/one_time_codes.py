"""Codes of an authenticator app: RFC 6238 (TOTP) as such apps expect it: SHA-1, 30 s, six digits. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote

PERIOD_SECONDS = 30
_DIGITS = 6
# A clock may be so many periods off, either way.
_SLACK = 1


def new_secret() -> bytes:
    """160 bits, as RFC 4226 recommends."""
    return secrets.token_bytes(20)


def code_at(secret: bytes, step: int) -> str:
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def step_of(typed: str, secret: bytes, *, now: float, after: int) -> int | None:
    """The period, later than `after`, whose code was typed; None: it is none. `now`: seconds since 1970."""
    code = "".join(mark for mark in typed if not mark.isspace() and mark != "-")
    middle = int(now) // PERIOD_SECONDS
    found = None
    for step in range(middle - _SLACK, middle + _SLACK + 1):  # all are compared, whichever fits
        if hmac.compare_digest(code.encode(), code_at(secret, step).encode()) and step > after:
            found = step
    return found


def spelled(secret: bytes) -> str:
    """For typing it into an app by hand: "JBSW Y3DP ..."."""
    plain = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def address_of(secret: bytes, *, company: str, username: str) -> str:
    """What the square code holds: otpauth://totp/... (Key Uri Format)."""
    plain = base64.b32encode(secret).decode().rstrip("=")
    label = f"{quote(company.replace(':', ' '), safe='')}:{quote(username, safe='')}"
    return f"otpauth://totp/{label}?secret={plain}&issuer={quote(company.replace(':', ' '), safe='')}"
