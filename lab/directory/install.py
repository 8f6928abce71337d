"""Find OpenLDAP's slapd, or unpack Debian's into the project's cache."""

from __future__ import annotations

import fcntl
import shutil
from dataclasses import dataclass
from pathlib import Path

from lab.debs import PeerMissing, Unpacker, has_apt
from lab.paths import peers_folder

PACKAGE = "slapd"
LIBRARIES = (
    r"lib(c6|gcc-s1|crypt1|argon2-1|ldap[0-9.-]*|ldap2|ltdl7|odbc2|perl5[0-9.]+(t64)?|sasl2-2|wrap0"
    r"|gnutls30(t64)?|db5.3(t64)?|nettle[0-9]+(t64)?|hogweed[0-9]+(t64)?|gmp10|idn2-0|p11-kit0|ffi[0-9]+|tasn1-6|unistring[0-9]+|nsl2|tirpc3(t64)?"
    r"|gdbm[0-9]+(t64)?|gdbm-compat4(t64)?|bz2-1.0|ssl[0-9.]+(t64)?|zstd1|systemd0)|zlib1g"
)
_PLACES = ("usr/libexec", "usr/sbin", "opt/homebrew/opt/openldap/libexec", "usr/local/opt/openldap/libexec")
_SCHEMAS = (
    "etc/ldap/schema",
    "etc/openldap/schema",
    "opt/homebrew/etc/openldap/schema",
    "usr/local/etc/openldap/schema",
)


@dataclass(frozen=True, slots=True)
class Installed:
    """`command` starts it; `modules` is None where they are linked into it."""

    command: tuple[str, ...]
    schemas: Path
    modules: Path | None


def find() -> Installed | None:
    """The unpacked one, else the system's own."""
    return _in_root(peers_folder() / "slapd" / "root") or _in_root(Path("/"))


def install() -> Installed:
    """Find it or unpack it, without root: as a package it would be started for good. Raises PeerMissing."""
    here = find()
    if here:
        return here
    if not has_apt():
        raise PeerMissing("install OpenLDAP's slapd (macOS: `brew install openldap`) and try again")
    folder = peers_folder() / "slapd"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _in_root(folder / "root"):
            fresh = folder / "root.new"
            shutil.rmtree(fresh, ignore_errors=True)
            Unpacker(folder / "apt").unpack((PACKAGE,), fresh, LIBRARIES)
            shutil.rmtree(folder / "root", ignore_errors=True)
            fresh.rename(folder / "root")
    found = find()
    if found is None:
        raise PeerMissing(f"the slapd unpacked in {folder} is not complete")
    return found


def _in_root(root: Path) -> Installed | None:
    program = next((root / place / "slapd" for place in _PLACES if (root / place / "slapd").exists()), None)
    schemas = next((root / place for place in _SCHEMAS if (root / place / "core.schema").exists()), None)
    if program is None or schemas is None:
        return None
    is_unpacked = root != Path("/")
    begin = _own_loader(root) if is_unpacked else ()
    modules = next(iter(sorted(root.glob("usr/lib/ldap/memberof*.so*"))), None)
    return Installed((*begin, str(program)), schemas, modules.parent if modules else None)


def _own_loader(root: Path) -> tuple[str, ...]:
    """Started by its own dynamic loader, it asks nothing of the machine's libraries."""
    libraries = sorted({str(path.parent) for path in root.glob("**/lib*.so.*")})
    return (str(next(root.glob("**/ld-linux-*.so.*"))), "--library-path", ":".join(libraries))
