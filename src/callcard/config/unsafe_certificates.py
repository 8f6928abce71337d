"""What is unsafe about the certificate of https: part of `callcard check --deploy`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning

from callcard.config.acme.kept import read_state
from callcard.config.acme.rules import WARN_OF_A_FILE, warn_of_renewal
from callcard.config.acme.wish import Wish
from callcard.config.hosts import is_here

_Found: TypeAlias = Iterator[CheckMessage]


def certificate() -> _Found:
    if not settings.TLS_CERTIFICATE:
        return
    if settings.ACME is not None:
        yield from _got_by_itself(settings.ACME)
        return
    ends = _end_of(Path(settings.TLS_CERTIFICATE))
    if ends < datetime.now(UTC) + WARN_OF_A_FILE:
        yield Error(
            f"The certificate ends on {ends:%Y-%m-%d}.",
            hint="Put a new one into the same file; Callcard takes it up within a minute.",
            id="callcard.E005",
        )


def _got_by_itself(wish: Wish) -> _Found:
    from callcard.config.acme.certificates import look_at  # loaded by whoever needs it, not by every start

    seen, state = look_at(wish.certificate), read_state(wish)
    failed = f" The last attempt failed: {state.problem}" if state.problem else ""
    hint = "Run `callcard get_certificate`: it tries at once and says what is amiss."
    if seen is None or seen.is_own:
        yield Error(f"There is no certificate for {', '.join(wish.names)} yet.{failed}", hint=hint, id="callcard.E016")
    elif seen.ends < datetime.now(UTC) + warn_of_renewal(seen.begins, seen.ends):
        yield Error(f"The certificate ends on {seen.ends:%Y-%m-%d %H:%M} UTC.{failed}", hint=hint, id="callcard.E005")
    elif failed:
        yield Warning(f"The certificate holds until {seen.ends:%Y-%m-%d}.{failed}", hint=hint, id="callcard.W017")
    else:
        yield Info(f"The certificate holds until {seen.ends:%Y-%m-%d}, and is renewed by itself.", id="callcard.I018")


def certificate_beside_a_proxy() -> _Found:
    """The authority's question comes to the proxy, and so do browsers, who never see what is got here."""
    elsewhere = [given for given in settings.TRUSTED_PROXIES if not is_here(given)]
    if settings.ACME is not None and (settings.BEHIND_PROXY or elsewhere):
        said = f"{elsewhere[0]} is a proxy" if elsewhere else "a proxy speaks https"
        yield Error(
            f"Callcard gets its certificate by itself, and it is also set that {said}: only one of them can answer.",
            hint="With a proxy take CALLCARD_TLS_CERTIFICATE out, and let the proxy get the certificate;"
            " without one take out CALLCARD_HTTPS and CALLCARD_TRUSTED_PROXIES.",
            id="callcard.E019",
        )


def _end_of(path: Path) -> datetime:
    """The first certificate of the file is the one that browsers check."""
    from cryptography import x509  # loaded by whoever needs it, not by every start

    return x509.load_pem_x509_certificates(path.read_bytes())[0].not_valid_after_utc
