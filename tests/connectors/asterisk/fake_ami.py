"""A small AMI at the edge of the tests: says what Asterisk 22 says, or whatever a test wants said."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Action = dict[str, str]

ALL_RIGHTS = (
    "CoreShowChannels",
    "Status",
    "CoreSettings",
    "Originate",
    "Hangup",
    "Ping",
    "ListCommands",
    "BlindTransfer",
    "Atxfer",
)
CHALLENGE = "196567816"


def message(*lines: str) -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def channel(uniqueid: str, name: str, *, linkedid: str = "", duration: str = "00:00:10", state: str = "6") -> list[str]:
    """The lines of a CoreShowChannel."""
    return [
        "Event: CoreShowChannel",
        f"Channel: {name}",
        f"ChannelState: {state}",
        "CallerIDNum: 301",
        "Context: internal",
        "Exten: 302",
        f"Uniqueid: {uniqueid}",
        f"Linkedid: {linkedid or uniqueid}",
        "Application: Dial",
        f"Duration: {duration}",
        "BridgeId: ",
    ]


def newchannel(uniqueid: str, name: str = "PJSIP/301-00000001") -> bytes:
    return message(
        "Event: Newchannel",
        f"Channel: {name}",
        "ChannelState: 0",
        "CallerIDNum: 301",
        "CallerIDName: Agent 301",
        "Context: internal",
        "Exten: 302",
        f"Uniqueid: {uniqueid}",
        f"Linkedid: {uniqueid}",
    )


@dataclass
class FakeAmi:
    secret: str = "right"
    banner: bytes = b"Asterisk Call Manager/11.0.0\r\n"
    rights: Sequence[str] = ALL_RIGHTS
    channels: list[list[str]] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)  # actions that get no answer
    errors: dict[str, str] = field(default_factory=dict)  # action -> the text of its error
    before: dict[str, Callable[[], bytes]] = field(default_factory=dict)  # said before the answer to an action
    after: dict[str, Callable[[Action], bytes]] = field(default_factory=dict)  # said after it
    device_state: str = "NOT_INUSE"
    port: int = 0
    actions: list[Action] = field(default_factory=list)
    links: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        await asyncio.gather(*self._serving)

    def cut(self) -> None:
        """Every connection ends at once."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def say(self, *messages: bytes) -> None:
        for writer in self._writers:
            writer.write(b"".join(messages))

    def asked(self, name: str) -> list[Action]:
        return [action for action in self.actions if action["Action"] == name]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.current_task()
        assert serving is not None
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        self.links += 1
        self._writers.append(writer)
        try:
            writer.write(self.banner)
            while block := await reader.readuntil(b"\r\n\r\n"):
                action = dict(line.split(": ", 1) for line in block.decode().strip().split("\r\n"))
                self.actions.append(action)
                writer.write(self._answer(action))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    def _answer(self, action: Action) -> bytes:
        name = action["Action"]
        if name in self.silent:
            return b""
        before = self.before[name]() if name in self.before else b""
        after = self.after[name](action) if name in self.after else b""
        return before + self._reply(name, action) + after

    def _reply(self, name: str, action: Action) -> bytes:
        action_id = f"ActionID: {action['ActionID']}"
        if name in self.errors:
            return message("Response: Error", action_id, f"Message: {self.errors[name]}")
        if name == "Challenge":
            return message("Response: Success", action_id, f"Challenge: {CHALLENGE}")
        if name == "Login":
            return self._login(action, action_id)
        if name == "ListCommands":
            return message("Response: Success", action_id, *(f"{right}: x  (Priv: y)" for right in self.rights))
        if name == "Getvar":
            return message(
                "Response: Success", action_id, f"Variable: {action['Variable']}", f"Value: {self.device_state}"
            )
        if name == "CoreSettings":
            return message("Response: Success", action_id, "AsteriskVersion: 22.10.1")
        if name in ("CoreShowChannels", "Status", "BridgeList", "QueueStatus"):
            return self._list(name, action_id)
        return message("Response: Success", action_id, "Message: done")

    def _login(self, action: Action, action_id: str) -> bytes:
        key = hashlib.md5((CHALLENGE + self.secret).encode(), usedforsecurity=False).hexdigest()
        if action.get("Key") == key:
            return message("Response: Success", action_id, "Message: Authentication accepted")
        return message("Response: Error", action_id, "Message: Authentication failed")

    def _list(self, name: str, action_id: str) -> bytes:
        items = [[*lines[:1], action_id, *lines[1:]] for lines in self.channels] if name == "CoreShowChannels" else []
        end = message(f"Event: {name}Complete", action_id, "EventList: Complete", f"ListItems: {len(items)}")
        start = message("Response: Success", action_id, "EventList: start", "Message: will follow")
        return start + b"".join(message(*item) for item in items) + end
