"""Find SIPp, or unpack Debian's `sip-tester` into the project's cache."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

from lab.debs import PeerMissing, Unpacker, has_apt
from lab.paths import peers_folder

PACKAGE = "sip-tester"
LIBRARIES = (
    r"lib(c6|gcc-s1|gsl[0-9]+|gslcblas0|ncursesw6|tinfo6|sctp1|stdc\+\+6|dbus-1-3"
    r"|pcap0.8(t64)?|ssl[0-9.]+(t64)?)"
)


def find() -> tuple[str, ...] | None:
    """How to start it, or None."""
    found = shutil.which("sipp")
    return (found,) if found else _unpacked(peers_folder() / "sipp")


def install() -> tuple[str, ...]:
    """Find it or unpack it, without root. Raises PeerMissing."""
    here = find()
    if here:
        return here
    if not has_apt():
        raise PeerMissing("install SIPp (macOS: `brew install sipp`) and try again")
    folder = peers_folder() / "sipp"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _unpacked(folder) or _unpack(folder)


def _unpack(folder: Path) -> tuple[str, ...]:
    fresh = folder / "root.new"
    shutil.rmtree(fresh, ignore_errors=True)
    Unpacker(folder / "apt").unpack((PACKAGE,), fresh, LIBRARIES)
    shutil.rmtree(folder / "root", ignore_errors=True)
    fresh.rename(folder / "root")
    command = _unpacked(folder)
    if not command:
        raise PeerMissing(f"the SIPp unpacked in {folder} is not complete")
    return command


def _unpacked(folder: Path) -> tuple[str, ...] | None:
    root = folder / "root"
    program = root / "usr/bin/sipp"
    loaders = sorted(root.glob("**/ld-linux-*.so.*"))
    if not program.exists() or not loaders:
        return None
    libraries = sorted({str(path.parent) for path in root.glob("**/lib*.so.*")})
    return (str(loaders[0]), "--library-path", ":".join(libraries), str(program))
