"""What happens to simulated calls: short plays, each told to the board in its own time.

All chance of a play comes from one generator, seeded by the run's seed and the play's number, so that a
seed gives the same plays in the same order however the machine is loaded.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from callcard.connectors.simulator.board import Board
from callcard.connectors.simulator.options import SimulatorOptions
from callcard.telephony.call import Party, SegmentOutcome

SHORT_RING = (3.0, 8.0)
LONG_RING = 15.0


@dataclass(slots=True)
class Scene:
    """Where a play is set. Waits are in seconds of the play; `options.speed` shortens them."""

    board: Board
    options: SimulatorOptions
    chance: random.Random

    async def wait(self, shortest: float, longest: float | None = None) -> None:
        seconds = shortest if longest is None else self.chance.uniform(shortest, longest)
        await asyncio.sleep(seconds / self.options.speed)

    async def talk(self) -> None:
        await self.wait(self.options.shortest_talk, self.options.longest_talk)

    def caller(self) -> Party:
        """Somebody from outside: known, unknown or withheld, in the shares that the options give."""
        lot = self.chance.random()
        known = self.options.numbers(self.options.known_numbers)
        if lot < self.options.withheld_share:
            return Party(withheld=True)
        if known and lot < self.options.withheld_share + self.options.known_share:
            return Party(number=self.chance.choice(known))
        return Party(number=self.options.unknown_number(self.chance))

    def line(self) -> str:
        return self.chance.choice(self.options.numbers(self.options.lines) or ("",))

    def free(self, among: Sequence[str] | None = None) -> list[str]:
        """Extensions that neither ring nor talk, shuffled."""
        engaged = self.board.engaged
        extensions = self.options.numbers(self.options.extensions) if among is None else among
        free = [extension for extension in extensions if extension not in engaged]
        self.chance.shuffle(free)
        return free


async def answered(scene: Scene, extension: str) -> None:
    key = scene.board.ring(scene.caller(), [extension], line=scene.line())
    await scene.wait(*SHORT_RING)
    scene.board.answer(key, extension)
    await scene.talk()
    scene.board.hang_up(key, scene.chance.choice(["", extension]))


async def group(scene: Scene, extension: str) -> None:
    """A group or queue rings; one of its members answers."""
    name, members = scene.chance.choice(sorted(scene.options.groups.items()) or [("", [extension])])
    ringing = scene.free(members) or [extension]
    key = scene.board.ring(scene.caller(), ringing, line=scene.line(), queue=name)
    await scene.wait(*SHORT_RING)
    quickest = ringing[0]
    scene.board.answer(key, quickest)
    await scene.talk()
    scene.board.hang_up(key, "")


async def missed(scene: Scene, extension: str) -> None:
    key = scene.board.ring(scene.caller(), [extension], line=scene.line())
    await scene.wait(LONG_RING)
    scene.board.refuse(key, extension, SegmentOutcome.MISSED)
    scene.board.hang_up(key)


async def cancelled(scene: Scene, extension: str) -> None:
    key = scene.board.ring(scene.caller(), [extension], line=scene.line())
    await scene.wait(*SHORT_RING)
    scene.board.hang_up(key, "")


async def busy(scene: Scene, extension: str) -> None:
    """The person presses "reject"."""
    key = scene.board.ring(scene.caller(), [extension], line=scene.line())
    await scene.wait(1.0, 3.0)
    scene.board.refuse(key, extension, SegmentOutcome.BUSY)
    scene.board.hang_up(key)


async def held(scene: Scene, extension: str) -> None:
    key = scene.board.ring(scene.caller(), [extension], line=scene.line())
    await scene.wait(*SHORT_RING)
    scene.board.answer(key, extension)
    await scene.wait(3.0, 8.0)
    scene.board.hold(key, extension)
    await scene.wait(2.0, 8.0)
    scene.board.unhold(key, extension)
    await scene.talk()
    scene.board.hang_up(key, "")


async def transferred(scene: Scene, extension: str) -> None:
    key = scene.board.ring(scene.caller(), [extension], line=scene.line())
    await scene.wait(*SHORT_RING)
    scene.board.answer(key, extension)
    await scene.wait(3.0, 8.0)
    colleagues = scene.free()
    if colleagues:
        scene.board.transfer(key, extension, Party(extension=colleagues[0]))
        await scene.wait(2.0, 6.0)
        scene.board.answer(key, colleagues[0])
    await scene.talk()
    scene.board.hang_up(key, "")


async def outbound(scene: Scene, extension: str) -> None:
    """Somebody dials a customer on the phone itself."""
    known = scene.options.numbers(scene.options.known_numbers)
    number = scene.chance.choice(known) if known else scene.options.unknown_number(scene.chance)
    await _customer_answers(scene, scene.board.dial(extension, number), number)


async def by_button(scene: Scene, key: str, number: str) -> None:
    """After a Dial: the employee picks up, then the customer answers (four times of five) after a while."""
    await scene.wait(1.0, 2.5)
    scene.board.pick_up(key)
    await _customer_answers(scene, key, number)


async def _customer_answers(scene: Scene, key: str, number: str) -> None:
    await scene.wait(0.3)
    extensions = scene.options.numbers(scene.options.extensions)
    scene.board.reach(key, Party(extension=number) if number in extensions else Party(number=number))
    await scene.wait(2.0, 6.0)
    lot = scene.chance.random()
    if lot < 0.8:
        scene.board.answer(key, number if number in extensions else "")
        await scene.talk()
        scene.board.hang_up(key, "")
    else:
        gave_up = SegmentOutcome.BUSY if lot < 0.9 else SegmentOutcome.MISSED
        scene.board.hang_up(key, unanswered=gave_up)


async def handed_on(scene: Scene, key: str, to: Party) -> None:
    """After a transfer by button: whoever is rung picks up."""
    await scene.wait(2.0, 5.0)
    scene.board.answer(key, to.extension)


Play = Callable[[Scene, str], Coroutine[Any, Any, None]]

# How often each happens, in percent.
REPERTOIRE: tuple[tuple[Play, int], ...] = (
    (answered, 46),
    (group, 18),
    (held, 8),
    (transferred, 6),
    (outbound, 6),
    (missed, 8),
    (cancelled, 5),
    (busy, 3),
)


def choose(chance: random.Random) -> Play:
    plays, weights = zip(*REPERTOIRE, strict=True)
    chosen: Play = chance.choices(plays, weights)[0]
    return chosen
