"""A throw-away authority for certificates: every name of the world leads to 127.0.0.1 for it.

python -m lab.authority.run            runs one until interrupted and prints how Callcard is told of it
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

from lab import certificate
from lab.authority.install import find, install
from lab.debs import PeerMissing
from lab.own_server import START_SECONDS, OwnServer
from lab.ports import free_port

REFUSED = "refused.example"


class Authority(OwnServer):
    """`directory`: its address. `trusted`: who signed its own certificate. `asks_on`: the port on which it asks."""

    def __init__(self) -> None:
        """Raises PeerMissing."""
        programs = find()
        if programs is None:
            raise PeerMissing("Pebble is missing: `python -m lab.packages`, or install pebble")
        super().__init__(folder="lab-acme-", users=())
        self._pebble, self._names = programs
        self.asks_on = free_port()
        self._manage, self._dns = free_port(), free_port()
        self._name_server: subprocess.Popen[bytes] | None = None
        self.directory = f"https://localhost:{self.port}/dir"
        self.trusted = self.folder / "trusted.pem"

    def begin(self) -> None:
        own = certificate.write(self.folder, "own.pem")
        self.trusted.write_text(certificate.without_key(own), encoding="ascii")
        (self.folder / "pebble.json").write_text(json.dumps({"pebble": self._settings(own)}), encoding="utf-8")
        nothing = ("-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "")
        places = ("-dns01", f"127.0.0.1:{self._dns}", "-management", f"127.0.0.1:{free_port()}")
        self._name_server = self._popen(self._names, *nothing, *places, "-defaultIPv4", "127.0.0.1")
        self._process = self._popen(
            *(self._pebble, "-config", str(self.folder / "pebble.json"), "-dnsserver", f"127.0.0.1:{self._dns}")
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise PeerMissing(f"Pebble does not start:\n{self._log()}")

    def root(self) -> Path:
        """A file with the certificate that signs those it gives: made anew at each start."""
        context = ssl.create_default_context(cafile=str(self.trusted))
        connection = http.client.HTTPSConnection("localhost", self._manage, timeout=START_SECONDS, context=context)
        connection.request("GET", "/roots/0")
        path = self.folder / "root.pem"
        path.write_bytes(connection.getresponse().read())
        connection.close()
        return path

    def close(self) -> None:
        if self._name_server:
            self._name_server.terminate()
            self._name_server.wait(60)
        super().close()

    def _settings(self, own: Path) -> dict[str, object]:
        return {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self._manage}",
            "certificate": str(own),
            "privateKey": str(own),
            "httpPort": self.asks_on,
            "tlsPort": free_port(),
            "domainBlocklist": [REFUSED],
        }

    def _popen(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PEBBLE_VA_NOSLEEP": "1"})


def main() -> None:
    install()
    with Authority() as server:
        sys.stdout.write(
            f"CALLCARD_ACME_DIRECTORY={server.directory}\nCALLCARD_ACME_AUTHORITY={server.trusted}\n"
            f"CALLCARD_ACME_PORT={server.asks_on}\nCALLCARD_TLS_CERTIFICATE=acme:callcard.example.com\n"
            "Ctrl-C ends it and removes it.\n"
        )
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
