"""GET /api/v1/events: the stream of events for programs (Server-Sent Events), spoken straight over ASGI like /live.

It tells what happened and to which record, not what is in it: a program reads that with its token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from callcard.api.problems import Problem, problem_response
from callcard.api.sign_in import PREFIX, let_in
from callcard.live.door import LiveDoor, Scope, Send
from callcard.live.hub import Hub, Message, Stream
from callcard.live.models import LiveEvent
from callcard.staff.sign_in.journal import What, write_program_down
from callcard.staff.sign_in.rules import Refusal
from callcard.staff.sign_in.standing import refusal_of, status_of_listener

EVENTS = f"{PREFIX}events"
# Kind in the log -> (what programs call it, the right that it needs, which of its values are told).
_TOLD = {
    "popup": ("call", "calls.see", ("call",)),
    "popup-closed": ("call-put-away", "calls.see", ("call",)),
    "calls-changed": ("calls", "calls.see", ()),
    "dial": ("placed-call", "calls.dial", ("command",)),
    "tasks-changed": ("tasks", "tasks.see", ()),
    "reminder": ("reminder", "tasks.see", ()),
}
_MAY = "callcard.may"
_ALWAYS = ("hello", "resync")


def _plain(events: Sequence[LiveEvent]) -> list[Message | None]:
    return [Message(event.id, event.kind, event.payload) for event in events]


def _not_noted(_delivered: Sequence[tuple[int, Message, datetime]]) -> None:
    """That a program was told is no sign that a person was."""


class ProgramDoor(LiveDoor):
    """Reads the log by itself, while somebody listens: nobody's pop-up waits for what is told to programs."""

    def __init__(self) -> None:
        super().__init__(Hub(_plain, _not_noted), dict, status_of_listener)
        self._open = 0
        self._turn = asyncio.Lock()

    def listener(self, scope: Scope) -> tuple[int, int]:
        headers = dict(scope["headers"])
        given, address = headers.get(b"authorization", b"").decode("latin-1"), (scope.get("client") or ("",))[0]
        try:
            token = let_in(given, address)
        except Problem as problem:
            return 0, problem.status
        refused = refusal_of(token.user, address)
        if refused:
            what = What.NOT_NOW if refused is Refusal.NOT_NOW else What.NOT_HERE
            write_program_down(what, user=token.user, address=address, how=token.name)
            return 0, 403
        scope[_MAY] = token.user.permissions.rights
        return token.user_id, 200

    def shown(self, scope: Scope, message: Message) -> Message | None:
        if message.kind in _ALWAYS:
            return message
        kind, right, names = _TOLD.get(message.kind, ("", "", ()))
        if not kind or right not in scope[_MAY]:
            return None
        return Message(message.id, kind, {name: message.data[name] for name in names if name in message.data})

    async def open(self, user_id: int) -> Stream:
        async with self._turn:
            if not self._open:
                await self.hub.start()
            self._open += 1
        return self.hub.open(user_id)

    async def close(self, stream: Stream) -> None:
        self.hub.close(stream)
        async with self._turn:
            self._open -= 1
            if not self._open:
                await self.hub.stop()

    async def refuse(self, send: Send, status: int) -> None:
        more = {"WWW-Authenticate": 'Bearer realm="Callcard"'} if status == 401 else {}
        refusal = problem_response(Problem(status, headers=more))
        headers = [(name.lower().encode(), value.encode()) for name, value in refusal.items()]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": refusal.content})
