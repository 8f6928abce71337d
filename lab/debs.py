"""Debian packages unpacked into a folder, without root and without maintainer scripts.

The mirror is read from the machine's own apt sources; it is named nowhere in the project.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

_KEYRINGS = Path("/usr/share/keyrings")
_ARCHIVE = re.compile(r"/(debian|ubuntu(-ports)?)(/[0-9]{8}T[0-9]{6}Z)?/?$")
_SKIPPED = ("./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./usr/share/info")


class PeerMissing(RuntimeError):
    """A peer is not there and cannot be put there; the text says what the person can do."""


def has_apt() -> bool:
    return all(shutil.which(tool) for tool in ("apt-get", "apt-cache", "dpkg-deb", "tar"))


def distribution() -> str:
    """`debian`, `ubuntu`, ... or empty, from /etc/os-release."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r'^ID="?([a-z]+)', text, re.MULTILINE)
    return found[1] if found else ""


def mirror(sources: Iterable[str]) -> str:
    """The first archive of the distribution itself in the given apt source texts. Raises PeerMissing."""
    for text in sources:
        for place, components in (*_one_line(text), *_stanzas(text)):
            # Others name their archives after the distribution too, but have no `main`.
            if "main" in components and _ARCHIVE.search(place):
                return place
    raise PeerMissing("no package archive of the distribution in the apt sources of this machine")


def _one_line(text: str) -> Iterator[tuple[str, list[str]]]:
    """Archive and components of each `deb` line."""
    for found in re.finditer(r"^\s*deb\s+(?:\[[^]]*\]\s*)?(\S+)\s+\S+([^#\n]*)", text, re.MULTILINE):
        yield found[1], found[2].split()


def _stanzas(text: str) -> Iterator[tuple[str, list[str]]]:
    """Archives and components of each deb822 stanza."""
    for stanza in re.split(r"\n\s*\n", text):
        fields = {name.lower(): value for name, value in re.findall(r"^(\w+):\s*(.*)$", stanza, re.MULTILINE)}
        if fields.get("enabled", "yes").strip().lower() != "no":
            for place in fields.get("uris", "").split():
                yield place, fields.get("components", "").split()


def _apt_sources() -> list[str]:
    folder = Path("/etc/apt")
    files = [folder / "sources.list", *sorted(folder.glob("sources.list.d/*"))]
    wanted = [f for f in files if f.is_file() and f.suffix in (".list", ".sources")]
    return [f.read_text(encoding="utf-8", errors="replace") for f in wanted]


class Unpacker:
    """Packages of one suite, resolved with apt's own index in a private folder."""

    def __init__(self, work: Path, suite: str = "") -> None:
        self._work = work
        self._options = _private_apt(work, suite) if suite else []
        self._suite = suite

    def unpack(self, packages: Iterable[str], root: Path, libraries: str) -> None:
        """Unpack `packages` and those of their dependencies whose names match `libraries` under `root`."""
        if self._suite:
            self._run("apt-get", "-q=2", "update")
        names = sorted({*packages, *self._dependencies(packages, libraries)})
        debs = self._work / "debs"
        shutil.rmtree(debs, ignore_errors=True)
        debs.mkdir(parents=True)
        self._run("apt-get", "-q=2", "download", *names, folder=debs)
        root.mkdir(parents=True, exist_ok=True)
        for deb in sorted(debs.glob("*.deb")):
            _extract(deb, root)
        _merge_usr(root)
        shutil.rmtree(debs)

    def _dependencies(self, packages: Iterable[str], libraries: str) -> set[str]:
        flags = [f"--no-{k}" for k in ("recommends", "suggests", "breaks", "conflicts", "replaces", "enhances")]
        listing = self._run("apt-cache", "depends", "--recurse", *flags, *packages)
        names = {line for line in listing.splitlines() if re.match(r"[a-z0-9]", line)}
        return {name for name in names if ":" not in name and re.fullmatch(libraries, name)}

    def _run(self, tool: str, *arguments: str, folder: Path | None = None) -> str:
        command = [tool, *self._options, *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerMissing(f"{tool} {' '.join(arguments)[:80]} failed: {done.stderr.strip()[-500:]}")
        return done.stdout


def _private_apt(work: Path, suite: str) -> list[str]:
    """Options that make apt use its own state under `work` and one suite of this machine's archive."""
    for name in ("lists/partial", "cache/archives/partial"):
        (work / name).mkdir(parents=True, exist_ok=True)
    (work / "status").touch()
    keyring = _KEYRINGS / f"{distribution()}-archive-keyring.gpg"
    line = f"deb [signed-by={keyring}] {mirror(_apt_sources())} {suite} main\n"
    (work / "sources.list").write_text(line, encoding="utf-8")
    settings = {
        "Dir::State": work,
        "Dir::State::Lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::Cache": work / "cache",
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Acquire::Languages": "none",
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
        "Acquire::Check-Valid-Until": "false",  # a frozen copy of the archive serves as well
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def _extract(deb: Path, root: Path) -> None:
    excluded = [f"--exclude={path}" for path in _SKIPPED]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "-C", str(root), *excluded], stdin=archive.stdout, check=True)
    if archive.returncode:
        raise PeerMissing(f"{deb.name} is not a Debian package")


def _merge_usr(root: Path) -> None:
    """Packages of a merged-/usr system expect these links to exist."""
    for name in ("lib", "lib64", "bin", "sbin"):
        link = root / name
        if not link.exists() and (root / "usr" / name).exists():
            link.symlink_to(f"usr/{name}")
