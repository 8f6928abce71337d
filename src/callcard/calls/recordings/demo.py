"""Recordings of some of the demo's calls: two voices that take turns, made of syllables of no language."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence

from django.utils import timezone

from callcard.calls.models import Call
from callcard.calls.recordings import storing
from callcard.calls.recordings.models import Recording
from callcard.calls.recordings.services import arrive, most_bytes
from callcard.calls.recordings.setting import decide
from callcard.calls.recordings.wave import MU_LAW, header

_RATE = 8000
_LONGEST_SECONDS, _SHORTEST_SECONDS = 60, 15
_SYLLABLES = 9
_VOICES = (118.0, 205.0)  # hertz
_OVERTONES = ((1, 1.0), (2, 0.6), (3, 0.45), (5, 0.3), (8, 0.16), (13, 0.07))
_SILENCE = b"\xff"


def load_recordings(chance: random.Random, *, number: int = 8) -> int:
    """Of the newest talks; returns how many."""
    talks = Call.objects.filter(outcome=Call.Outcome.ANSWERED, talk_seconds__gt=_SHORTEST_SECONDS)
    outside = talks.exclude(direction=Call.Direction.INTERNAL).exclude(origin=Call.Origin.HAND)
    calls = list(outside.order_by("-started_at").only("pk", "pbx", "key", "started_at", "talk_seconds")[:number])
    voices = [[_syllable(chance, hertz) for _ in range(_SYLLABLES)] for hertz in _VOICES]
    for call in calls:
        _record(call, b"".join(_talk(chance, voices, min(_LONGEST_SECONDS, call.talk_seconds))))
    Call.objects.filter(pk__in=[call.pk for call in calls]).update(is_recorded=True)
    decide(says_recorded=True)
    return len(calls)


def _record(call: Call, sound: bytes) -> None:
    name, now = f"{call.key}.wav", timezone.now()
    row = Recording.objects.create(
        call=call, pbx=call.pbx, began_at=call.started_at, origin=Recording.Origin.FOLDER, place=name, due_at=now
    )
    head = header(encoding=MU_LAW, rate=_RATE, bits=8, data_bytes=len(sound))
    taken = storing.take([head, sound], path=row.path, name=name, most_bytes=most_bytes())
    arrive(recording=row, taken=taken, name=name, place=name)


def _talk(chance: random.Random, voices: Sequence[Sequence[bytes]], seconds: float) -> Iterator[bytes]:
    """One voice says some words, the other answers, until the time is over."""
    left, turn = int(seconds * _RATE), 0
    while left > 0:
        for _ in range(chance.randint(4, 16)):
            piece = chance.choice(voices[turn % 2]) + _SILENCE * chance.choice((200, 350, 350, 1600))
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return
        yield _SILENCE * min(left, chance.randint(2000, 6000))
        left, turn = left - 6000, turn + 1


def _syllable(chance: random.Random, hertz: float) -> bytes:
    length, loud = chance.randint(900, 2200), chance.uniform(0.25, 0.7)
    rise, vowel = chance.uniform(-0.15, 0.15), chance.uniform(0.5, 1.6)
    sound = bytearray()
    for place in range(length):
        share = place / length
        turn = 2 * math.pi * hertz * (1 + rise * share) * place / _RATE
        tone = sum(size / 2 ** abs(math.log2(times) - vowel) * math.sin(times * turn) for times, size in _OVERTONES)
        sound.append(_mu_law(loud * 0.5 * math.sin(math.pi * share) * tone))
    return bytes(sound)


def _mu_law(sample: float) -> int:
    """G.711, of a sample from -1 to 1."""
    size = min(int(abs(sample) * 32768) + 0x84, 0x7FFF)
    exponent = max(size.bit_length() - 8, 0)
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | (size >> (exponent + 3)) & 0x0F) & 0xFF
