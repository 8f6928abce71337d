"""Names that say nothing, words of one vendor where all PBXs are meant, and signals, which nobody sees coming."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture import source

SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "core", "base", "manager", "managers", "misc", "signals"}
# Not ours to choose: Django looks for a database's wrapper under this name.
GIVEN = {"src/callcard/config/sqlite/base.py"}
VENDOR_WORDS = {"asterisk", "ami", "channel", "channels", "linkedid", "uniqueid", "pjsip"}
# Where a PBX is called by its name: its own folder, and the switchboard, which offers it for choice.
VENDOR_PLACES = ("connectors/asterisk/", "switchboard/")


def test_every_file_and_folder_has_a_name_that_says_something() -> None:
    names = [Path(source.name(path)) for path in source.files() if source.name(path) not in GIVEN]
    assert {part for name in names for part in (*name.parent.parts, name.stem)} & SAY_NOTHING == set()


def _words(text: str) -> set[str]:
    """Words of prose and of identifiers: `linked_id`, `AmiFrame` and "PJSIP/100" fall apart into theirs."""
    pieces = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)
    return {piece.lower() for piece in pieces}


@pytest.mark.parametrize(
    ("text", "words"),
    [("AmiFrame", {"ami", "frame"}), ("an_ami_frame", {"an", "ami", "frame"}), ("PJSIP/100", {"pjsip"})],
)
def test_words_are_found_inside_names(text: str, words: set[str]) -> None:
    assert _words(text) == words


def test_vendor_words_stay_in_their_connector() -> None:
    found: dict[str, set[str]] = {}
    for path in source.files(".py", ".html", ".js", ".css", under=source.PACKAGE):
        place = path.relative_to(source.PACKAGE).as_posix()
        words = _words(path.read_text(encoding="utf-8")) & VENDOR_WORDS
        if path.suffix == ".js":
            words -= {"channel", "channels"}  # there it is how tabs of one browser talk
        if words and not place.startswith(VENDOR_PLACES):
            found[place] = words
    assert found == {}


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_nobody_listens_to_signals() -> None:
    listeners = {
        source.name(path): heard
        for path in source.files(".py", under=source.PACKAGE)
        if (heard := {name for name in _imported(path) if "signals" in name or name.startswith("django.dispatch")})
    }
    assert listeners == {}
