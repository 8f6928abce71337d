"""`callcard get_certificate`: the attempt that `serve` makes by itself, now and with its end in words."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from callcard.config.acme.wish import BEGINNING


class Command(BaseCommand):
    help = "Get the certificate for https from the authority, or renew it, if that is due; say what is amiss."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="0.0.0.0", help="address to answer the authority on (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ACME is None:
            raise CommandError(f"CALLCARD_TLS_CERTIFICATE does not begin with {BEGINNING}, so nothing is to be got.")
        from callcard.config.acme.attempt import attempt  # its libraries are loaded by whoever needs them
        from callcard.config.acme.certificates import look_at

        state = attempt(settings.ACME, options["host"], at_once=True)
        if state.problem:
            raise CommandError(f"{state.problem} Callcard asks again at {state.is_due_at:%Y-%m-%d %H:%M} UTC.")
        seen = look_at(settings.ACME.certificate)
        assert seen is not None
        self.stdout.write(f"The certificate for {', '.join(sorted(seen.names))} holds until {seen.ends:%Y-%m-%d}.")
