"""Pure decisions about what a provider says: whether an ID token is meant for us and now, and which groups it names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeGuard

LEEWAY_SECONDS = 60
# Of RFC 8176: what somebody has or is, or "more than one of them". A password ("pwd") is none.
_SECOND_STEPS = frozenset({"mfa", "otp", "hwk", "sc"})
# Of "OpenID Connect Extended Authentication Profile ACR Values": resistant to phishing.
_STRONG_ACR = frozenset({"phr", "phrh"})
_LONGEST_SUBJECT = 255


class Why(StrEnum):
    """Why nobody was let in; what the audit says."""

    OFF = "off"
    STATE = "state"
    ISSUER = "issuer"
    SAID_NO = "said-no"
    AWAY = "away"
    ADDRESS = "address"
    ANSWER = "answer"
    CLIENT = "client"
    SIGNATURE = "signature"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    CLOCK = "clock"
    NONCE = "nonce"
    SUBJECT = "subject"
    NOT_ASKED_AGAIN = "not-asked-again"
    SOMEBODY_ELSE = "somebody-else"
    UNKNOWN = "unknown"
    UNVERIFIED = "unverified"
    NAME_TAKEN = "name-taken"
    INACTIVE = "inactive"
    NO_GROUP = "no-group"
    # What only a directory says.
    PASSWORD = "password"
    EXPIRED_THERE = "password-expired"
    MUST_CHANGE = "password-must-change"
    CLOSED_THERE = "closed-there"
    LOCKED_THERE = "locked-there"
    SEVERAL = "several"
    NOT_CONNECTED = "not-connected"
    ACCOUNT = "own-account"
    NOT_ENCRYPTED = "not-encrypted"


class NotLetIn(Exception):
    """`detail`: for the audit and the administrator, never a secret."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Expected:
    """`asked_again_at`: Unix time; the person had to prove themselves after it. 0: any earlier sign-in will do."""

    issuer: str
    client_id: str
    nonce: str
    asked_again_at: int = 0


def check_claims(claims: Mapping[str, Any], expected: Expected, *, now: float) -> None:
    """OpenID Connect Core 3.1.3.7, of a token whose signature was right. Raises NotLetIn."""
    if claims.get("iss") != expected.issuer:
        raise NotLetIn(Why.ISSUER)
    _check_audience(claims, expected.client_id)
    _check_times(claims, now)
    if claims.get("nonce") != expected.nonce:
        raise NotLetIn(Why.NONCE)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise NotLetIn(Why.SUBJECT)
    proved = claims.get("auth_time")
    if expected.asked_again_at and (not _is_time(proved) or proved < expected.asked_again_at - LEEWAY_SECONDS):
        raise NotLetIn(Why.NOT_ASKED_AGAIN)


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    said = claims.get("aud")
    audience = said if isinstance(said, list) else [said]
    party = claims.get("azp")
    if client_id not in audience or (party is not None and party != client_id):
        raise NotLetIn(Why.AUDIENCE)
    if len(audience) > 1 and party is None:
        raise NotLetIn(Why.AUDIENCE)


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    ends, made, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    if not (_is_time(ends) and _is_time(made) and _is_time(begins)):
        raise NotLetIn(Why.EXPIRED)
    if max(made, begins) > now + LEEWAY_SECONDS:
        raise NotLetIn(Why.CLOCK)
    if ends <= now - LEEWAY_SECONDS:
        raise NotLetIn(Why.EXPIRED)


def _is_time(said: object) -> TypeGuard[float]:
    return isinstance(said, int | float) and not isinstance(said, bool) and math.isfinite(said)


def groups_in(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """`name`: of the claim; "realm_access.roles" is one within another, where no claim has that very name."""
    said: Any = claims
    for part in [name] if name in claims else name.split("."):
        said = said.get(part) if isinstance(said, Mapping) else None
    found = [said] if isinstance(said, str) else said
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def had_second_step(claims: Mapping[str, Any]) -> bool:
    said = claims.get("amr")
    ways = {way for way in said if isinstance(way, str)} if isinstance(said, list) else set()
    return bool(ways & _SECOND_STEPS) or claims.get("acr") in _STRONG_ACR


def verified_mail(claims: Mapping[str, Any], *, trusts_mail: bool) -> str:
    """The address that is surely theirs; else empty. `trusts_mail`: only the company itself gives out addresses."""
    mail = claims.get("email")
    is_theirs = claims.get("email_verified") is True or trusts_mail
    return mail.strip() if isinstance(mail, str) and is_theirs else ""
