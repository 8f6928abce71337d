"""`callcard serve`: the whole program; background jobs have a process of their own beside it."""

from __future__ import annotations

import contextlib
import json
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from callcard.config.jobs_process import JobsProcess
from callcard.config.migrating import migrate_saying
from callcard.staff.first_start import first_start_code
from callcard.staff.queries import is_set_up
from callcard.switchboard.models import Pbx
from callcard.switchboard.services import set_pbx

_EVERY_ADDRESS = {"0.0.0.0", "::"}


class Command(BaseCommand):
    help = "Serve the pages, listen to the PBXs, tell the desks, and do the background jobs in a process beside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--demo", action="store_true", help="load the demo company when the database is empty")
        parser.add_argument("--pbx", choices=[*Pbx.Kind.values], help="use this kind of PBX, set up by --pbx-options")
        parser.add_argument("--pbx-options", default="{}", help="JSON, see docs/admin")

    def handle(self, *args: Any, **options: Any) -> None:
        _check_free(options["host"], options["port"])
        migrate_saying(self._say)
        if options["demo"]:
            call_command("load_demo", stdout=self.stdout)
        if options["pbx"]:
            _set_only_pbx(options["pbx"], options["pbx_options"])
        scheme = "https" if settings.TLS_CERTIFICATE else "http"
        address = f"{scheme}://{options['host']}:{options['port']}/"
        self.stdout.write(self.style.SUCCESS(f"Callcard is at {address}"))
        if not is_set_up():
            self.stdout.write("Nobody works here yet. To set up your company, open")
            here = "127.0.0.1" if options["host"] in _EVERY_ADDRESS else options["host"]
            self.stdout.write(f"  {scheme}://{here}:{options['port']}/first-start?code={first_start_code()}")
        self.stdout.flush()
        from callcard.config.asgi import office  # the applications must be ready first
        from callcard.config.server import Server

        office.worker = JobsProcess()
        with contextlib.suppress(KeyboardInterrupt):
            Server(
                host=options["host"],
                port=options["port"],
                certificate=settings.TLS_CERTIFICATE,
                acme=settings.ACME,
                proxies=settings.TRUSTED_PROXIES,
            ).run()

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def _check_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError as error:
            raise CommandError(f"{port} is not a port: choose one from 1 to 65535.") from error
        except socket.gaierror as error:
            raise CommandError(f"{host} is no address ({error.strerror}). Choose another --host.") from error
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}:{port} ({error.strerror}). Choose another --port.") from error


def _set_only_pbx(kind: str, options: str) -> None:
    try:
        given = json.loads(options)
    except json.JSONDecodeError as error:
        raise CommandError(f"--pbx-options is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise CommandError('--pbx-options is not a JSON object, such as {"port": 5038}.')
    Pbx.objects.exclude(slug=kind).update(is_enabled=False)
    set_pbx(slug=kind, name=str(Pbx.Kind(kind).label), kind=kind, options=given)
