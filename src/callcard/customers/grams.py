"""What is searched by: the small pieces that a text falls into, the same for what is stored and what is typed.

Pure. A text becomes words, a word becomes grams. A gram is a piece of three letters, a word's beginning ("¬s", "¬so"),
a whole word ("¶souk"), three or four digits of a telephone number ("¤3456"), its end ("°3456"), or a fact ("§r17":
customers of user 17). The database only keeps which customers have which grams (docs/developer/adr: 0055 and 0130).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b

VERSION = 2
"""Another number makes every stored text be cut anew."""
LONGEST_WORD = 24
_MOST_WORDS = 40
_FEWEST_DIGITS, _MOST_DIGITS, _TELLING_DIGITS = 3, 4, 7
_ASKED_PIECES = 5
_TELLING_PIECES = 3
_START, _WHOLE, _DIGITS, _END, _FACT = "¬", "¶", "¤", "°", "§"
_LATIN_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0640\u200b-\u200f\u2060]")
_DIGIT_RUNS = re.compile("[0-9]+")
_ASCII_WORDS = re.compile("[a-z0-9]+")
_APOSTROPHES = re.compile("['’ʼ`´]")
_SAME_LETTERS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي", "ı": "i", "ł": "l", "ø": "o", "đ": "d"}
)
# Lao, Thai, Khmer, Myanmar, Chinese, Japanese, Korean: words stand together, so two letters count anywhere.
_TOGETHER = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Ways of writing one sound, so that Aleksandr and Alexander lie near each other.
_SOUNDS = (("ks", "x"), ("ph", "f"), ("ck", "k"), ("kh", "h"), ("sch", "sh"), ("w", "v"), ("y", "i"), ("j", "i"))
_SLIP_LETTERS = 6


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Without what does not count when searching: case, width, accents, other digits, apostrophes."""
    if text.isascii():
        return _APOSTROPHES.sub("", text.lower())
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = _APOSTROPHES.sub("", _LATIN_MARKS.sub("", plain)).translate(_SAME_LETTERS)
    plain = unicodedata.normalize("NFKC", plain)
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in plain)


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """ "Ana-Maria (VIP)" -> ana, maria, vip."""
    plain = folded(text)
    if plain.isascii():
        found = _ASCII_WORDS.findall(plain)
    else:
        found = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in plain).split()
    return tuple(word[:LONGEST_WORD] for word in found[:_MOST_WORDS])


def code(text: str) -> str:
    """An order's number as it is compared: "B-00 123/a" -> "b00123a"."""
    return "".join(words(text))[:40]


def digits_of(text: str) -> str:
    return "".join(_DIGIT_RUNS.findall(folded(text)))


def inner(word: str) -> list[str]:
    """Pieces that every text with this word somewhere inside it has; none for one letter or two of most scripts.

    Few of a long word, from its first to its last letters: each takes time, and few already say which word it is. Of
    "customer4711" those with digits: the others stand with half of all customers, and reading such lists takes longest.
    """
    pieces = _telling(word) or _all_inner(word)
    if len(pieces) <= _ASKED_PIECES:
        return pieces
    step = (len(pieces) - 1) / (_ASKED_PIECES - 1)
    return [pieces[round(index * step)] for index in range(_ASKED_PIECES)]


def beginning(word: str) -> list[str]:
    """Pieces of every text in which some word begins so, or of few others."""
    if len(word) < 2:
        return [_START + word]
    return inner(word) if _telling(word) else [_START + word[:2], *inner(word)]


def _telling(word: str) -> list[str]:
    """Of letters and digits together, the pieces with digits, if they are enough to know the word by."""
    if word.isdigit() or not any(c.isdigit() for c in word):
        return []
    pieces = [piece for piece in _all_inner(word) if any(c.isdigit() for c in piece)]
    return pieces if len(pieces) >= _TELLING_PIECES else []


def whole(word: str) -> str:
    return _WHOLE + word


