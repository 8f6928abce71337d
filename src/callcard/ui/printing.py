"""Documents on paper: a typst template and data become a PDF. Nothing is fetched, and what is data is never code."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

# As the page's fonts, but as files that a printer of PDF reads; scripts/build_assets.py makes them.
FONTS = Path(__file__).parent / "static" / "ui" / "vendor" / "print"


class FontsMissing(Exception):
    """The program was set up without its fonts: run `make setup`."""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """The program's own come first; the machine's are for scripts that it does not bring."""
    if not any(FONTS.glob("*.ttf")):
        raise FontsMissing(str(FONTS))
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[str(FONTS)])


def print_pdf(template: Path, data: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> bytes:
    """The template reads `data.json` and the pictures by their names, and nothing else of this machine."""
    with tempfile.TemporaryDirectory(prefix="callcard-print-") as folder:
        root = Path(folder)
        (root / "data.json").write_text(json.dumps(data), encoding="utf-8")
        (root / "main.typ").write_bytes(template.read_bytes())
        for name, picture in (pictures or {}).items():
            (root / name).write_bytes(picture)
        made = typst.compile(str(root / "main.typ"), root=str(root), font_paths=_fonts(), ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made
