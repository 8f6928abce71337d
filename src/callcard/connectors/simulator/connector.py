"""A PBX that is not there: for the demo, for training and for tests."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

from callcard.connectors.simulator import stories
from callcard.connectors.simulator.board import Board, NoSuchCall
from callcard.connectors.simulator.options import SimulatorOptions
from callcard.connectors.simulator.stories import Scene
from callcard.telephony.call import Party
from callcard.telephony.commands import (
    CancelDial,
    Capability,
    Command,
    CommandRefused,
    Consult,
    Dial,
    Hangup,
    Hold,
    Transfer,
    TryPhone,
    Unhold,
)
from callcard.telephony.connector import LinkReport, LinkState, Sink, WireNote
from callcard.telephony.events import CallsInProgress, Event, LegBegan, LegEnded, LegRang, LinkLost

log = logging.getLogger(__name__)


class SimulatorConnector:
    """Implements `callcard.telephony.connector.Connector`.

    Calls come by themselves every `options.mean_interval` seconds, and besides by `ring`, which tests use.
    """

    capabilities = frozenset(Capability)

    def __init__(self, options: SimulatorOptions | None = None) -> None:
        self.options = options or SimulatorOptions()
        self._board: Board | None = None
        self._up = asyncio.Event()
        self._plays: set[asyncio.Task[None]] = set()
        self._played = 0

    async def run(self, sink: Sink) -> None:
        """Until cancelled."""
        now = datetime.now(UTC)
        sink.events([CallsInProgress(at=now, legs=())], time.monotonic_ns())
        self._board = Board(lambda events, ns: _tell(sink, events, ns), run_id=f"{int(now.timestamp() * 1000):x}")
        sink.link(LinkReport(state=LinkState.UP, at=now, about="Simulator"))
        self._up.set()
        try:
            await self._keep_calling()
        finally:
            await self._stop()
            sink.events([LinkLost(at=datetime.now(UTC))], time.monotonic_ns())

    async def execute(self, command: Command) -> None:
        """Raises CommandRefused. What a dialled customer does is a matter of chance."""
        if self._board is None:
            raise CommandRefused("no_link")
        try:
            self._do(self._board, command)
        except NoSuchCall as over:
            raise CommandRefused("over", str(over)) from None

    def _do(self, board: Board, command: Command) -> None:
        if isinstance(command, Dial):
            self._dial(board, command)
        elif isinstance(command, TryPhone):
            self._try_phone(board, command.extension)
        elif isinstance(command, CancelDial):
            board.hang_up(board.placed_by(command.dial_id))
        elif isinstance(command, Hangup):
            _hang_up(board, command)
        else:
            self._do_in_call(board, command)

    def _do_in_call(self, board: Board, command: Hold | Unhold | Transfer | Consult) -> None:
        key = command.call_key
        extension = board.extension_of(key, command.segment_key)
        if isinstance(command, Hold):
            board.hold(key, extension)
        elif isinstance(command, Unhold):
            board.unhold(key, extension)
        else:
            to = self._party(command.to)
            hand_on = board.transfer if isinstance(command, Transfer) else board.consult
            hand_on(key, extension, to)
            self._perform(stories.handed_on(self._scene(), key, to))

    def _party(self, number: str) -> Party:
        is_own = number in self.options.numbers(self.options.extensions)
        return Party(extension=number) if is_own else Party(number=number)

    # For tests and training: somebody does something now

    async def ring(
        self, number: str, extensions: Sequence[str], *, line: str = "", name: str = "", queue: str = ""
    ) -> str:
        """Somebody calls; an empty number is withheld. Gives the key of the call."""
        board = await self._ready()
        caller = Party(number=number, name=name, withheld=not number)
        return board.ring(caller, extensions, line=line or self._first_line(), queue=queue)

    async def answer(self, key: str, extension: str = "") -> None:
        """Without an extension the outside party answers. Raises NoSuchCall."""
        (await self._ready()).answer(key, extension)

    async def hold(self, key: str, extension: str) -> None:
        (await self._ready()).hold(key, extension)

    async def unhold(self, key: str, extension: str) -> None:
        (await self._ready()).unhold(key, extension)

    async def transfer(self, key: str, extension: str, to: str) -> None:
        """Blind: `to` begins to ring."""
        (await self._ready()).transfer(key, extension, Party(extension=to))

    async def hang_up(self, key: str, by: str | None = None) -> None:
        """`by` is an extension, or "" for the outside party. Raises NoSuchCall."""
        (await self._ready()).hang_up(key, by)

    async def _ready(self) -> Board:
        await self._up.wait()
        assert self._board is not None
        return self._board

    def _first_line(self) -> str:
        return next(iter(self.options.numbers(self.options.lines)), "")

    # Calls that come by themselves

    async def _keep_calling(self) -> None:
        if not self.options.mean_interval:
            await asyncio.Event().wait()
        while True:
            scene = self._scene()
            mean = self.options.mean_interval
            await scene.wait(mean * 0.4, mean * 1.6)
            free = scene.free()
            if free and len(scene.board.calls) < self.options.calls_at_once:
                self._perform(stories.choose(scene.chance)(scene, free[0]))

    def _dial(self, board: Board, command: Dial) -> None:
        self._try_phone(board, command.extension)
        if not command.number:
            raise CommandRefused("not_allowed", "no number")
        key = board.dial(command.extension, command.number, placed_by=command.command_id)
        self._perform(stories.by_button(self._scene(), key, command.number))

    def _try_phone(self, board: Board, extension: str) -> None:
        if extension not in self.options.numbers(self.options.extensions):
            raise CommandRefused("not_registered", f"there is no phone {extension}")
        if extension in board.engaged:
            raise CommandRefused("busy", f"{extension} rings or talks")

    def _scene(self) -> Scene:
        assert self._board is not None
        self._played += 1
        chance = random.Random(f"{self.options.seed}-{self._played}")
        return Scene(board=self._board, options=self.options, chance=chance)

    def _perform(self, play: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_to_its_end(play))
        self._plays.add(task)
        task.add_done_callback(self._plays.discard)

    async def _stop(self) -> None:
        self._up.clear()
        self._board = None
        for play in self._plays:
            play.cancel()
        await asyncio.gather(*self._plays, return_exceptions=True)


async def _to_its_end(play: Coroutine[Any, Any, None]) -> None:
    """A play whose call somebody hung up meanwhile is over."""
    try:
        await play
    except NoSuchCall as over:
        log.debug("a simulated call ended early: %s", over)


def _hang_up(board: Board, command: Hangup) -> None:
    if command.segment_key:
        board.drop_leg(command.call_key, command.segment_key)
    else:
        board.hang_up(command.call_key)


def _tell(sink: Sink, events: Sequence[Event], received_ns: int) -> None:
    sink.events(events, received_ns)
    for event in events:
        if isinstance(event, LegBegan | LegRang | LegEnded):
            sink.note(WireNote(at=event.at, summary=f"{type(event).__name__} {event.leg}"))
