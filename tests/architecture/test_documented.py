"""What an administrator can set, run or connect is in the docs, and the docs promise nothing that is not there."""

from __future__ import annotations

import json
import re
from pathlib import Path

from bench.__main__ import BENCHES
from tests.architecture import source

ADMIN = source.PROJECT / "docs" / "admin"
# Set for the machinery of tests and benches only; the developer docs have it.
NOT_FOR_ADMINISTRATORS = {"CALLCARD_PEERS"}
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_SETTING = re.compile(r"CALLCARD_[A-Z][A-Z_]*[A-Z]")


def _settings_in(paths: list[Path]) -> set[str]:
    return {found for path in paths for found in _SETTING.findall(path.read_text(encoding="utf-8"))}


def test_settings_and_their_docs_are_the_same_set() -> None:
    used = _settings_in(source.files(".py", under=source.PACKAGE)) - NOT_FOR_ADMINISTRATORS
    assert used
    assert _settings_in([ADMIN / "settings.md"]) == used


def _commands() -> set[str]:
    modules = source.PACKAGE.glob("*/management/commands/*.py")
    return {path.stem for path in modules if not path.stem.startswith("_")}


def test_commands_and_their_docs_are_the_same_set() -> None:
    described = re.findall(r"^## `callcard ([a-z_]+)", (ADMIN / "commands.md").read_text(encoding="utf-8"), re.M)
    assert set(described) == _commands()


def test_every_connector_is_explained_beside_its_code_and_to_administrators() -> None:
    connectors = sorted(path.parent for path in source.PACKAGE.glob("connectors/*/__init__.py"))
    assert connectors
    wanted = [page for folder in connectors for page in (folder / "README.md", ADMIN / f"{folder.name}.md")]
    assert [source.name(page) for page in wanted if not page.is_file()] == []


def test_every_dependency_has_its_reason() -> None:
    lines = (source.PROJECT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    named = {found[1].lower() for line in lines if (found := re.match(r'  "([A-Za-z0-9-]+)\S*[=~>]=\S+",$', line))}
    reasons = (source.PROJECT / "docs" / "developer" / "dependencies.md").read_text(encoding="utf-8")
    given = {found.lower() for found in re.findall(r"^\| `([@A-Za-z0-9./-]+)", reasons, re.M)}
    page = json.loads((source.PROJECT / "package.json").read_text(encoding="utf-8"))
    named |= {name for kind in ("dependencies", "devDependencies") for name in page[kind]}
    sisters = {name for name in named if name.startswith("@fontsource")} - {"@fontsource-variable/noto-sans"}
    assert {"django", "jssip"} <= named
    assert named - sisters - given == set()


def _prose(page: str) -> str:
    """Without what is shown as code, in which brackets mean something else."""
    return re.sub(r"```[\s\S]*?```|`[^`\n]*`|^    .*$", "", page, flags=re.M)


def test_no_link_in_the_docs_leads_nowhere() -> None:
    pages = [*source.files(".md", under=source.PROJECT / "docs"), source.PROJECT / "README.md"]
    dead = [
        f"{source.name(page)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", _prose(page.read_text(encoding="utf-8")))
        if not target.startswith(("http:", "https:", "mailto:")) and not (page.parent / target).exists()
    ]
    assert dead == []


def test_tests_and_benches_that_the_docs_name_are_there() -> None:
    """So that a promise does not outlive what shows it."""
    pages = source.files(".md", under=source.PROJECT / "docs" / "developer")
    told = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    missing = [f"{file}::{name}" for file, name in re.findall(_TEST, told) if not _has(source.PROJECT / file, name)]
    assert missing == []
    benches = set(re.findall(r"bench `([a-z-]+)`", told))
    assert benches
    assert benches - BENCHES.keys() == set()


def _has(file: Path, name: str) -> bool:
    if not file.is_file():
        return False
    return not name or re.search(rf"def {name}\(", file.read_text(encoding="utf-8")) is not None
