"""How every row of a list of records begins, where rows are composed in Python (docs/developer/adr/0041)."""

from __future__ import annotations

from html import escape


def row_start(pk: int, *, tone: str, words: str, place: int) -> str:
    """The row's tag and its box to select it by. `words`: HTML, what the box does. `place`: in the page; the keyboard
    enters the first row."""
    return (
        f'<tr data-id="{pk}" class="tone-{escape(tone)}" aria-selected="false"'
        f' tabindex="{-1 if place else 0}"><td class="list-pick"><input class="form-check-input" type="checkbox"'
        f' tabindex="-1" value="{pk}" aria-label="{words}"></td>\n'
    )
