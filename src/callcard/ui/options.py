"""Lists of `<option>`s, written once: a filter of countries alone has two hundred and fifty."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe

Options = tuple[tuple[str, str], ...]
"""(value, words) of each."""


@lru_cache(maxsize=256)
def options_html(options: Options, chosen: tuple[str, ...] = (), prefix: str = "", mark: str = "") -> SafeString:
    """`prefix` stands before each value, `mark` before its words."""
    return mark_safe("".join(_option(value, words, chosen, prefix, mark) for value, words in options))


def _option(value: str, words: str, chosen: tuple[str, ...], prefix: str, mark: str) -> str:
    selected = " selected" if value in chosen else ""
    return f'<option value="{escape(f"{prefix}{value}")}"{selected}>{escape(f"{mark}{words}")}</option>'
