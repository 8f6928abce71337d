""" "Test the connection": what can be known without anybody signing in."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from callcard.staff.single_sign_on.discovery import Facts, facts_of, forget_providers, keys_of
from callcard.staff.single_sign_on.flow import redeem
from callcard.staff.single_sign_on.models import Provider
from callcard.staff.single_sign_on.rules import LEEWAY_SECONDS, NotLetIn, Why
from callcard.staff.single_sign_on.words import words_for_administrator


@dataclass(frozen=True, slots=True)
class Finding:
    tone: str  # of a message: "success", "warning", "error"
    words: str


def check_connection(provider: Provider, back: str) -> list[Finding]:
    """`back`: our own address, to which the provider sends people."""
    forget_providers()
    try:
        facts = facts_of(provider.issuer)
        keys = keys_of(facts)
    except NotLetIn as error:
        return [Finding("error", words_for_administrator(error))]
    return [Finding("success", _("It answers, by the name that you typed.")), *_of_facts(provider, facts, keys, back)]


def _of_facts(provider: Provider, facts: Facts, keys: list[dict[str, Any]], back: str) -> Iterator[Finding]:
    apart = round(facts.at - time.time()) if facts.at is not None else 0
    if abs(apart) > LEEWAY_SECONDS:
        yield Finding(
            "error", _("The clocks differ by %(seconds)d seconds. Set the one that is wrong.") % {"seconds": abs(apart)}
        )
    if not {key.get("kty") for key in keys} & {"RSA", "EC", "OKP"}:
        yield Finding("error", _("It gives out no public key, so nobody could be let in."))
    challenges = facts.said.get("code_challenge_methods_supported")
    if isinstance(challenges, list) and "S256" not in challenges:
        yield Finding("error", _("It does not know PKCE with S256. Switch that on for this client."))
    claims = facts.said.get("claims_supported")
    if not isinstance(claims, list) or provider.groups_claim.partition(".")[0] not in claims:
        yield Finding(
            "warning",
            _("It does not announce a claim “%(name)s”. See that it puts the groups there.")
            % {"name": provider.groups_claim},
        )
    yield _of_secret(provider, facts, back)


def _of_secret(provider: Provider, facts: Facts, back: str) -> Finding:
    """A code that nobody gave out: whoever refuses the code, and not us, knows us."""
    try:
        redeem(provider, facts, secrets.token_urlsafe(16), secrets.token_urlsafe(48), back)
    except NotLetIn as error:
        if (error.why, error.detail) != (Why.ANSWER, "invalid_grant"):
            return Finding("error", words_for_administrator(error))
    return Finding("success", _("It knows the client's id and secret."))
