"""A SIP user agent on one UDP port: requests with repeats, responses, dialogs.

Repeats follow RFC 3261 section 17 as far as the loopback needs it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from lab.phones.digest import Account
from lab.phones.message import Headers, Message, NotSip, quoted, token

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.phones.dialog import Dialog

FIRST_REPEAT_SECONDS = 0.5
SILENCE_SECONDS = 16.0
FINAL_SECONDS = 120.0
HOST = "127.0.0.1"


class NoReply(TimeoutError):
    """The other side does not speak."""


class _Transaction:
    def __init__(self, request: Message, heard: Callable[[Message], None] | None) -> None:
        self.request = request
        self.any = asyncio.Event()
        self.final: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._heard = heard

    def feed(self, response: Message) -> None:
        self.any.set()
        if self._heard:
            self._heard(response)
        if response.status >= 200 and not self.final.done():
            self.final.set_result(response)


class Agent(asyncio.DatagramProtocol):
    """`server` is the port of the exchange; `headers` go into every request that begins a call."""

    def __init__(
        self, user: str, server: int, *, password: str = "", name: str | bytes = "", headers: Headers = ()
    ) -> None:
        self.user = user
        self.server = server
        self.name = name
        self.port = 0
        self.dialogs: dict[str, Dialog] = {}
        self.incoming: asyncio.Queue[Dialog] = asyncio.Queue()
        self._headers = headers
        self._account = Account(user, password) if password else None
        self._transactions: dict[tuple[str, str], _Transaction] = {}
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self, port: int = 0) -> Self:
        """Listen on a port of 127.0.0.1; 0 takes a free one."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, port))
        self.port = self._transport.get_extra_info("sockname")[1]
        return self

    def close(self) -> None:
        if self._transport:
            self._transport.close()
            self._transport = None

    @property
    def contact(self) -> str:
        return f"sip:{self.user}@{HOST}:{self.port}" if self.user else f"sip:{HOST}:{self.port}"

    @property
    def has_password(self) -> bool:
        return self._account is not None

    @property
    def sound_port(self) -> int:
        return 30000 + self.port % 2000 * 2

    def address(self, user: str) -> str:
        """Somebody at the exchange."""
        return f"sip:{user}@{HOST}:{self.server}"

    def from_header(self, user: str | None = None, name: str | bytes | None = None) -> str:
        who = self.user if user is None else user
        shown = quoted(self.name if name is None else name)
        address = f"sip:{who}@{HOST}" if who else f"sip:{HOST}"
        return f"{shown}<{address}>;tag={token()}"

    def request(
        self, method: str, target: str, frm: str, to: str, call_id: str, sequence: int, extra: Headers = ()
    ) -> Message:
        """A request with a transaction of its own."""
        via = f"SIP/2.0/UDP {HOST}:{self.port};branch=z9hG4bK{token()};rport"
        headers = [
            ("Via", via),
            ("From", frm),
            ("To", to),
            ("Call-ID", call_id),
            ("CSeq", f"{sequence} {method}"),
        ]
        headers += [("Contact", f"<{self.contact}>"), ("Max-Forwards", "70"), *extra]
        if method == "INVITE":
            headers += [("Content-Type", "application/sdp"), *self._headers]
        return Message(f"{method} {target} SIP/2.0", headers)

    def send(self, message: Message) -> None:
        if self._transport:
            self._transport.sendto(message.encode(), (HOST, self.server))

    async def transact(self, request: Message, heard: Callable[[Message], None] | None = None) -> Message:
        """Send and return the final response; `heard` gets every response. Raises NoReply."""
        transaction = _Transaction(request, heard)
        key = (request.branch, request.method)
        self._transactions[key] = transaction
        try:
            await self._repeat_until_heard(transaction)
            return await asyncio.wait_for(transaction.final, FINAL_SECONDS)
        finally:
            del self._transactions[key]

    async def transact_with_password(
        self, request: Message, heard: Callable[[Message], None] | None = None
    ) -> tuple[Message, Message]:
        """The same, answering one challenge. Returns the request that got the final response, and that."""
        response = await self.transact(request, heard)
        challenge = response.get("www-authenticate") or response.get("proxy-authenticate")
        if response.status not in (401, 407) or not self._account or not challenge:
            return request, response
        again = self._with_answer(request, challenge, response.status)
        return again, await self.transact(again, heard)

    def _with_answer(self, request: Message, challenge: str, status: int) -> Message:
        assert self._account
        method, target, _ = request.start.split(" ", 2)
        name = "Authorization" if status == 401 else "Proxy-Authorization"
        fresh = self.request(
            method, target, request.get("from"), request.get("to"), request.call_id, request.sequence + 1
        )
        fresh.headers.append((name, self._account.answer(challenge, method, target)))
        fresh.headers += [(k, v) for k, v in request.headers if k == "Expires"]
        fresh.body = request.body
        return fresh

    async def _repeat_until_heard(self, transaction: _Transaction) -> None:
        pause, waited = FIRST_REPEAT_SECONDS, 0.0
        while waited < SILENCE_SECONDS:
            self.send(transaction.request)
            try:
                await asyncio.wait_for(transaction.any.wait(), pause)
                return
            except TimeoutError:
                waited += pause
                pause = min(pause * 2, 4.0)
        raise NoReply(transaction.request.start)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            message = Message.parse(data)
        except NotSip:
            return
        if message.status:
            self._response(message)
        else:
            self._request(message)

    def _response(self, response: Message) -> None:
        transaction = self._transactions.get((response.branch, response.method))
        if transaction:
            transaction.feed(response)

    def _request(self, request: Message) -> None:
        dialog = self.dialogs.get(request.call_id)
        if dialog:
            dialog.requested(request)
        elif request.method == "INVITE":
            self.rung(request)
        elif request.method != "ACK":
            # Keep-alives and presence are answered whoever they mean.
            known = request.method in ("OPTIONS", "NOTIFY")
            code, reason = (200, "OK") if known else (481, "Call Does Not Exist")
            self.send(request.reply(code, reason, tag=token(), contact=self.contact))

    def rung(self, invite: Message) -> None:
        """A call comes in. Overridden by what can be called."""
        self.send(invite.reply(480, "Temporarily Unavailable", tag=token(), contact=self.contact))
