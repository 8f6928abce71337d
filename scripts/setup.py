"""Makes .venv with everything in it: the locked packages, the program itself, the page's scripts and styles.

Runs on a bare Python with nothing installed, so it uses the standard library only. A second run does nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "set-up"
LOCK = PROJECT / "requirements.lock"
NODE_LOCK = PROJECT / "requirements-node.lock"
ASSETS = PROJECT / "scripts" / "build_assets.py"
ICONS = PROJECT / "src" / "callcard" / "ui" / "icons.txt"
MANIFESTS = tuple(PROJECT / name for name in ("pyproject.toml", "package.json", "package-lock.json"))
# What decides the contents of .venv: when one of them changes, it is brought up to date.
SOURCES = (LOCK, NODE_LOCK, *MANIFESTS, ASSETS, ICONS, Path(__file__))


class CannotSetUp(Exception):
    """The text says what the person can do about it."""


def main() -> int:
    if is_current():
        return 0
    try:
        make_venv()
        install_packages()
        build_assets()
    except CannotSetUp as problem:
        print(f"set-up: {problem}", file=sys.stderr)
        return 1
    STAMP.write_text(fingerprint())
    say("ready")
    return 0


def is_current() -> bool:
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint()


def fingerprint() -> str:
    """One hash over the names and contents of SOURCES and the folder's own place, which .venv has written into it."""
    digest = hashlib.sha256(str(PROJECT).encode())
    for source in SOURCES:
        digest.update(source.name.encode())
        digest.update(source.read_bytes() if source.exists() else b"absent")
    return digest.hexdigest()


def say(text: str) -> None:
    print(f"set-up: {text}", flush=True)


def run(*command: str | Path, quiet: bool = False) -> bool:
    """Whether the command succeeded. It finds the programs of .venv first."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    sink = subprocess.DEVNULL if quiet else None
    words = [str(word) for word in command]
    environment = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)}
    try:
        done = subprocess.run(words, cwd=PROJECT, env=environment, stdout=sink, stderr=sink, check=False)
    except OSError:
        return False
    return done.returncode == 0


def must(*command: str | Path, otherwise: str) -> None:
    if not run(*command):
        raise CannotSetUp(otherwise)


# -- the virtual environment ------------------------------------------------------------------------------------------


def make_venv() -> None:
    """.venv with a pip that runs, by the first of three ways that the machine allows."""
    if works():
        return
    say(f"making .venv with Python {sys.version.split()[0]}")
    for way in (with_venv, with_system_package, with_virtualenv):
        shutil.rmtree(VENV, ignore_errors=True)
        if way() and works():
            return
    shutil.rmtree(VENV, ignore_errors=True)
    raise CannotSetUp(
        "this Python cannot make a virtual environment. "
        f"Install the package {venv_package()} (Debian, Ubuntu: sudo apt install {venv_package()}) and run make again."
    )


def works() -> bool:
    return run(PYTHON, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))", quiet=True)


def with_venv() -> bool:
    return run(sys.executable, "-m", "venv", VENV, quiet=True)


def venv_package() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def with_system_package() -> bool:
    """Debian and Ubuntu cut venv off from Python into a package of its own."""
    is_system_python = sys.prefix == "/usr" and os.geteuid() == 0 and shutil.which("apt-get")
    if not is_system_python:
        return False
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    say(f"installing the system package {venv_package()}")
    install = ("apt-get", "install", "--yes", "--no-install-recommends", venv_package())
    return (run(*install, quiet=True) or (run("apt-get", "update", quiet=True) and run(*install))) and with_venv()


def with_virtualenv() -> bool:
    """Into a folder of its own: a system's pip may be told to leave the system's packages alone."""
    place = PROJECT / ".cache" / "virtualenv"
    has_pip = run(sys.executable, "-m", "pip", "--version", quiet=True)
    if not has_pip or not run(
        sys.executable, "-m", "pip", "install", "--quiet", "--target", place, "--upgrade", "virtualenv"
    ):
        return False
    os.environ["PYTHONPATH"] = str(place)
    try:
        return run(sys.executable, "-m", "virtualenv", "--quiet", VENV)
    finally:
        del os.environ["PYTHONPATH"]


# -- what goes into it ------------------------------------------------------------------------------------------------


def install_packages() -> None:
    """Exactly what the lock files name, each file checked against its hash, and the program itself, editable."""
    say("installing the locked packages")
    install_uv()
    locks = [LOCK] if has_node() else [LOCK, NODE_LOCK]
    uv = VENV / "bin" / "uv"
    unreachable = "the locked packages could not be installed (see above); is the package registry reachable?"
    must(uv, "pip", "sync", "--quiet", "--require-hashes", *locks, otherwise=unreachable)
    # hatchling comes from the lock too, so building needs nothing more from outside.
    editable = ("--quiet", "--no-deps", "--no-build-isolation", "--editable", ".")
    must(uv, "pip", "install", *editable, otherwise="the program itself could not be installed (see above)")


def install_uv() -> None:
    """The locked uv, by pip, which is all that a new .venv has."""
    wanted = VENV / "uv.lock"
    wanted.write_text(locked("uv"))
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", wanted)
    must(*pip, otherwise="uv could not be installed with pip (see above); is the package registry reachable?")


def locked(name: str) -> str:
    """The lines of the lock file for one package: its version and its hashes."""
    lines = LOCK.read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{name}=="))
    end = next((i for i in range(start + 1, len(lines)) if not lines[i].startswith(" ")), len(lines))
    return "\n".join(lines[start:end]) + "\n"


def has_node() -> bool:
    """Whether the machine has its own; .venv's own does not count."""
    return all(shutil.which(tool) for tool in ("node", "npm"))


def build_assets() -> None:
    if ASSETS.exists():
        say("fetching the page's scripts and styles")
        must(PYTHON, ASSETS, otherwise="the page's scripts and styles could not be fetched (see above)")


if __name__ == "__main__":
    sys.exit(main())
