"""Words of names that somebody may have meant who slipped while typing."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from callcard.customers import grams
from callcard.customers.search_models import SearchSlip
from callcard.customers.search_query import Slot, Typed

_COMPARED = 100
_MOST_NEAR = 8
Near = dict[str, dict[str, int]]
"""Typed word -> known words near it -> how many letters differ, the nearest first."""


def near_words(typed: Typed) -> Near:
    return {word: _near(word) for word in dict.fromkeys(typed.words) if grams.may_slip(word)}


def one_word_corrected(typed: Typed, near: Near, *, by: Collection[int]) -> list[list[Slot]]:
    """A question for each word and each known word that differs in so many letters; the other words as they are."""
    return [
        [[[grams.whole(other)] if word == wrong else grams.beginning(word)] for word in typed.words]
        for wrong, others in near.items()
        for other in [other for other, far in others.items() if far in by][:_MOST_NEAR]
    ]


def each_word_corrected(typed: Typed, near: Near) -> list[Slot]:
    """Each word as it is, or as any known word near it."""
    return [[grams.beginning(word), *([grams.whole(other)] for other in near.get(word, ()))] for word in typed.words]


def _near(word: str) -> dict[str, int]:
    """Two slips at the word's beginning need its end, which thousands share; a single slip never does."""
    near = _compared(word, grams.slips_of_beginning(word))
    if min(near.values(), default=2) > 1 and (keys := grams.slips_of_end(word)):
        near |= _compared(word, keys)
    return dict(sorted(near.items(), key=lambda item: (item[1], item[0]))[: 2 * _MOST_NEAR])


def _compared(word: str, keys: Collection[str]) -> dict[str, int]:
    """Those that share the most keys are compared letter by letter, which takes its time."""
    sharing = SearchSlip.objects.filter(key__in=keys).exclude(word=word).values("word").annotate(shared=Count("pk"))
    likely = sharing.order_by("-shared", "word").values_list("word", flat=True)[:_COMPARED]
    distances = ((other, grams.distance(word, other)) for other in likely)
    return {other: far for other, far in distances if far <= grams.allowed(word)}
