"""From a fresh connection to a session that is known to be Asterisk, logged in and allowed what it needs."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from dataclasses import dataclass

from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.connectors.asterisk.probe import GREETING, expects_tls, greets_plainly
from callcard.connectors.asterisk.problems import ActionRefused, ActionUnanswered, LinkProblem
from callcard.connectors.asterisk.session import Listener, Session
from callcard.telephony.commands import Capability

_NEEDED = {"CoreShowChannels": "write=reporting", "Status": "write=reporting"}


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the account may do, and which Asterisk it is."""

    capabilities: frozenset[Capability]
    about: str


async def connect(options: AsteriskOptions, wanted: frozenset[bytes], listener: Listener) -> Session:
    """A session whose greeting was Asterisk's. Raises LinkProblem."""
    session = await _open(options, wanted, listener)
    try:
        await _expect_greeting(session, options)
    except BaseException:
        session.end(LinkProblem("lost", "closed by Callcard"))
        raise
    return session


async def _expect_greeting(session: Session, options: AsteriskOptions) -> None:
    within = options.answer_timeout
    try:
        async with asyncio.timeout(within):
            greeting = await session.greeted
    except LinkProblem as problem:
        raise LinkProblem("closed_at_once", problem.detail) from None
    except TimeoutError:
        if not options.tls and await expects_tls(options.host, options.port, within=within):
            raise LinkProblem("needs_tls", f"port {options.port} expects TLS") from None
        raise LinkProblem("not_asterisk", f"no greeting within {within:g} s") from None
    if not greeting.startswith(GREETING):
        raise LinkProblem("not_asterisk", f"greeted with {greeting[:80]!r}")


async def log_in(session: Session, options: AsteriskOptions) -> Welcome:
    """Raises LinkProblem."""
    try:
        return await _log_in(session, options)
    except ActionUnanswered as silence:
        raise LinkProblem("lost", str(silence)) from None


async def _open(options: AsteriskOptions, wanted: frozenset[bytes], listener: Listener) -> Session:
    try:
        return await _open_as_set(options, wanted, listener)
    except LinkProblem:
        if options.tls and await greets_plainly(options.host, options.port, within=options.answer_timeout):
            raise LinkProblem("no_tls", f"port {options.port} speaks without TLS") from None
        raise


async def _open_as_set(options: AsteriskOptions, wanted: frozenset[bytes], listener: Listener) -> Session:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(options.connect_timeout):
            _, session = await loop.create_connection(
                lambda: Session(wanted, listener),
                options.host,
                options.port,
                ssl=_tls_context(options) if options.tls else None,
            )
    except TimeoutError:
        raise LinkProblem("unreachable", f"no answer within {options.connect_timeout:g} s") from None
    except ssl.SSLError as error:
        raise LinkProblem("tls", _tls_words(error)) from None
    except OSError as error:
        # Asterisk without TLS on this port, or a broken certificate of its own, closes during the handshake.
        problem = "tls" if options.tls and isinstance(error, ConnectionResetError) else "unreachable"
        raise LinkProblem(problem, str(error)) from None
    return session


def _tls_context(options: AsteriskOptions) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=options.ca_file or None)
    except (ssl.SSLError, OSError) as error:
        raise LinkProblem("tls", f"the CA file cannot be read: {error}") from None
    if not options.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _tls_words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {error.verify_message}"
    return str(error.reason or error)


async def _log_in(session: Session, options: AsteriskOptions) -> Welcome:
    within = options.answer_timeout
    try:
        await session.ask("Login", await _credentials(session, options), within=within)
    except ActionRefused as error:
        # Asterisk says the same to a wrong name, a wrong secret and an address its `permit` does not list.
        raise LinkProblem("wrong_secret", str(error), refused=True) from None
    rights = await session.ask("ListCommands", within=within)
    missing = sorted({right for action, right in _NEEDED.items() if action.lower() not in rights})
    if missing:
        raise LinkProblem("no_permission", ", ".join(missing), refused=True)
    return Welcome(_capabilities(rights, options), await _about(session, within))


async def _credentials(session: Session, options: AsteriskOptions) -> list[tuple[str, str]]:
    """By challenge, so that the secret itself is never on the wire, with or without TLS."""
    try:
        challenge = await session.ask("Challenge", [("AuthType", "MD5")], within=options.answer_timeout)
    except ActionRefused as error:
        raise LinkProblem("not_asterisk", f"no MD5 log-in: {error}") from None
    told = (challenge.get("challenge", "") + options.secret).encode()
    key = hashlib.md5(told, usedforsecurity=False).hexdigest()
    return [("AuthType", "MD5"), ("Username", options.username), ("Key", key), ("Events", "on")]


_RIGHTS = {
    "originate": Capability.DIAL,
    "hangup": Capability.HANGUP,
    "blindtransfer": Capability.TRANSFER,
    "atxfer": Capability.CONSULT,
}


def _capabilities(rights: dict[str, str], options: AsteriskOptions) -> frozenset[Capability]:
    allowed = {capability for action, capability in _RIGHTS.items() if action in rights}
    if not options.attended_transfer:
        allowed.discard(Capability.CONSULT)
    return frozenset({Capability.LIVE, Capability.RESYNC, *allowed})


async def _about(session: Session, within: float) -> str:
    try:
        settings = await session.ask("CoreSettings", within=within)
    except ActionRefused:
        return "Asterisk"
    return f"Asterisk {settings.get('asteriskversion', '')}".strip()
