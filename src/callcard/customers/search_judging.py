"""How well a customer's texts meet what was typed. The index only says who may be meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from callcard.customers import grams
from callcard.customers.search_query import Typed
from callcard.customers.search_slips import Near

# How well a word of the question is met, the smaller the better; a guess is worse by each letter that differs.
_WHOLE_NAME, _WHOLE, _BEGINS_NAME, _NUMBER_ENDS, _BEGINS, _NUMBER, _INSIDE, _GUESS = range(8)
_NOT_MET = 100
_IN_NAME = ("name", "person")


class Judgement(NamedTuple):
    """`rank`: smaller is nearer. `source` and `text`: what met the question best. `is_guess`: with some word wrong."""

    rank: int
    source: str
    text: str
    is_guess: bool = False


def judged(entries: list[tuple[str, str]], typed: Typed, near: Near) -> Judgement | None:
    """By the texts themselves; None when the grams only looked alike."""
    if typed.digits and (number := _number_met(entries, typed)):
        return number
    rank, best, is_guess = 0, (-1, "name", ""), False
    for word in typed.words:
        met = min((_met(word, source, text, near.get(word, {})), source, text) for source, text in entries)
        if met[0] == _NOT_MET:
            return None
        rank += met[0]
        is_guess = is_guess or met[0] >= _GUESS
        best = max(best, met, key=lambda one: (one[1] not in _IN_NAME[:1], one[0]))
    name = next((text for source, text in entries if source == "name"), "")
    begins = grams.words(name)[:1] and grams.words(name)[0].startswith(typed.words[0])
    return Judgement(rank * 2 + (not begins), best[1], best[2], is_guess)


def _number_met(entries: list[tuple[str, str]], typed: Typed) -> Judgement | None:
    ranks = [(_number_rank(grams.digits_of(text), typed), text) for source, text in entries if source == "phone"]
    rank, text = min(ranks, default=(_NOT_MET, ""))
    return Judgement(rank, "phone", text) if rank < _NOT_MET else None


def _number_rank(stored: str, typed: Typed) -> int:
    if stored in typed.digits:
        return 0
    if stored.endswith(typed.digits[0]):
        return _NUMBER_ENDS * 2
    if any(stored.startswith(one[1:]) for one in typed.begun_numbers):
        return _NUMBER_ENDS * 2 + 1
    if any(stored.endswith(one) for one in typed.digits):
        return _NUMBER_ENDS * 2 + 2
    return _NUMBER * 2 if any(one in stored for one in typed.digits) else _NOT_MET


def _met(word: str, source: str, text: str, near: Mapping[str, int]) -> int:
    if source == "phone":
        plain = word.lstrip("0") or word
        return _NUMBER if word.isdigit() and len(plain) >= 3 and plain in grams.digits_of(text) else _NOT_MET
    stored = grams.words(text)
    in_name = source in _IN_NAME
    if word in stored:
        return _WHOLE_NAME if in_name else _WHOLE
    if any(one.startswith(word) for one in stored):
        return _BEGINS_NAME if in_name else _BEGINS
    if any(word in one for one in stored):
        return _INSIDE
    return _GUESS + min((near[one] for one in stored if one in near), default=_NOT_MET - _GUESS)
