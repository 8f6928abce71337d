"""`make fuzz-api SECONDS=600`: a running Callcard is asked all that its OpenAPI document allows, and what it forbids.

Schemathesis thinks of single requests and of chains of them, in which what one answers is used by the next, and checks
every answer against the document with all of its checks. The demo company and the simulator are behind it, in a folder
that is thrown away; only the limits of how often one may ask are lifted.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180
# A stream that never ends.
NEVER_ENDS = "/api/v1/events"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="callcard-fuzz-") as folder:
        environment = {**os.environ, "CALLCARD_DATA_DIR": folder, "CALLCARD_DATABASE_URL": ""}
        environment |= {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DJANGO_SETTINGS_MODULE": "callcard.config.settings"}
        with served(environment, Path(folder)) as url:
            asked = command(url, _token(environment), given.seconds, given.seed)
            code = subprocess.call(
                asked, cwd=folder, env={**environment, "SCHEMATHESIS_HOOKS": "scripts.fuzz_api_hooks"}
            )
        complaints = [line for line in (Path(folder) / "log").read_text().splitlines() if " ERROR " in line]
    print(f"{len(complaints)} errors in the server's log", *complaints[:20], sep="\n")
    return code or int(bool(complaints))


def command(url: str, token: str, seconds: int, seed: int | None) -> list[str]:
    program = str(Path(sys.executable).parent / "schemathesis")
    header = ["--header", f"Authorization:Bearer {token}"]
    kept = ["--exclude-path", NEVER_ENDS, "--continue-on-failure"]
    spent = ["--max-time", str(seconds), "--generation-database", "none", "--no-color"]
    config = ["--config-file", str(Path(__file__).with_suffix(".toml"))]
    return [program, *config, "run", f"{url}/api/v1/openapi.json", *header, *kept, *spent, *_seeded(seed)]


def _seeded(seed: int | None) -> list[str]:
    return [] if seed is None else ["--seed", str(seed)]


@contextmanager
def served(environment: dict[str, str], folder: Path) -> Iterator[str]:
    """The address of a Callcard with the demo company, until the end of the block."""
    port = free_port()
    asked = [sys.executable, "-m", "scripts.fuzz_api_server", "serve", "--demo", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*asked, "--pbx", "simulator"], env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/sign-in")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.5)
        finally:
            connection.close()
    raise RuntimeError("Callcard does not start")


def _token(environment: dict[str, str]) -> str:
    """Of somebody who may do everything."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.fuzz_api_server", "token"],
        env=environment, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
