"""Put every peer of the tests on this machine: Asterisk, SIPp, Chromium, PostgreSQL, MariaDB, OpenLDAP, Pebble.

    python -m lab.packages

As root it installs the distribution's packages; otherwise Asterisk and SIPp are unpacked into
the project's cache. Does nothing, quickly, when everything is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from lab import chromium, mariadb, postgres
from lab.asterisk import install as asterisk
from lab.authority import install as pebble
from lab.debs import PeerMissing, has_apt
from lab.directory import install as slapd
from lab.sipp import install as sipp


@dataclass(frozen=True, slots=True)
class Peer:
    """`find` tells whether it is there; `apt` and `brew` are its packages; `fallback` puts it there otherwise."""

    name: str
    find: Callable[[], object]
    apt: str = ""
    brew: str = ""
    fallback: Callable[[], object] | None = None


def _download_browser() -> None:
    """Playwright's own Chromium, with the libraries it needs where we may install them."""
    deps = ["--with-deps"] if has_apt() and _is_root() else []
    _must([sys.executable, "-m", "playwright", "install", *deps, "chromium"])


PEERS = (
    # Asterisk is never installed as a system package: that would start a telephone exchange.
    Peer("Asterisk", asterisk.find, brew="asterisk", fallback=asterisk.install),
    Peer("SIPp", sipp.find, apt=sipp.PACKAGE, brew="sipp", fallback=sipp.install),
    Peer("PostgreSQL", postgres.find_programs, apt="postgresql", brew="postgresql@17"),
    # The program alone: `mariadb-server` would start one.
    Peer("MariaDB", mariadb.find, apt="mariadb-server-core", brew="mariadb"),
    # Unpacked, for the package would start one.
    Peer("slapd", slapd.find, brew="openldap", fallback=slapd.install),
    Peer("Pebble", pebble.find, fallback=pebble.install),
    Peer("Chromium", chromium.find, apt="chromium", fallback=_download_browser),
)


def install(peers: tuple[Peer, ...] = PEERS) -> None:
    """Raises PeerMissing that says which peer is missing and why."""
    problems = [problem for peer in peers if (problem := _put(peer))]
    if problems:
        raise PeerMissing("\n".join(problems))


def _put(peer: Peer) -> str:
    """Empty when the peer is there at the end, else what went wrong."""
    said = []
    for way in (_by_package, _by_fallback):
        if peer.find():
            return ""
        try:
            way(peer)
        except (PeerMissing, OSError) as problem:
            said.append(str(problem))
    return "" if peer.find() else f"{peer.name} is missing. {' '.join(said) or 'Install it and try again.'}"


def _by_package(peer: Peer) -> None:
    if peer.apt and has_apt() and _is_root():
        _tell(peer)
        _apt_install(peer.apt)
    elif peer.brew and shutil.which("brew"):
        _tell(peer)
        _must(["brew", "install", "--quiet", peer.brew])


def _by_fallback(peer: Peer) -> None:
    if peer.fallback:
        _tell(peer)
        peer.fallback()


def _apt_install(package: str) -> None:
    command = ["apt-get", "install", "-y", "-q=2", "--no-install-recommends", package]
    try:
        _must(command)
    except PeerMissing:
        _must(["apt-get", "update", "-q=2"])
        _must(command)


def _must(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise PeerMissing(f"`{' '.join(command)}`: {(done.stderr or done.stdout).strip()[-400:]}")


def _is_root() -> bool:
    return os.geteuid() == 0


def _tell(peer: Peer) -> None:
    sys.stdout.write(f"{peer.name}: putting it on this machine\n")
    sys.stdout.flush()


def main() -> int:
    try:
        install()
    except PeerMissing as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
