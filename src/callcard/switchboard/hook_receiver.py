"""The connector of a telephone system that calls us: what it sends is checked, kept, answered, and then told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

from django.db import DatabaseError

from callcard.switchboard import hook_inbox
from callcard.telephony.commands import Capability, Command, CommandRefused
from callcard.telephony.connector import LinkReport, LinkState, Sink, WireNote
from callcard.telephony.hook_calls import HookCalls
from callcard.telephony.hooks import HookFormat, HookNotice, HookRefused, HookRequest, HookTold, HookUnreadable

logger = logging.getLogger(__name__)

LOOK_AFTER_SECONDS = 600.0
SETTLE_SECONDS = 1.0
REFUSALS_NOTED_A_MINUTE = 20
Task = Callable[[], None]


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """`news`: what has to be told now that it is kept."""

    status: int
    text: bytes = b""
    news: tuple[int, HookNotice] | None = None
    refused: str = ""


class HookReceiver:
    """Implements `callcard.telephony.connector.Connector`. `token`: the part of its address that nobody can guess."""

    capabilities = frozenset({Capability.LIVE})

    def __init__(self, pbx: str, form: HookFormat, token: str) -> None:
        self.pbx, self.token = pbx, token
        self._format = form
        self._calls = HookCalls()
        self._inbox = hook_inbox.Inbox()
        self._sink: Sink | None = None
        self._after_writes: Callable[[Task], None] = lambda task: None
        self._told: list[int] = []
        self._noted = (0.0, 0)  # since when refusals are counted, and how many

    def write_after(self, put: Callable[[Task], None]) -> None:
        """`put` has a task done once all that was told before it stands in the log."""
        self._after_writes = put

    async def run(self, sink: Sink) -> None:
        """Until cancelled. First what came while nobody was there to work on it."""
        self._sink = sink
        try:
            for pk, request in await hook_inbox.soon(partial(hook_inbox.waiting, self.pbx)):
                self._tell_again(pk, request)
            sink.link(LinkReport(state=LinkState.UP, at=datetime.now(UTC)))
            while True:
                sink.events([self._calls.in_progress(datetime.now(UTC))], time.monotonic_ns())
                await hook_inbox.soon(hook_inbox.forget_old)
                await asyncio.sleep(LOOK_AFTER_SECONDS)
        finally:
            self._sink = None
            self._settle()

    async def execute(self, command: Command) -> None:
        raise CommandRefused("unsupported", "it calls us, and nothing can be asked of it")

    async def accept(self, request: HookRequest) -> HookAnswer:
        """What to answer, when it is kept. Whoever fails never keeps the true provider out: each is checked."""
        echo = self._format.greeting(request)
        if echo is not None:
            return HookAnswer(200, echo)
        try:
            self._format.check(request)
        except HookRefused as refused:
            self._note_refusal(refused)
            return HookAnswer(401, refused=refused.problem)
        told, problem = self._read(request)
        try:
            kept = await self._inbox.keep(self.pbx, request, told, problem)
        except DatabaseError:
            logger.exception("a request of %s could not be kept: it is asked to send it again", self.pbx)
            return HookAnswer(503)
        is_news = kept is not None and told.notice is not None
        return HookAnswer(200, news=(kept, told.notice) if is_news else None)  # type: ignore[arg-type]

    def tell(self, pk: int, notice: HookNotice, received_ns: int) -> None:
        """At once; while the link is made anew it waits in the inbox."""
        if self._sink is None:
            return
        self._sink.events(self._calls.take(notice), received_ns)
        who = notice.outside.number or ("withheld" if notice.outside.withheld else "")
        words = f"{notice.what} {notice.call} {who} {notice.extension}".strip()
        self._sink.note(WireNote(at=datetime.now(UTC), summary=words))
        if not self._told:
            asyncio.get_running_loop().call_later(SETTLE_SECONDS, self._settle)
        self._told.append(pk)

    def _tell_again(self, pk: int, request: HookRequest) -> None:
        told, problem = self._read(request)
        if told.notice is not None:
            self.tell(pk, told.notice, time.monotonic_ns())
        elif problem:  # it was understood when it came: its format has changed since
            self._after_writes(partial(hook_inbox.note_unreadable, pk, problem))

    def _read(self, request: HookRequest) -> tuple[HookTold, str]:
        try:
            return self._format.read(request), ""
        except HookUnreadable as problem:
            self._note(f"not understood: {problem}")
            return HookTold(key=f"unreadable-{sha256(request.body).hexdigest()}"), str(problem)

    def _settle(self) -> None:
        told, self._told = self._told, []
        if told:
            self._after_writes(partial(hook_inbox.note_told, told))

    def _note_refusal(self, refused: HookRefused) -> None:
        """Not every one of a flood: the page they stand on holds a few thousand lines."""
        now = time.monotonic()
        since, count = self._noted if now - self._noted[0] < 60.0 else (now, 0)
        self._noted = (since, count + 1)
        if count < REFUSALS_NOTED_A_MINUTE:
            self._note(f"refused: {refused}")

    def _note(self, words: str) -> None:
        if self._sink is not None:
            self._sink.note(WireNote(at=datetime.now(UTC), summary=words))
