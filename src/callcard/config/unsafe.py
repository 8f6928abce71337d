"""What is unsafe in this installation, in words: `callcard check --deploy`.

Nothing here stops the program: an office may know why. Each look is a function that says what it found, so that one can
be read, and tested, alone.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import DatabaseError, connection

from callcard.api.webhooks.models import Endpoint
from callcard.calls.recordings.models import RecordingSource
from callcard.config.hosts import is_here
from callcard.config.unsafe_certificates import certificate, certificate_beside_a_proxy
from callcard.staff.directory.models import Directory
from callcard.staff.models import User
from callcard.staff.sealed_fields import cannot_be_opened
from callcard.staff.single_sign_on.models import Provider
from callcard.staff.softphone.models import SipAccount
from callcard.switchboard.models import Pbx

_Found: TypeAlias = Iterator[CheckMessage]
_LEAST_KEY = 40  # signs


def errors_in_the_page() -> _Found:
    if settings.DEBUG:
        yield Error(
            "Errors are shown in the browser with the program's insides.",
            hint="Take CALLCARD_DEBUG out of the environment.",
            id="callcard.E001",
        )


def hosts() -> _Found:
    if "*" in settings.ALLOWED_HOSTS:
        yield Warning(
            "Any name leads here, also one that a stranger made up for links in mails.",
            hint="List in CALLCARD_ALLOWED_HOSTS the names and addresses under which browsers reach Callcard.",
            id="callcard.W002",
        )


def plain_http() -> _Found:
    elsewhere = [host for host in settings.ALLOWED_HOSTS if not is_here(host)]
    if elsewhere and not settings.HTTPS:
        yield Error(
            f"Passwords and customers travel without encryption: browsers come to {elsewhere[0]} over http.",
            hint="Set CALLCARD_TLS_CERTIFICATE, or CALLCARD_HTTPS=true with a proxy in front that speaks https.",
            id="callcard.E003",
        )
    if settings.PUBLIC_ADDRESS.startswith("http://") and not is_here(urlsplit(settings.PUBLIC_ADDRESS).hostname or ""):
        yield Warning(
            "Links in mails and calendars begin with http://.",
            hint="Give CALLCARD_ADDRESS with https://.",
            id="callcard.W004",
        )


def secret_key() -> _Found:
    if len(settings.SECRET_KEY) < _LEAST_KEY or len(set(settings.SECRET_KEY)) < 10:
        yield Error(
            "The secret key can be guessed: whoever has it signs in as anybody, and reads the secrets in the database.",
            hint="Take CALLCARD_SECRET_KEY out of the environment, and one is made; or give fifty random signs.",
            id="callcard.E006",
        )


def data_folder() -> _Found:
    for path in (settings.DATA_DIR, settings.DATA_DIR / "secret-key", *settings.DATA_DIR.glob("*.sqlite3")):
        if path.exists() and path.stat().st_mode & 0o007:
            yield Warning(
                f"Other users of this machine can read {path}.",
                hint=f"Run: chmod -R o-rwx '{settings.DATA_DIR}'",
                id="callcard.W007",
            )
            return


def proxies() -> _Found:
    wide = [given for given in settings.TRUSTED_PROXIES if given.endswith("/0")]
    if wide:
        yield Error(
            "Anybody may claim to come from any address: lock-outs, networks of roles and the audit believe it.",
            hint="List in CALLCARD_TRUSTED_PROXIES the addresses of your proxies alone.",
            id="callcard.E008",
        )


def database() -> _Found:
    if connection.vendor != "postgresql":
        return
    given = connection.settings_dict
    if not is_here(str(given["HOST"])) and "sslmode" not in (given.get("OPTIONS") or {}):
        yield Warning(
            f"The way to the database at {given['HOST']} may be without encryption.",
            hint="Add ?sslmode=verify-full to CALLCARD_DATABASE_URL.",
            id="callcard.W009",
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            yield Warning(
                "Callcard is a superuser of the database server: it could read and change every database there.",
                hint="Make a user of its own, as docs/admin/postgresql.md shows.",
                id="callcard.W010",
            )


def pbx_links() -> _Found:
    for pbx in Pbx.objects.filter(is_enabled=True):
        host = str(pbx.options.get("host", ""))
        if not is_here(host) and not pbx.options.get("tls"):
            yield Warning(
                f"The password of the link to {pbx.name} travels to {host} without encryption.",
                hint="Switch on Encrypted (TLS) under More settings of that telephone system.",
                id="callcard.W011",
            )
    for source in RecordingSource.objects.filter(is_enabled=True, address__istartswith="http://").exclude(secret=""):
        if not is_here(urlsplit(source.address).hostname or ""):
            yield Warning(
                f"The password for recordings travels to {source.address} without encryption.",
                hint="Give the address with https://.",
                id="callcard.W012",
            )


def directory() -> _Found:
    if Directory.objects.filter(is_on=True, encryption=Directory.Encryption.PLAIN).exists():
        yield Error(
            "Passwords of the company's directory cross the network without encryption.",
            hint="Settings, Signing in, Directory: choose TLS or StartTLS.",
            id="callcard.E015",
        )


def people() -> _Found:
    if not User.objects.who_may("staff.roles").exists():
        yield Info(
            "Nobody can make or give roles.",
            hint="Nobody works here yet? `callcard serve` prints the address of the first start.",
            id="callcard.I013",
        )


_SEALED = (
    *((Pbx, "options"), (SipAccount, "secret"), (RecordingSource, "secret"), (Endpoint, "secret")),
    *((Provider, "client_secret"), (Directory, "bind_password")),
)


def sealed_secrets() -> _Found:
    """Read as they lie there: the models show what cannot be opened as empty."""
    for model, column in _SEALED:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM {model._meta.db_table}")
            kept = [json.loads(value) if isinstance(value, str) and value[:1] == "{" else value for (value,) in cursor]
        if any(map(cannot_be_opened, kept)):
            yield Error(
                f"Secrets of “{model._meta.verbose_name}” were sealed with another secret key and cannot be read.",
                hint="Bring the old secret-key back into the data folder, or type these secrets anew.",
                id="callcard.E014",
            )


LOOKS: Sequence[Callable[[], _Found]] = (
    *(errors_in_the_page, hosts, plain_http, certificate, certificate_beside_a_proxy, secret_key, data_folder, proxies),
    *(database, pbx_links, directory, people, sealed_secrets),
)


@register(Tags.security, deploy=True)
def unsafe(app_configs: Sequence[AppConfig] | None = None, **_options: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    try:
        for look in LOOKS:
            found += look()
    except (DatabaseError, OSError, ssl.SSLError, ValueError) as error:
        found.append(Error(f"Not everything could be looked at: {error}", id="callcard.E000"))
    return found
