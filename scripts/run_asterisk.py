"""`make run PBX=asterisk`: Callcard on its demo company, with a real Asterisk, callers and phones beside it."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

from lab import packages

_READY = re.compile(r"AMI (\S+):(\d+) user (\S+) secret (\S+)")
_RECORDS = re.compile(r"RECORDS (.+)")
_WEB = re.compile(r"WEB (\S+) (\S+) (\S+)")
# Extensions whose telephone is the browser of these users of the demo, once they choose it.
_SOFTPHONES = {"901": "manager", "902": "owner", "903": "admin"}
_NUMBERS = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    # Ending like Ctrl-C does, so that the exchange is taken down too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    packages.install(tuple(peer for peer in packages.PEERS if peer.name == "Asterisk"))
    arguments = company_telephones()
    with tempfile.TemporaryDirectory(prefix="callcard-run-") as folder:
        return run_both(given.port, arguments, Path(folder))


def company_telephones() -> dict[str, list[str]]:
    """The demo company's numbers, loaded now if this is the first start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcard.config.settings")
    django.setup()
    from callcard.customers.models import Phone
    from callcard.staff.models import Extension, Line

    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_demo")
    callers = Phone.objects.exclude(e164="").order_by("id").values_list("e164", flat=True)[:_NUMBERS]
    desk = Extension.objects.exclude(user=None).exclude(number__in=_SOFTPHONES)
    extensions = desk.order_by("number").values_list("number", flat=True)
    lines = Line.objects.exclude(e164="").order_by("id").values_list("e164", flat=True)
    return {"numbers": list(callers), "extensions": list(extensions), "lines": list(lines)}


def run_both(port: int, telephones: dict[str, list[str]], folder: Path) -> int:
    """Until one of them ends or a person has had enough."""
    exchange = start_exchange(telephones, folder)
    try:
        return serve(port, link_options(exchange))
    except KeyboardInterrupt:
        return 0
    finally:
        exchange.terminate()
        exchange.wait(timeout=20)


def start_exchange(telephones: dict[str, list[str]], folder: Path) -> subprocess.Popen[str]:
    numbers = folder / "numbers"
    numbers.write_text("\n".join(telephones["numbers"]))
    command = [sys.executable, "-m", "lab.demo", "--numbers-file", str(numbers), "--base", str(folder / "asterisk")]
    command += ["--extensions", ",".join(telephones["extensions"]), "--lines", ",".join(telephones["lines"])]
    command += ["--web-phones", ",".join(_SOFTPHONES)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def link_options(exchange: subprocess.Popen[str]) -> dict[str, object]:
    """What Callcard has to know to reach it; waits until it is ready."""
    assert exchange.stdout is not None
    records = ""
    for line in exchange.stdout:
        if web := _WEB.match(line):
            give_softphone(*web.groups())
        if written := _RECORDS.match(line):
            records = written[1]
        if ready := _READY.match(line):
            host, port, username, secret = ready.groups()
            return {
                "host": host,
                "port": int(port),
                "username": username,
                "secret": secret,
                "dial_context": "internal",
                "records": records,
            }
    raise SystemExit("Asterisk did not start; see above.")


def give_softphone(address: str, number: str, secret: str) -> None:
    """To its user in the demo; where softphones register is the same for all."""
    from callcard.staff.models import Extension, User
    from callcard.staff.softphone.services import set_account, set_server

    user = User.objects.filter(username=_SOFTPHONES[number]).first()
    if user is None:
        return
    extension, _is_new = Extension.objects.get_or_create(number=number, defaults={"user": user})
    set_account(extension=extension, user_name="", secret=secret)
    set_server(address=address, domain="", stun="", turn="", turn_user_name="", turn_secret="")


def serve(port: int, options: dict[str, object]) -> int:
    command = [sys.executable, "-m", "callcard.config.command", "serve", "--port", str(port)]
    command += ["--pbx", "asterisk", "--pbx-options", json.dumps(options)]
    with subprocess.Popen(command) as server:
        try:
            return server.wait()
        finally:
            if server.poll() is None:
                server.terminate()


if __name__ == "__main__":
    sys.exit(main())
