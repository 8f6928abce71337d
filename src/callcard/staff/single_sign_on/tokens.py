"""ID tokens: whose signature they have. What they say is checked by the rules (JOSE by joserfc)."""

from __future__ import annotations

import time
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from callcard.staff.single_sign_on.discovery import Facts, keys_of
from callcard.staff.single_sign_on.rules import Expected, NotLetIn, Why, check_claims

# By what kind of key. A secret shared with the provider ("oct") is never one, nor is no signature at all.
_ALGORITHMS = {"RS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
ALGORITHMS = frozenset(_ALGORITHMS)


def read_token(token: str, facts: Facts, expected: Expected) -> dict[str, Any]:
    """Its claims. Raises NotLetIn."""
    header = _header(token)
    algorithm = header.get("alg")
    if algorithm not in _ALGORITHMS:
        raise NotLetIn(Why.SIGNATURE, f"alg {algorithm!r}"[:100])
    fits = _fitting(keys_of(facts), header) or _fitting(keys_of(facts, anew=True), header)
    claims = next((found for key in fits if (found := _opened(token, key, algorithm)) is not None), None)
    if claims is None:
        raise NotLetIn(Why.SIGNATURE)
    check_claims(claims, expected, now=time.time())
    return claims


def _header(token: str) -> dict[str, Any]:
    try:
        return dict(jws.extract_compact(token.encode()).headers())
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise NotLetIn(Why.SIGNATURE, "no token") from error


def _fitting(keys: list[dict[str, Any]], header: dict[str, Any]) -> list[dict[str, Any]]:
    kind, wanted = _ALGORITHMS[header["alg"]], header.get("kid")
    return [
        key
        for key in keys
        if key.get("kty") == kind and key.get("use", "sig") == "sig" and (wanted is None or key.get("kid") == wanted)
    ]


def _opened(token: str, key: dict[str, Any], algorithm: str) -> dict[str, Any] | None:
    try:
        return dict(jwt.decode(token, import_key(key), algorithms=[algorithm]).claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None
