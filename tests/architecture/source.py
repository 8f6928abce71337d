"""What the architecture tests read: the project's files and its rooms, as they stand in the work tree."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "src" / "callcard"


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is in version control or would be: what git ignores is not the project's."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    listing = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True).stdout.decode()
    return tuple(sorted(path for name in listing.split("\0") if name and (path := PROJECT / name).is_file()))


def files(*suffixes: str, under: Path = PROJECT) -> list[Path]:
    """`files(".css", under=PACKAGE)`; with no suffix every file."""
    return [
        path for path in project_files() if path.is_relative_to(under) and (not suffixes or path.suffix in suffixes)
    ]


def name(path: Path) -> str:
    """As people write it: from the top of the project, with forward slashes."""
    return path.relative_to(PROJECT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def layers() -> dict[str, int]:
    """Room -> its line in the picture, 0 at the top. Read from the contract, so there is one picture only."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    lines = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {room.strip(): depth for depth, line in enumerate(lines) for room in line.split("|")}


def room_of(path: Path) -> str:
    """The room a file of the package lies in; empty for the package's own files."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def may_use(user: str, used: str) -> bool:
    """Whether room `user` may know room `used`: itself or one further down, never one on its own line."""
    return user == used or layers()[user] < layers()[used]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
