"""One call as a phone has it: ringing, talking, held, handed on, ended."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from lab.phones import sdp
from lab.phones.message import Headers, Message, display_name, parameter, token, uri, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.phones.agent import Agent


class Dialog:
    """`rang`, `answered` and `ended` are events; the stamps are seconds of time.time(), 0 before.

    `status` is the final response to the INVITE, 0 before it; `invited_ns` is
    time.monotonic_ns() when the INVITE was sent or received.
    """

    def __init__(self, agent: Agent, call_id: str, local: str, remote: str, target: str) -> None:
        self.agent = agent
        self.call_id = call_id
        self.local = local
        self.remote = remote
        self.target = target
        self.sequence = 1
        self.status = 0
        self.their_sound_port = 0  # UDP on the loopback, once they have said it
        self.rang, self.answered, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.rang_at = self.answered_at = self.ended_at = 0.0
        self.held_seconds = 0.0
        self.invited_at = time.time()
        self.invited_ns = time.monotonic_ns()
        self._held_since = 0.0
        self._version = 1
        self._leaving: asyncio.Task[None] | None = None
        agent.dialogs[call_id] = self

    @property
    def other_number(self) -> str:
        return user(self.remote)

    @property
    def other_name(self) -> str:
        return display_name(self.remote)

    @property
    def is_up(self) -> bool:
        return self.answered.is_set() and not self.ended.is_set()

    @property
    def talk_seconds(self) -> float:
        """From the answer to the end; 0 while it goes on or when nobody answered."""
        return self.ended_at - self.answered_at if self.ended_at and self.answered_at else 0.0

    async def hang_up(self) -> None:
        """BYE, once."""
        if not self.ended.is_set():
            self.mark_ended()
            await self._ask("BYE")

    async def hold(self) -> None:
        await self._offer("sendonly")
        self._held_since = time.time()

    async def unhold(self) -> None:
        await self._offer("sendrecv")
        self._count_hold()

    async def transfer_blind(self, extension: str) -> None:
        """REFER (RFC 3515): the other side is sent to `extension`, this phone is out."""
        await self._refer(self.agent.address(extension))

    async def transfer_to(self, other: Dialog) -> None:
        """REFER with Replaces (RFC 3891): joins the two others.

        Attended when `other` has been answered, blonde while it still rings.
        """
        replaced = f"{other.call_id};to-tag={parameter(other.remote, 'tag')};from-tag={parameter(other.local, 'tag')}"
        await self._refer(f"{uri(other.remote).split(';')[0]}?Replaces={quote(replaced, safe='')}")

    def mark_rang(self) -> None:
        if not self.rang.is_set():
            self.rang_at = time.time()
            self.rang.set()

    def mark_answered(self) -> None:
        if not self.answered.is_set():
            self.answered_at = time.time()
            self.answered.set()

    def mark_ended(self) -> None:
        if not self.ended.is_set():
            self._count_hold()
            self.ended_at = time.time()
            self.ended.set()

    def requested(self, request: Message) -> None:
        """A request inside the dialog."""
        if request.method == "ACK":
            return
        if request.method == "BYE":
            self.mark_ended()
        if request.method == "NOTIFY" and request.body.startswith("SIP/2.0 200"):
            self._handed_on()
        body = self.offer("sendrecv") if request.method == "INVITE" else ""
        self.respond(request, 200, "OK", body=body)

    def respond(self, request: Message, code: int, reason: str, *, contact: str = "", body: str = "") -> None:
        tag = parameter(self.local, "tag")
        self.agent.send(request.reply(code, reason, tag=tag, contact=contact or self.agent.contact, body=body))

    def offer(self, direction: str) -> str:
        self._version += 1
        return sdp.offer(self.agent.sound_port, self._version, direction)

    def acknowledge(self, sequence: int) -> None:
        ack = self.agent.request("ACK", self.target, self.local, self.remote, self.call_id, sequence)
        self.agent.send(ack)

    async def _offer(self, direction: str) -> None:
        response = await self._ask("INVITE", body=self.offer(direction))
        if response.status < 300:
            self.acknowledge(self.sequence)

    async def _refer(self, to: str) -> None:
        own = f"<{self.agent.address(self.agent.user)}>"
        response = await self._ask("REFER", extra=(("Refer-To", f"<{to}>"), ("Referred-By", own)))
        if response.status >= 300:
            raise ConnectionRefusedError(f"transfer refused: {response.start}")

    async def _ask(self, method: str, *, extra: Headers = (), body: str = "") -> Message:
        self.sequence += 1
        request = self.agent.request(method, self.target, self.local, self.remote, self.call_id, self.sequence, extra)
        request.body = body
        return await self.agent.transact(request)

    def _handed_on(self) -> None:
        """The transfer was made: a desk phone hangs up its own part then (RFC 5589 section 7)."""
        if not self.ended.is_set():
            self._leaving = asyncio.create_task(self.hang_up())

    def _count_hold(self) -> None:
        if self._held_since:
            self.held_seconds += time.time() - self._held_since
            self._held_since = 0.0


class Incoming(Dialog):
    """A call that came in. It does nothing by itself; a behaviour or a script tells it what."""

    def __init__(self, agent: Agent, invite: Message) -> None:
        local = f"{invite.get('to')};tag={token()}"
        super().__init__(agent, invite.call_id, local, invite.get("from"), uri(invite.get("contact")))
        self.invite = invite
        self.their_sound_port = sdp.sound_port(invite.body)

    def ring(self) -> None:
        self.respond(self.invite, 180, "Ringing")
        self.mark_rang()

    def answer(self) -> None:
        """Does nothing when the call is gone."""
        if not self.status:
            self.status = 200
            self.mark_answered()
            self.respond(self.invite, 200, "OK", body=self.offer("sendrecv"))

    def refuse(self, code: int = 486, reason: str = "Busy Here", contact: str = "") -> None:
        """486 busy, 480 not available or do not disturb, 603 declined, 503 out of order."""
        if not self.status:
            self.status = code
            self.respond(self.invite, code, reason, contact=contact)
            self.mark_ended()

    def redirect(self, target: str) -> None:
        """302: the exchange shall ring `target` instead."""
        self.refuse(302, "Moved Temporarily", self.agent.address(target))

    def requested(self, request: Message) -> None:
        if request.method == "INVITE" and request.branch == self.invite.branch:
            return  # a repeat of what is already being dealt with
        if request.method != "CANCEL":
            super().requested(request)
            return
        self.respond(request, 200, "OK")
        if not self.status:
            self.refuse(487, "Request Terminated")


class Outgoing(Dialog):
    """A call that this phone makes."""

    def __init__(self, agent: Agent, extension: str, frm: str, extra: Headers = ()) -> None:
        target = agent.address(extension)
        super().__init__(agent, f"{token()}@lab", frm, f"<{target}>", target)
        self._first_target, self._first_to = target, self.remote
        self.dialled = extension
        self.on_invited: Callable[[str, int], None] | None = None
        self._extra = extra
        self._invite: Message | None = None

    @property
    def number(self) -> str:
        """The caller's own, as sent."""
        return user(self.local)

    @property
    def name(self) -> str:
        """The caller's own; bytes that are not UTF-8 appear as U+FFFD."""
        return display_name(self.local).encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    async def place(self) -> int:
        """Send the INVITE and return the final status; the dialog is up when it is 200."""
        invite = self.agent.request(
            "INVITE", self.target, self.local, self.remote, self.call_id, self.sequence, self._extra
        )
        invite.body = sdp.offer(self.agent.sound_port, 1, "sendrecv")
        self._invite = invite
        self.invited_at, self.invited_ns = time.time(), time.monotonic_ns()
        if self.on_invited:
            self.on_invited(self.number, self.invited_ns)
        self._invite, response = await self.agent.transact_with_password(invite, self._heard)
        self.status = response.status
        return self.status

    async def cancel(self) -> None:
        """Give up before anyone answered."""
        assert self._invite
        cancel = self.agent.request(
            "CANCEL", self._first_target, self.local, self._first_to, self.call_id, self._invite.sequence
        )
        # A CANCEL is matched to its INVITE by the branch (RFC 3261 section 9.1).
        cancel.headers[0] = self._invite.headers[0]
        await self.agent.transact(cancel)

    def _heard(self, response: Message) -> None:
        if 100 < response.status < 300:
            self.remote = response.get("to")
            self.target = uri(response.get("contact")) or self.target
        if 180 <= response.status < 200:
            self.mark_rang()
        elif 200 <= response.status < 300:
            self.sequence = response.sequence
            self.their_sound_port = sdp.sound_port(response.body)
            self.mark_answered()
            self.acknowledge(response.sequence)
        elif response.status >= 300:
            self._refused(response)

    def _refused(self, response: Message) -> None:
        ack = self.agent.request(
            "ACK", self._first_target, self.local, response.get("to"), self.call_id, response.sequence
        )
        ack.headers[0] = ("Via", response.get("via"))
        self.agent.send(ack)
        if response.status not in (401, 407) or not self.agent.has_password:
            self.mark_ended()
