"""Where the provider's addresses are (OpenID Connect Discovery 1.0), and its keys of the day."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from callcard.staff.single_sign_on.rules import NotLetIn, Why
from callcard.staff.single_sign_on.web import ask, checked_address

_KEPT_SECONDS = 600.0
# A token with a key that we do not know makes us ask for the keys anew, no more often than this.
_ASKED_AGAIN_SECONDS = 10.0
_MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """`leave`: where one signs out there, too; empty: nowhere. `names_itself`: answers carry `iss` (RFC 9207)."""

    issuer: str
    authorize: str
    token: str
    keys: str
    userinfo: str
    leave: str
    by_post: bool
    names_itself: bool
    said: dict[str, Any]
    at: float | None


def facts_of(issuer: str, *, anew: bool = False) -> Facts:
    """Remembered for ten minutes. Raises NotLetIn."""
    kept = _facts.get(issuer)
    if kept is None or anew or time.monotonic() - kept[0] > _KEPT_SECONDS:
        if len(_facts) > _MOST_KEPT:
            _facts.clear()
        kept = _facts[issuer] = (time.monotonic(), _read(issuer))
    return kept[1]


def _read(issuer: str) -> Facts:
    answer = ask(issuer.rstrip("/") + "/.well-known/openid-configuration", own=issuer)
    said = answer.said
    if answer.status != 200 or not said:
        raise NotLetIn(Why.ANSWER, f"openid-configuration: {answer.status}")
    if said.get("issuer") != issuer:
        raise NotLetIn(Why.ISSUER, str(said.get("issuer", ""))[:200])
    ways = said.get("token_endpoint_auth_methods_supported")
    ways = ways if isinstance(ways, list) else ["client_secret_basic"]
    return Facts(
        issuer=issuer,
        authorize=_address(said, "authorization_endpoint"),
        token=_address(said, "token_endpoint"),
        keys=_address(said, "jwks_uri"),
        userinfo=_address(said, "userinfo_endpoint", needed=False),
        leave=_address(said, "end_session_endpoint", needed=False),
        by_post="client_secret_basic" not in ways and "client_secret_post" in ways,
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        said=said,
        at=answer.at,
    )


def _address(said: dict[str, Any], name: str, *, needed: bool = True) -> str:
    address = said.get(name)
    if not isinstance(address, str) or not address:
        if needed:
            raise NotLetIn(Why.ANSWER, name)
        return ""
    checked_address(address)
    return address


def keys_of(facts: Facts, *, anew: bool = False) -> list[dict[str, Any]]:
    """JSON Web Keys, as they are given out. Raises NotLetIn."""
    kept = _keys.get(facts.keys)
    age = time.monotonic() - kept[0] if kept else _KEPT_SECONDS
    if kept is None or age >= (_ASKED_AGAIN_SECONDS if anew else _KEPT_SECONDS):
        answer = ask(facts.keys, own=facts.issuer)
        said = answer.said.get("keys")
        if answer.status != 200 or not isinstance(said, list):
            raise NotLetIn(Why.ANSWER, f"jwks_uri: {answer.status}")
        if len(_keys) > _MOST_KEPT:
            _keys.clear()
        kept = _keys[facts.keys] = (time.monotonic(), [key for key in said if isinstance(key, dict)])
    return kept[1]


def forget_providers() -> None:
    """The administrator has just changed or tested one."""
    _facts.clear()
    _keys.clear()


_facts: dict[str, tuple[float, Facts]] = {}
_keys: dict[str, tuple[float, list[dict[str, Any]]]] = {}
