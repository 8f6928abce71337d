"""Pure decisions about people: what is an extension, who is found, how a first password looks."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable

MOST_EXTENSIONS = 20
_SEPARATORS = re.compile(r"[\s,;،、/]+")
_EXTENSION = re.compile(r"[A-Za-z0-9*#+._-]{1,32}")
# Without letters and digits that are taken for one another when they are read out.
_SPOKEN = "abcdefghjkmnpqrstuvwxyz23456789"


class ExtensionNotValid(ValueError):
    """`word` is what was typed in place of an extension."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def read_extensions(text: str) -> tuple[str, ...]:
    """The extensions in `text`, in any digits and separated in any way, each once. Raises ExtensionNotValid."""
    words = [word for word in _SEPARATORS.split(_with_plain_digits(text)) if word]
    for word in words:
        if not _EXTENSION.fullmatch(word):
            raise ExtensionNotValid(word)
    return tuple(dict.fromkeys(words))


def _with_plain_digits(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(mark)) if mark.isdigit() else mark for mark in text)


def folded(text: str) -> str:
    """Text as it is compared when searching: case and width do not count."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def is_found(words: str, *, among: Iterable[str]) -> bool:
    """Whether each of `words` is part of one of the texts. No words find everyone."""
    texts = [folded(text) for text in among]
    return all(any(word in text for text in texts) for word in folded(words).split())


def fresh_password() -> str:
    """Easy to read out over the phone, with 78 bits of chance: "k7tm-pq4x-9hfa-ru2c"."""
    return "-".join("".join(secrets.choice(_SPOKEN) for _ in range(4)) for _ in range(4))
