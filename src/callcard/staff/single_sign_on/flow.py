"""The way to the provider and back: authorization code with PKCE, state and nonce (OpenID Connect Core 3.1).

What was asked lies in the session of the browser that asked, and each question is answered once.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from callcard.staff.single_sign_on.discovery import Facts, facts_of
from callcard.staff.single_sign_on.models import Provider
from callcard.staff.single_sign_on.rules import Expected, NotLetIn, Why, groups_in
from callcard.staff.single_sign_on.web import ask

_KEY = "single_sign_on_asked"
_HOLDS_SECONDS = 900
_MOST_ASKED = 5  # in as many tabs at once
_LONGEST_ADDRESS = 2000


class Purpose(StrEnum):
    ENTER = "enter"
    UNLOCK = "unlock"
    PROVE = "prove"
    CONNECT = "connect"


@dataclass(frozen=True, slots=True)
class Asked:
    state: str
    nonce: str
    verifier: str
    issuer: str
    client_id: str
    purpose: str
    next: str
    user: int  # who was signed in; 0: nobody
    at: int  # Unix time


def way_there(request: HttpRequest, provider: Provider, purpose: Purpose, wanted: str) -> str:
    """The provider's address to send the browser to. Raises NotLetIn."""
    facts = facts_of(provider.issuer)
    asked = Asked(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        issuer=provider.issuer,
        client_id=provider.client_id,
        purpose=purpose,
        next=wanted[:_LONGEST_ADDRESS],
        user=request.user.pk or 0,
        at=int(time.time()),
    )
    request.session[_KEY] = [*request.session.get(_KEY, [])[1 - _MOST_ASKED :], asdict(asked)]
    parts = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": _back(request),
        "scope": " ".join(dict.fromkeys(["openid", "profile", "email", *provider.further_scopes.split()])),
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": _challenge(asked.verifier),
        "code_challenge_method": "S256",
    }
    if purpose is not Purpose.ENTER:
        parts |= {"prompt": "login", "max_age": "0"}
    return facts.authorize + ("&" if "?" in facts.authorize else "?") + urlencode(parts)


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("single-sign-on-back"))


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def take_asked(request: HttpRequest, state: str) -> Asked | None:
    """What this browser asked with this state; it is forgotten with that. None: nothing, or too long ago."""
    kept = [Asked(**one) for one in request.session.get(_KEY, [])]
    found = next((one for one in kept if constant_time_compare(one.state, state)), None)
    if found is None:
        return None
    request.session[_KEY] = [asdict(one) for one in kept if one is not found]
    return found if time.time() - found.at <= _HOLDS_SECONDS else None


def what_it_said(request: HttpRequest, provider: Provider, asked: Asked) -> dict[str, Any]:
    """The claims about whoever came back. Raises NotLetIn."""
    from callcard.staff.single_sign_on.tokens import read_token  # joserfc takes a while to load

    said = request.GET
    if (asked.issuer, asked.client_id) != (provider.issuer, provider.client_id):
        raise NotLetIn(Why.STATE, "the settings have changed meanwhile")
    facts = facts_of(provider.issuer)
    if said.get("iss", "" if facts.names_itself else provider.issuer) != provider.issuer:
        raise NotLetIn(Why.ISSUER, said.get("iss", "")[:200])
    if not said.get("code"):
        raise NotLetIn(Why.SAID_NO, said.get("error", "")[:100])
    tokens = redeem(provider, facts, said["code"][:_LONGEST_ADDRESS], asked.verifier, _back(request))
    token = tokens.get("id_token")
    again_at = 0 if asked.purpose == Purpose.ENTER else asked.at
    expected = Expected(provider.issuer, provider.client_id, asked.nonce, again_at)
    claims = read_token(token if isinstance(token, str) else "", facts, expected)
    return _with_user_info(provider, facts, claims, tokens.get("access_token"))


def redeem(provider: Provider, facts: Facts, code: str, verifier: str, back: str) -> dict[str, Any]:
    """What the code is worth. Raises NotLetIn."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    headers = {}
    if facts.by_post or not provider.client_secret:
        form |= {"client_id": provider.client_id}
        form |= {"client_secret": provider.client_secret} if provider.client_secret else {}
    else:  # RFC 6749, 2.3.1: both are encoded as in a form first
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    answer = ask(facts.token, own=facts.issuer, form=form, headers=headers)
    if answer.status == 200:
        return answer.said
    why = str(answer.said.get("error", ""))[:100]
    raise NotLetIn(Why.CLIENT if why in ("invalid_client", "unauthorized_client") else Why.ANSWER, why)


def _with_user_info(provider: Provider, facts: Facts, claims: dict[str, Any], token: object) -> dict[str, Any]:
    """Some providers say only there who is in which group. It counts only for the very subject of the ID token."""
    has_all = bool(groups_in(claims, provider.groups_claim)) and "email" in claims and provider.name_claim in claims
    if has_all or not facts.userinfo or not isinstance(token, str) or not token.isascii() or not token.isprintable():
        return claims
    answer = ask(facts.userinfo, own=facts.issuer, headers={"Authorization": f"Bearer {token}"})
    if answer.status != 200 or answer.said.get("sub") != claims["sub"]:
        return claims
    return {**answer.said, **claims}


def way_out(request: HttpRequest, provider: Provider) -> str:
    """Where one signs out of the provider itself (RP-Initiated Logout 1.0); empty where it has no such place."""
    facts = facts_of(provider.issuer)
    if not facts.leave:
        return ""
    after = {
        "client_id": provider.client_id,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("sign-in")),
    }
    return facts.leave + ("&" if "?" in facts.leave else "?") + urlencode(after)