def number_inside(digits: str) -> list[str]:
    """Pieces of every number with these digits in it; at least three. Of many digits the last ones say enough: the
    first are a country's and an operator's, which everybody has."""
    last = digits[-_TELLING_DIGITS:]
    return [_DIGITS + piece for piece in _pieces(last, min(len(last), _MOST_DIGITS))]


def number_end(digits: str) -> str:
    """The piece of every number that ends with these digits, as far as one piece tells; at least three."""
    return _END + digits[-_MOST_DIGITS:]


def _pieces(text: str, length: int) -> Iterator[str]:
    return (text[i : i + length] for i in range(len(text) - length + 1))


def last_number(text: str) -> str:
    """The last digits of a record's number, without zeros before them: "2026-0017/a" -> "17". May be empty."""
    runs = _DIGIT_RUNS.findall(folded(text))
    return runs[-1].lstrip("0")[:40] if runs else ""


def fact(name: str, value: object = "") -> str:
    return f"{_FACT}{name}{value}"


def fact_number(gram: str) -> int:
    """A fact as lists keep it: 64 bits of a hash, with a sign."""
    return int.from_bytes(blake2b(gram.encode(), digest_size=8).digest(), "big", signed=True)


@lru_cache(maxsize=8192)
def _grams_of_word(word: str) -> tuple[str, ...]:
    pairs = [word[i : i + 2] for i in range(len(word) - 1)] if _TOGETHER.search(word) else []
    return tuple({_START + word[0], _START + word[:2], whole(word), *_all_inner(word), *pairs})


def _all_inner(word: str) -> list[str]:
    if len(word) >= 3:
        return list(_pieces(word, 3))
    return [word] if len(word) == 2 and _TOGETHER.match(word) else []


def word_grams(text: str) -> list[str]:
    """All pieces of the words of a text."""
    return [piece for word in words(text) for piece in _grams_of_word(word)]


def number_grams(digits: str) -> list[str]:
    """All pieces of a telephone number, given as digits. Four digits are what tells numbers apart; three are typed."""
    if len(digits) < _FEWEST_DIGITS:
        return []
    lengths = (_FEWEST_DIGITS, _MOST_DIGITS)
    ends = [_END + digits[-length:] for length in lengths]
    return ends + [_DIGITS + piece for length in lengths for piece in _pieces(digits, length)]


def slips(word: str) -> set[str]:
    """What words share that differ by a slip of the finger: their beginnings and ends with one letter left out."""
    return slips_of_beginning(word) | slips_of_end(word)


def slips_of_beginning(word: str) -> set[str]:
    """Those that a word shares with every word that differs by one slip, wherever it is."""
    part = _sound(word)[:_SLIP_LETTERS]
    return {part[:i] + part[i + 1 :] for i in range(len(part))} | {part}


def slips_of_end(word: str) -> set[str]:
    """None for a short word. Those of words that begin otherwise."""
    sound = _sound(word)
    if len(sound) <= _SLIP_LETTERS + 1:
        return set()
    part = sound[-_SLIP_LETTERS:]
    return {f">{part[:i]}{part[i + 1 :]}" for i in range(len(part))} | {f">{part}"}


def may_slip(word: str) -> bool:
    """Long enough to be recognized in spite of an error, and no number."""
    return len(word) >= 4 and not any(c.isdigit() for c in word)


def distance(typed: str, word: str) -> int:
    """Wrong, missing, superfluous and swapped letters between what was typed and the word, as written or as heard."""
    written, heard = (typed, word), (_sound(typed), _sound(word))
    return _edits(*written) if heard == written else min(_edits(*written), _edits(*heard))


def allowed(typed: str) -> int:
    """How many wrong letters a typed word may have."""
    return 1 if len(typed) < 5 else 2


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return "".join(c for i, c in enumerate(word) if i == 0 or c != word[i - 1])


def _edits(one: str, other: str) -> int:
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]


def all_grams(texts: Iterable[tuple[str, str]], facts: Iterable[str]) -> set[str]:
    """Of a customer: `texts` are (source, text), a "phone" is its digits."""
    found = set(facts)
    for source, text in texts:
        found.update(number_grams(digits_of(text)) if source == "phone" else word_grams(text))
    return found
