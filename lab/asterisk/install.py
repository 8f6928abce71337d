"""Find an Asterisk of version 20 or later, or unpack one into the project's cache."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lab.debs import PeerMissing, Unpacker, distribution, has_apt
from lab.paths import peers_folder

OLDEST = 20
PACKAGES = ("asterisk", "asterisk-modules", "asterisk-core-sounds-en-gsm")
# What the modules we load are linked with; the modules package itself depends on five times as much.
LIBRARIES = (
    r"lib(bsd|cap|edit|gsm|jansson|md|sqlite3-|srtp2-|xml2-?|xslt|zstd|uuid|uriparser|tinfo|crypt|nspr|nss)"
    r"[0-9.]*(t64)?|libc6|libgcc-s1|libstdc\+\+6|libssl[0-9.]+(t64)?|libsystemd0|zlib1g|liblzma5|libicu[0-9]+"
)


@dataclass(frozen=True, slots=True)
class Installed:
    """An Asterisk on this machine: how to start it and where its parts are."""

    command: tuple[str, ...]
    modules: Path
    data: Path
    version: tuple[int, ...]

    @property
    def sounds(self) -> Path | None:
        """A folder with sounds for music on hold, when there is one."""
        found = sorted(self.data.glob("sounds/en*"))
        return found[0] if found else None


def find() -> Installed | None:
    """The system's own Asterisk if it is new enough, else the unpacked one, else None."""
    return _system() or _unpacked(peers_folder() / "asterisk")


def install() -> Installed:
    """Find or unpack an Asterisk. Safe to call from several processes at once. Raises PeerMissing."""
    here = find()
    if here:
        return here
    if not has_apt():
        raise PeerMissing(f"install Asterisk {OLDEST} or later (macOS: `brew install asterisk`) and try again")
    folder = peers_folder() / "asterisk"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _unpacked(folder) or _unpack(folder)


def _unpack(folder: Path) -> Installed:
    # Debian's stable releases carry no Asterisk; Ubuntu's do.
    suite = "sid" if distribution() == "debian" else ""
    fresh = folder / "root.new"
    shutil.rmtree(fresh, ignore_errors=True)
    Unpacker(folder / "apt", suite).unpack(PACKAGES, fresh, LIBRARIES)
    shutil.rmtree(folder / "apt", ignore_errors=True)
    shutil.rmtree(folder / "root", ignore_errors=True)
    fresh.rename(folder / "root")
    installed = _unpacked(folder)
    if not installed:
        raise PeerMissing(f"the Asterisk unpacked in {folder} does not start")
    return installed


def _unpacked(folder: Path) -> Installed | None:
    """It is started by its own dynamic loader, so the machine's libc may be older."""
    root = folder / "root"
    program = root / "usr/sbin/asterisk"
    loaders = sorted(root.glob("usr/lib*/**/ld-linux-*.so.*"))
    modules = next(iter(sorted(root.glob("usr/lib/*/asterisk/modules"))), None)
    if not (program.exists() and loaders and modules):
        return None
    command = (str(loaders[0]), "--library-path", str(modules.parent.parent), str(program))
    version = _version(command)
    return Installed(command, modules, root / "usr/share/asterisk", version) if version else None


def _system() -> Installed | None:
    found = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")
    if not found:
        return None
    version = _version((found,))
    prefix = Path(found).resolve().parent.parent
    modules = _first(prefix, ("lib/*/asterisk/modules", "lib/asterisk/modules", "lib64/asterisk/modules"))
    data = _first(prefix, ("share/asterisk", "var/lib/asterisk")) or Path("/var/lib/asterisk")
    if not modules or not version or version[0] < OLDEST or not (modules / "chan_pjsip.so").exists():
        return None
    return Installed((found,), modules, data, version)


def _first(prefix: Path, patterns: tuple[str, ...]) -> Path | None:
    return next((path for pattern in patterns for path in sorted(prefix.glob(pattern))), None)


def _version(command: tuple[str, ...]) -> tuple[int, ...]:
    try:
        done = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return ()
    found = re.search(r"Asterisk (?:certified/)?(\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(int(part) for part in found.groups()) if found else ()


if __name__ == "__main__":
    asterisk = install()
    sys.stdout.write(f"Asterisk {'.'.join(map(str, asterisk.version))}: {' '.join(asterisk.command)}\n")
