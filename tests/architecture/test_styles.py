"""Colours are tokens, so fifty designs can change them; directions are logical, so Arabic is mirrored by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture import source

_COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(|:\s*(?:black|white|red|green|blue)\b"
)
_PHYSICAL = re.compile(
    r"(?:margin|padding|border|inset)-(?:left|right)\b"
    r"|(?:^|[;{\s])(?:left|right)\s*:"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b",
    re.M,
)
# The tokens of the usual design, and what the other designs change of them.
DESIGN_FILES = {"tokens.css", "designs.css"}
_COMMENT = re.compile(r"/\*.*?\*/", re.S)


def _rules(path: Path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


def _our_styles() -> list[Path]:
    return source.files(".css", under=source.PACKAGE)


def _inline_styles(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return "\n".join(re.findall(r'style="([^"]*)"', text) + re.findall(r"<style[^>]*>(.*?)</style>", text, re.S))


def test_only_designs_name_colours() -> None:
    styles = {path: _rules(path) for path in _our_styles() if path.name not in DESIGN_FILES}
    styles |= {path: _inline_styles(path) for path in source.files(".html", under=source.PACKAGE)}
    found = {source.name(path): colours for path, text in styles.items() if (colours := _COLOUR.findall(text))}
    assert found == {}


def test_a_design_is_data_and_changes_nothing_but_tokens() -> None:
    (designs,) = [path for path in _our_styles() if path.name == "designs.css"]
    properties = set(re.findall(r"[{;]\s*([\w-]+)\s*:", _rules(designs)))
    assert properties
    assert {name for name in properties if not name.startswith("--cc-")} <= {"color-scheme"}


def test_no_style_names_left_or_right() -> None:
    styles = {path: _rules(path) for path in _our_styles()}
    styles |= {path: _inline_styles(path) for path in source.files(".html", under=source.PACKAGE)}
    found = {source.name(path): sides for path, text in styles.items() if (sides := _PHYSICAL.findall(text))}
    assert found == {}


@pytest.mark.parametrize("bad", ["a { margin-left: 1px }", "a{left:0}", "a { text-align: right }", "a { float:left }"])
def test_physical_directions_are_recognised(bad: str) -> None:
    assert _PHYSICAL.search(bad)


@pytest.mark.parametrize("good", ["a { margin-inline-start: 1px }", "a { text-align: start }", "a { inset: 0 }"])
def test_logical_directions_pass(good: str) -> None:
    assert not _PHYSICAL.search(good)


@pytest.mark.parametrize("bad", ["color: #fff", "background: rgb(1 2 3)", "color: red", "fill:oklch(0.5 0 0)"])
def test_colours_are_recognised(bad: str) -> None:
    assert _COLOUR.search(bad)
