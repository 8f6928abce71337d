"""People without a script: phones that get answered after a while, customers who call and are called."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass

from lab.phones.dialog import Incoming
from lab.phones.phone import Trunk, busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Seconds, each a range from which one is drawn. Shares are of calls."""

    between_calls: tuple[float, float] = (4.0, 12.0)
    ring: tuple[float, float] = (4.0, 10.0)
    talk: tuple[float, float] = (8.0, 40.0)
    patience: tuple[float, float] = (12.0, 25.0)
    unanswered_share: float = 0.2
    busy_share: float = 0.1


class People:
    """Draws what people do; the same `seed` draws the same."""

    def __init__(self, habits: Habits, seed: int | None = None) -> None:
        self.habits = habits
        self._random = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()

    def agent(self, call: Incoming) -> None:
        """Behaviour of a desk phone: rings, and is mostly answered and hung up."""
        call.ring()
        if self._random.random() >= self.habits.unanswered_share:
            self._begin(self._take(call))

    def customer(self, call: Incoming) -> None:
        """Behaviour of the outside world when the company calls."""
        if self._random.random() < self.habits.busy_share:
            busy(call)
        else:
            self.agent(call)

    async def keep_calling(self, trunk: Trunk, lines: Sequence[str], numbers: Sequence[str]) -> None:
        """Customers call one after another until this is cancelled."""
        while True:
            await asyncio.sleep(self._draw(self.habits.between_calls))
            line, number = self._random.choice(lines), self._random.choice(numbers)
            self._begin(self._call_in(trunk, line, number))

    async def finish(self) -> None:
        """Wait until everybody has hung up of their own accord."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def stop(self) -> None:
        """Everybody drops the phone without a word."""
        for task in self._tasks:
            task.cancel()

    async def _take(self, call: Incoming) -> None:
        if await _happens_within(call.ended, self._draw(self.habits.ring)):
            return
        call.answer()
        if not await _happens_within(call.ended, self._draw(self.habits.talk)):
            await call.hang_up()

    async def _call_in(self, trunk: Trunk, line: str, number: str) -> None:
        call = trunk.start_call(line, number)
        placing = asyncio.create_task(call.place())
        done, _ = await asyncio.wait({placing}, timeout=self._draw(self.habits.patience))
        if not done:
            await call.cancel()
        await placing
        # The phone that answered hangs up; a menu or a queue that nobody leaves, the customer.
        if call.is_up and not await _happens_within(call.ended, self.habits.talk[1] + self.habits.patience[1]):
            await call.hang_up()
        trunk.dialogs.pop(call.call_id, None)

    def _begin(self, work: Coroutine[object, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _draw(self, span: tuple[float, float]) -> float:
        return self._random.uniform(*span)


async def _happens_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
