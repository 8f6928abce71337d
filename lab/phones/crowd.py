"""Many outside callers, one after another, with the moment each one's INVITE left."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lab.phones.dialog import Outgoing
from lab.phones.phone import Trunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One call that was made. `invited_ns` and `answered_ns` are CLOCK_MONOTONIC, 0 when never."""

    number: str
    line: str
    invited_ns: int
    answered_ns: int
    status: int  # final SIP status of the INVITE; 487 when the caller gave up


async def ring_in(
    trunk: Trunk,
    line: str,
    numbers: Sequence[str],
    *,
    calls_per_second: float,
    talk_seconds: float = 1.0,
    patience_seconds: float = 30.0,
    patience_spread: float = 0.0,
    on_sent: Callable[[str, int], None] | None = None,
) -> list[Placed]:
    """Call `line` once from each number, at an even rate; returns when all calls are over.

    Who is not answered within `patience_seconds` gives up; each caller's own patience is up to the share
    `patience_spread` longer or shorter, the same in every run. `on_sent(number, invited_ns)` is called as an INVITE
    leaves, for those who cannot wait for the end.
    """
    loop = asyncio.get_running_loop()
    patience = random.Random(len(numbers))
    begin = loop.time()
    tasks = []
    for position, number in enumerate(numbers):
        await asyncio.sleep(max(0.0, begin + position / calls_per_second - loop.time()))
        call = trunk.start_call(line, number)
        call.on_invited = on_sent
        tasks.append(
            asyncio.create_task(
                _live(call, talk_seconds, patience_seconds * patience.uniform(1 - patience_spread, 1 + patience_spread))
            )
        )
    return list(await asyncio.gather(*tasks))


async def _live(call: Outgoing, talk_seconds: float, patience_seconds: float) -> Placed:
    placing = asyncio.create_task(call.place())
    done, _ = await asyncio.wait({placing}, timeout=patience_seconds)
    if not done:
        await call.cancel()
    await placing
    if call.is_up:
        await asyncio.sleep(talk_seconds)
        await call.hang_up()
    call.agent.dialogs.pop(call.call_id, None)
    return Placed(
        number=call.number,
        line=call.dialled,
        invited_ns=call.invited_ns,
        answered_ns=call.invited_ns + int((call.answered_at - call.invited_at) * 1e9) if call.answered_at else 0,
        status=call.status,
    )


def shuffled(numbers: Sequence[str], seed: int = 1) -> list[str]:
    """The same numbers in an order that is the same each time."""
    mixed = list(numbers)
    random.Random(seed).shuffle(mixed)
    return mixed
