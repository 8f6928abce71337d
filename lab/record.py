"""Record what Asterisk says on its manager interface during a flow.

    python -m lab.record [--manager NAME] FOLDER [FLOW ...]

Each flow gives FOLDER/<flow>.raw and a line in FOLDER/truth.json. The moments named in RESYNCS
give FOLDER/resync_<moment>.raw: a connection opened in the middle of a call, the
lists it asked for, then the rest of the call.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.ami import Ami
from lab.asterisk.plan import Manager
from lab.asterisk.run import Asterisk
from lab.exchange import Exchange
from lab.flows.catalogue import FLOWS, Flow
from lab.flows.truth import Truth

FLOW_SECONDS = 40.0
README = """# What Asterisk {version} said

Manager streams of real calls to the manager user `{manager}`, bytes as they came. Made by
`python -m lab.record --manager {manager} {folder}`; `truth.json` tells what the phones measured.
A `resync_` stream begins with the login of a connection opened in the middle of the call, then the lists it
asked for (CoreShowChannels, Status, BridgeList and a BridgeInfo for each, QueueStatus), then
the rest of the call. The stream of `crm` also answers the actions of click-to-call; others ask nothing.

"""
LISTS = ("CoreShowChannels", "Status", "BridgeList", "QueueStatus")


@dataclass(frozen=True, slots=True)
class Resync:
    """A late connection at the first such moment of a flow."""

    flow: str
    moment: str


RESYNCS = {
    "resync_ringing": Resync("answered", "ringing"),
    "resync_talking": Resync("answered", "talking"),
    "resync_hold": Resync("hold_to_the_end", "hold"),
    "resync_queue_ringing": Resync("queue", "ringing"),
    "resync_queue_waiting": Resync("queue_waiting", "waiting"),
    "resync_queue_talking": Resync("queue", "talking"),
    "resync_ring_group": Resync("ring_group", "ringing"),
    "resync_two_calls": Resync("two_calls", "talking"),
    "resync_outbound": Resync("outbound", "talking"),
    "resync_consulting": Resync("attended", "consulting"),
    "resync_forward_also": Resync("forward_also", "ringing"),
    "resync_button_local": Resync("button_local", "talking"),
}


async def record(asterisk: Asterisk, flow: Flow, manager: Manager) -> tuple[bytes, Truth]:
    """The bytes from the first event of the flow to the last."""
    async with Exchange(asterisk) as exchange:
        tap = exchange.ami
        if manager != asterisk.plan.managers[0]:
            tap = await Ami().connect(asterisk.plan.ami_port, manager.name, manager.secret)
        await tap.quiet()
        tap.taken.clear()
        truth = await asyncio.wait_for(flow(exchange), FLOW_SECONDS)
        await exchange.idle()
        await tap.quiet()
        taken = bytes(tap.taken)
        if tap is not exchange.ami:
            await tap.close()
        return taken, truth


class _Late:
    """Connects at a moment, asks for everything, and listens on."""

    def __init__(self, asterisk: Asterisk, moment: str, manager: Manager) -> None:
        self._plan, self._moment, self._manager = asterisk.plan, moment, manager
        self.ami: Ami | None = None

    async def __call__(self, moment: str) -> None:
        if moment != self._moment or self.ami:
            return
        self.ami = await Ami().connect(self._plan.ami_port, self._manager.name, self._manager.secret)
        for action in LISTS:
            for item in await self.ami.ask(action):
                if item.get("event") == "BridgeListItem":
                    await self.ami.ask("BridgeInfo", BridgeUniqueid=item["bridgeuniqueid"])


async def record_resync(asterisk: Asterisk, resync: Resync, manager: Manager) -> tuple[bytes, Truth]:
    """The bytes of a connection opened in the middle, from its login on."""
    late = _Late(asterisk, resync.moment, manager)
    async with Exchange(asterisk, on_moment=late) as exchange:
        truth = await asyncio.wait_for(FLOWS[resync.flow](exchange), FLOW_SECONDS)
        assert late.ami, f"{resync.flow} has no moment {resync.moment}"
        await exchange.idle()
        await late.ami.quiet()
        await late.ami.close()
        return bytes(late.ami.taken), truth


async def record_all(folder: Path, names: Iterable[str], manager_name: str) -> None:
    """Record these; what was recorded before under other names stays."""
    index = folder / "truth.json"
    truths = json.loads(index.read_text(encoding="utf-8")) if index.exists() else {}
    with Asterisk() as asterisk:
        manager = next(m for m in asterisk.plan.managers if m.name == manager_name)
        for name in names:
            raw, truth = await _one(asterisk, name, manager)
            (folder / f"{name}.raw").write_bytes(raw)
            truths[name] = asdict(truth)
            sys.stdout.write(f"{name}: {len(raw)} bytes, {raw.count(b'Event: ')} events. {truth.story}\n")
            sys.stdout.flush()
            text = json.dumps(truths, indent=1, ensure_ascii=False, sort_keys=True)
            index.write_text(f"{text}\n", encoding="utf-8")
    version = ".".join(map(str, asterisk.installed.version))
    head = README.format(version=version, manager=manager_name, folder=folder)
    (folder / "README.md").write_text(head + listing(truths), encoding="utf-8")


def listing(truths: dict[str, Any]) -> str:
    """A line of Markdown for each flow."""
    return "".join(_line(name, truth) for name, truth in sorted(truths.items()))


def _line(name: str, truth: dict[str, Any]) -> str:
    times = (
        f"{call['outcome']}{' by ' + call['answered_by'] if call['answered_by'] else ''}:"
        f" ring {call['ring_seconds']}, talk {call['talk_seconds']}, hold {call['hold_seconds']} s"
        for call in truth["calls"]
    )
    late = f' Connected at the moment "{RESYNCS[name].moment}".' if name in RESYNCS else ""
    return f"* `{name}`: {truth['story']}{late} {'; '.join(times)}.\n"


async def _one(asterisk: Asterisk, name: str, manager: Manager) -> tuple[bytes, Truth]:
    if name in RESYNCS:
        return await record_resync(asterisk, RESYNCS[name], manager)
    return await record(asterisk, FLOWS[name], manager)


def main() -> None:
    everything = [*FLOWS, *RESYNCS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("flow", nargs="*", help=f"all when none is given: {', '.join(everything)}")
    parser.add_argument("--manager", default="crm", help="the manager user that listens")
    given = parser.parse_args()
    unknown = set(given.flow) - set(everything)
    if unknown:
        parser.error(f"no such flow: {', '.join(sorted(unknown))}")
    given.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(record_all(given.folder, given.flow or everything, given.manager))


if __name__ == "__main__":
    main()
