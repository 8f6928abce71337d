"""A throw-away directory (OpenLDAP's slapd) with people, groups and a password policy, such as a company has.

python -m lab.directory.run            runs one until interrupted and prints its addresses
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from lab import certificate
from lab.debs import PeerMissing
from lab.directory.install import find, install
from lab.directory.people import BASE, SECRET, SERVICE, entries
from lab.own_server import START_SECONDS, OwnServer
from lab.ports import free_port

_SCHEMAS = ("core", "cosine", "inetorgperson")
_MODULES = ("back_mdb", "memberof", "ppolicy")


class Directory(OwnServer):
    """Listens on 127.0.0.1 only: `port` for plain and StartTLS, `tls_port` for TLS from the first byte.

    Its certificate is for "localhost" and 127.0.0.1; `authority` is who signed it, in PEM.
    """

    def __init__(self) -> None:
        """Raises PeerMissing."""
        installed = find()
        if installed is None:
            raise PeerMissing("slapd is missing: `python -m lab.packages`, or install slapd")
        super().__init__(folder="lab-ldap-", users=())
        self._installed = installed
        self.tls_port = free_port()
        self.authority = ""

    @property
    def pid(self) -> int:
        """0 when it does not run."""
        return self._process.pid if self._process else 0

    def begin(self) -> None:
        self.authority = certificate.without_key(certificate.write(self.folder, "own.pem"))
        (self.folder / "data").mkdir()
        (self.folder / "slapd.conf").write_text(self._settings(), encoding="utf-8")
        (self.folder / "people.ldif").write_text(entries(), encoding="utf-8")
        made = self._popen("-T", "add", "-q", "-l", str(self.folder / "people.ldif"))
        if made.wait(START_SECONDS):
            raise PeerMissing(f"slapd takes no entries:\n{self._log()}")
        self.start()

    def start(self) -> None:
        """Also anew, after `stop`: its entries stay."""
        places = f"ldap://127.0.0.1:{self.port}/ ldaps://127.0.0.1:{self.tls_port}/"
        self._process = self._popen("-d", "none", "-h", places)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.tls_port)) == 0:
                    return
            time.sleep(0.02)
        raise PeerMissing(f"slapd does not start:\n{self._log()}")

    def _settings(self) -> str:
        schemas = [f"include {self._installed.schemas / name}.schema" for name in _SCHEMAS]
        modules = [f"moduleload {name}" for name in _MODULES] if self._installed.modules else []
        where = [f"modulepath {self._installed.modules}"] if self._installed.modules else []
        secrets = [f"TLSCertificate{what}File {self.folder}/own.pem" for what in ("", "Key")]
        return "\n".join([*schemas, *where, *modules, *secrets, f"pidfile {self.folder}/pid", *_database(self.folder)])

    def _popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [*self._installed.command, *arguments, "-f", str(self.folder / "slapd.conf")]
        environment = {**os.environ, "LDAPNOINIT": "1"}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment)


def _database(folder: Path) -> list[str]:
    return [
        "database mdb",
        f'suffix "{BASE}"',
        f"directory {folder}/data",
        "maxsize 10485760",
        "dbnosync",
        "overlay memberof",
        "overlay ppolicy",
        f'ppolicy_default "cn=policy,{BASE}"',
        "ppolicy_use_lockout",
        "access to attrs=userPassword by anonymous auth by * none",
        f'access to * by dn.exact="{SERVICE}" read by self read by anonymous auth by * none',
    ]


def main() -> None:
    install()
    with Directory() as server:
        places = f"ldap://127.0.0.1:{server.port} ldaps://127.0.0.1:{server.tls_port}"
        sys.stdout.write(f"{places}\n{SERVICE} {SECRET}\n{server.authority}Ctrl-C ends it and removes it.\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
