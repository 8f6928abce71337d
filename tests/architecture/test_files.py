"""What no file of the project may say: where someone's machine keeps things, or whose mirror it fetched from."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture import source

# Written with brackets so that this file does not say it itself.
_REGISTRY = re.compile(
    r"py[p]i\.org|pythonhoste[d]|npmj[s]\.|npmmirro[r]|de[b]\.debian\.org|archiv[e]\.ubuntu|proxy\.golan[g]"
)
_MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|home/\w|Users/\w|wor[k])/|\.\./share[d]|\.librar[y]")
_BINARY = {".png", ".jpg", ".jpeg", ".webp", ".ico", ".woff2", ".wav", ".mp3", ".ogg", ".gsm", ".bin", ".gz", ".mo"}


def _says(path: Path, pattern: re.Pattern[str]) -> list[str]:
    if path.suffix in _BINARY:
        return []
    return pattern.findall(path.read_text(encoding="utf-8", errors="replace"))


def test_no_file_names_a_registry() -> None:
    assert {source.name(path): said for path in source.files() if (said := _says(path, _REGISTRY))} == {}


def test_no_file_names_a_place_on_one_machine() -> None:
    assert {source.name(path): said for path in source.files() if (said := _says(path, _MACHINE_PATH))} == {}


def test_what_is_written_here_is_no_note_to_self() -> None:
    unfinished = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X])\b")
    assert {source.name(path): said for path in source.files(".py") if (said := _says(path, unfinished))} == {}
