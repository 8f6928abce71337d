"""Find Pebble, or unpack Debian's into the project's cache."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

from lab.debs import PeerMissing, Unpacker, has_apt
from lab.paths import peers_folder

PACKAGE = "pebble"
_PROGRAMS = ("pebble", "pebble-challtestsrv")


def find() -> tuple[str, str] | None:
    """The authority and its name server: the unpacked ones, else the system's own. They need no library but libc."""
    unpacked = [peers_folder() / "pebble" / "root" / "usr" / "bin" / name for name in _PROGRAMS]
    if all(path.exists() for path in unpacked):
        return str(unpacked[0]), str(unpacked[1])
    here = [shutil.which(name) for name in _PROGRAMS]
    return (here[0], here[1]) if here[0] and here[1] else None


def install() -> tuple[str, str]:
    """Find it or unpack it, without root. Raises PeerMissing."""
    here = find()
    if here:
        return here
    if not has_apt():
        raise PeerMissing("install Pebble (`go install github.com/letsencrypt/pebble/v2/cmd/...@latest`) and try again")
    folder = peers_folder() / "pebble"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not find():
            _unpack(folder)
    found = find()
    if found is None:
        raise PeerMissing(f"the Pebble unpacked in {folder} is not complete")
    return found


def _unpack(folder: Path) -> None:
    fresh = folder / "root.new"
    shutil.rmtree(fresh, ignore_errors=True)
    Unpacker(folder / "apt").unpack((PACKAGE,), fresh, PACKAGE)
    shutil.rmtree(folder / "root", ignore_errors=True)
    fresh.rename(folder / "root")
