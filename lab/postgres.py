"""A throw-away PostgreSQL: durable as in real life unless told otherwise, gone at the end.

python -m lab.postgres            runs one until interrupted and prints its address
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.debs import PeerMissing
from lab.own_server import START_SECONDS, OwnServer

GIVEN = "CALLCARD_TEST_DATABASE_URL"
DATABASE = "callcard"
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")


@contextmanager
def server(*settings: str) -> Iterator[str]:
    """The address of an empty database: the one that CALLCARD_TEST_DATABASE_URL names, else a new one.

    `settings` of the new one, as `Cluster` takes them."""
    given = os.environ.get(GIVEN)
    if given:
        yield given
        return
    with Cluster(*settings) as cluster:
        yield cluster.url


def find_programs() -> Path | None:
    """The folder of initdb and postgres, of the newest version there is."""
    found = [path for pattern in _FOLDERS for path in Path("/").glob(pattern[1:]) if (path / "initdb").exists()]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).parent)
    return max(found, key=_version, default=None)


class Cluster(OwnServer):
    """Listens on 127.0.0.1 only, behind a random password."""

    ends_with = signal.SIGINT  # hangs up on clients, then ends in good order

    def __init__(self, *settings: str) -> None:
        """`settings` are further `name=value` of postgresql.conf. Raises PeerMissing."""
        programs = find_programs()
        if programs is None:
            raise PeerMissing("PostgreSQL is missing: `python -m lab.packages` as root, or install postgresql")
        super().__init__(folder="lab-pg-", users=("postgres", "nobody"))
        self._programs = programs
        self._settings = settings
        self._password = secrets.token_urlsafe(16)

    @property
    def url(self) -> str:
        return f"postgresql://{DATABASE}:{self._password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def pid(self) -> int:
        """0 when it does not run."""
        return self._process.pid if self._process else 0

    def begin(self) -> None:
        self._make()
        self._start()
        self._run("createdb", DATABASE)

    def _make(self) -> None:
        if self._user:
            shutil.chown(self.folder, self._user)
        secret = self.folder / "secret"
        secret.write_text(self._password, encoding="utf-8")
        locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        who = (f"--username={DATABASE}", f"--pwfile={secret}", "--auth=scram-sha-256")
        self._run("initdb", f"--pgdata={self.folder / 'data'}", f"--locale={locale}", "--encoding=UTF8", *who)

    def _start(self) -> None:
        settings = ("listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}", "max_connections=200")
        options = [part for setting in (*settings, *self._settings) for part in ("-c", setting)]
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *options]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._as_its_user)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process and self._process.poll() is None:
            if self._call("pg_isready", "-q").returncode == 0:
                return
            time.sleep(0.05)
        raise PeerMissing(f"PostgreSQL does not start:\n{self._log()}")

    def _run(self, program: str, *arguments: str) -> None:
        done = self._call(program, *arguments)
        if done.returncode:
            raise PeerMissing(f"{program} failed: {done.stderr.decode(errors='replace').strip()[-1000:]}")

    def _call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        access = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": DATABASE, "PGPASSWORD": self._password}
        return subprocess.run(
            [str(self._programs / program), *arguments],
            env={**os.environ, **access},
            capture_output=True,
            check=False,
            **self._as_its_user,
        )


def _version(folder: Path) -> tuple[int, ...]:
    done = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    return tuple(int(part) for part in re.findall(r"\d+", done.stdout)[:2])


def main() -> None:
    with server() as url:
        sys.stdout.write(f"{url}\nCtrl-C ends it and removes it.\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
