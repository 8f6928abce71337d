"""No word of a page is bare: everything a person reads can be translated."""

from __future__ import annotations

import re

import pytest

from tests.architecture import source

_SILENT = (
    re.compile(r"\{#.*?#\}", re.S),
    re.compile(r"\{%\s*comment\b.*?\{%\s*endcomment\s*%\}", re.S),
    re.compile(r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}", re.S),
    # A key is called what is printed on it.
    re.compile(r"<(script|style|kbd)\b.*?</\1>", re.S),
    re.compile(r"<!--.*?-->", re.S),
    re.compile(r"\{%.*?%\}", re.S),
    re.compile(r"\{\{.*?\}\}", re.S),
)
_READ_ATTRIBUTE = re.compile(r'\s(?:title|alt|placeholder|aria-label|aria-description)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>", re.S)
_ENTITY = re.compile(r"&[a-z]+;|&#\w+;")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Names of products are the same in every language.
_NAMES = {"Callcard", "Telegram", "WhatsApp"}


def bare_words(template: str) -> list[str]:
    """Words that a person would read untranslated: between tags and in the attributes that are read out."""
    for silent in _SILENT:
        template = silent.sub(" ", template)
    read = " ".join(_READ_ATTRIBUTE.findall(template))
    words = _WORD.findall(_ENTITY.sub(" ", f"{_TAG.sub(' ', template)} {read}"))
    return [word for word in words if word not in _NAMES]


def test_templates_have_no_bare_words() -> None:
    found = {
        source.name(path): words
        for path in source.files(".html", ".txt", under=source.PACKAGE)
        if "templates" in path.parts and (words := bare_words(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ('<img alt="Portrait">', ["Portrait"]),
        ("<p>{% translate 'Hello' %}</p>", []),
        ("{% blocktranslate %}Hello <b>you</b>{% endblocktranslate %}", []),
        ("<title>Callcard</title>", []),
        ('<a class="btn" href="/x">&nbsp;→</a>', []),
    ],
)
def test_bare_words_are_found(template: str, words: list[str]) -> None:
    assert bare_words(template) == words
