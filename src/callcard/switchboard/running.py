"""The switchboard of this process, for the pages, which run in other threads than it does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from callcard.switchboard.switchboard import Switchboard
from callcard.telephony.commands import Capability, Command, CommandRefused

EXECUTE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Running:
    switchboard: Switchboard
    loop: asyncio.AbstractEventLoop


_running: _Running | None = None


def announce(switchboard: Switchboard) -> None:
    """Call on the switchboard's event loop, when it runs."""
    global _running
    _running = _Running(switchboard, asyncio.get_running_loop())


def withdraw() -> None:
    global _running
    _running = None


def execute(pbx: str, command: Command) -> None:
    """Have a PBX do something and wait until it has begun. Raises CommandRefused. Not for the event loop itself."""
    if _running is None:
        raise CommandRefused("no_link")
    waiting = asyncio.run_coroutine_threadsafe(_running.switchboard.execute(pbx, command), _running.loop)
    try:
        waiting.result(EXECUTE_SECONDS)
    except TimeoutError:
        waiting.cancel()
        raise CommandRefused("unknown", "the PBX did not answer in time") from None


def capabilities(pbx: str) -> frozenset[Capability]:
    """What can be asked of this PBX; nothing of one that has no link in this process."""
    link = _running.switchboard.links.get(pbx) if _running else None
    return link.connector.capabilities if link else frozenset()


def dialler() -> str:
    """The PBX that places calls: the first that can, of those that are up if one is. Empty: there is none."""
    links = list(_running.switchboard.links.values()) if _running else []
    able = [link for link in links if Capability.DIAL in link.connector.capabilities]
    return next((link.pbx for link in sorted(able, key=lambda link: not link.is_up)), "")
