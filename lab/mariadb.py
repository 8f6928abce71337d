"""A throw-away MariaDB, such as FreePBX keeps its calls in.

python -m lab.mariadb            runs one until interrupted and prints its address
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from lab.debs import PeerMissing
from lab.own_server import START_SECONDS, OwnServer

DATABASE = "asteriskcdrdb"
OWNER, READER = "freepbxuser", "callcard"
_NAMES = ("mariadbd", "mysqld")
_FOLDERS = ("/usr/sbin", "/usr/libexec", "/opt/homebrew/opt/mariadb/bin", "/usr/local/opt/mariadb/bin")
_TABLES = ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")
# Small and quick: nothing in it need survive a power cut.
_SETTINGS = (
    *("--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=0"),
    *("--innodb-doublewrite=0", "--innodb-use-native-aio=0", "--performance-schema=off", "--skip-log-bin"),
)


def find() -> Path | None:
    """The server, where the tables of a new one are beside it."""
    for name in _NAMES:
        path = os.pathsep.join((os.environ.get("PATH", ""), *_FOLDERS))
        found = shutil.which(name, path=path)
        if found and _shared(Path(found)):
            return Path(found)
    return None


class MariaDb(OwnServer):
    """Listens on 127.0.0.1 only; its two users have random passwords.

    OWNER may do everything, READER only read DATABASE.
    """

    def __init__(self) -> None:
        """Raises PeerMissing."""
        program = find()
        if program is None:
            raise PeerMissing("MariaDB is missing: `python -m lab.packages` as root, or install mariadb-server-core")
        super().__init__(folder="lab-my-", users=("mysql", "nobody"))
        self._program = program
        self.password = secrets.token_urlsafe(16)

    def url(self, user: str = READER) -> str:
        return f"mysql://{user}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def begin(self) -> None:
        self._make()
        self._start()

    def _make(self) -> None:
        """What `mariadb-install-db` does, which is in another package on some systems."""
        (self.folder / "data" / "mysql").mkdir(parents=True)
        users = self.folder / "users.sql"
        users.write_text("\n".join(self._statements()), encoding="utf-8")
        for path in (self.folder, self.folder / "data", self.folder / "data" / "mysql", users):
            if self._user:
                shutil.chown(path, self._user)
        tables = "".join((_shared(self._program) / name).read_text(encoding="utf-8") for name in _TABLES)  # type: ignore[operator]
        made = self._popen("--bootstrap", stdin=subprocess.PIPE)
        made.communicate(b"USE mysql;\n" + tables.encode())
        if made.returncode:
            raise PeerMissing(f"MariaDB cannot make its tables:\n{self._log()}")

    def _statements(self) -> list[str]:
        who = {name: f"'{name}'@'127.0.0.1'" for name in (OWNER, READER)}
        return [
            f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4;",
            *(f"CREATE USER {each} IDENTIFIED BY '{self.password}';" for each in who.values()),
            f"GRANT ALL ON *.* TO {who[OWNER]} WITH GRANT OPTION;",
            f"GRANT SELECT ON {DATABASE}.* TO {who[READER]};",
        ]

    def _start(self) -> None:
        place = (f"--port={self.port}", "--bind-address=127.0.0.1", f"--socket={self.folder / 'socket'}")
        own = (f"--pid-file={self.folder / 'pid'}", f"--init-file={self.folder / 'users.sql'}", "--skip-name-resolve")
        self._process = self._popen(*place, *own)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise PeerMissing(f"MariaDB does not start:\n{self._log()}")

    def _popen(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        command = [str(self._program), "--no-defaults", f"--datadir={self.folder / 'data'}", *_SETTINGS, *arguments]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdin=stdin, stdout=log, stderr=log, **self._as_its_user)


def _shared(program: Path) -> Path | None:
    """The folder of the SQL that a new server's own tables are made with."""
    prefix = program.resolve().parent.parent
    folders = [prefix / "share" / name for name in ("mysql", "mariadb", "")]
    return next((folder for folder in folders if (folder / _TABLES[0]).is_file()), None)


def main() -> None:
    with MariaDb() as server:
        sys.stdout.write(f"{server.url(OWNER)}\nCtrl-C ends it and removes it.\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
