"""How long each step of the server took for each pop-up, from the notes of bench.scene.stamped."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

STEPS = (
    "bytes to changes",
    "wait for the writer",
    "write and commit",
    "wake up and read",
    "render",
    "hand over and write",
)


@dataclass(frozen=True, slots=True)
class Way:
    """One pop-up's way through the server. `ns` are the moments before, between and after STEPS."""

    call: int
    number: str
    ns: tuple[int, ...]

    @property
    def received_ns(self) -> int:
        return self.ns[0]

    @property
    def step_ms(self) -> tuple[float, ...]:
        return tuple((after - before) / 1e6 for before, after in zip(self.ns, self.ns[1:], strict=False))


def ways(notes: Mapping[str, list[Any]]) -> list[Way]:
    """The first pop-up of each call that rang and was written to a browser."""
    events = {event: (call, read) for _, read, found in notes["read"] for event, call in found}
    rendered = {event: ended for _, ended, found in notes["render"] for event in found}
    records = _Records(notes["record"])
    rings = {received: (put, rung) for put, received, rung in reversed(notes["put"])}
    found: dict[int, Way] = {}
    for written, event, received in notes["write"]:
        call, read = events.get(event, (0, 0))
        if call in found or received not in rings or event not in rendered:
            continue
        put, rung = rings[received]
        began, committed = records.of({key for key, _ in rung}, put)
        if began:
            moments = (received, put, began, committed, read, rendered[event], written)
            found[call] = Way(call, rung[0][1], moments)
    return list(found.values())


class _Records:
    """When the writer took up which calls."""

    def __init__(self, notes: Iterable[tuple[int, int, list[str]]]) -> None:
        self._notes = sorted(notes)
        self._begins = [note[0] for note in self._notes]

    def of(self, keys: set[str], since: int) -> tuple[int, int]:
        """Beginning and end of the first writing of one of these calls since then; zeros when there was none."""
        for began, ended, written in self._notes[bisect_left(self._begins, since - 200_000) :]:
            if keys & set(written):
                return began, ended
        return 0, 0
