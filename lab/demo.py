"""A company's telephones for a demonstration: a real Asterisk, customers who call, phones that answer.

python -m lab.demo --ami-port 5038 --numbers-file numbers.txt --extensions 301,302 --lines +85621000100
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lab.asterisk.pjsip import web_secret
from lab.asterisk.plan import LEAST, MAIN_LINE, Manager, Plan
from lab.asterisk.records import custom_file
from lab.asterisk.run import Asterisk
from lab.phones.auto import Habits, People
from lab.phones.phone import Phone, Trunk
from lab.ports import free_port

GROUP = "610"


class DemoExchange:
    """`numbers` call the `lines` every few seconds; every line rings all `extensions`, one of which answers.

    `ami_port` and `manager` are what a program connects to; the manager has the least rights. `web_phones` ring with
    all the others once somebody's browser has registered them.
    """

    manager: Manager = LEAST

    def __init__(
        self,
        base_dir: Path,
        numbers: Sequence[str],
        extensions: Sequence[str],
        lines: Sequence[str] = (MAIN_LINE,),
        *,
        ami_port: int = 0,
        names: dict[str, str] | None = None,
        web_phones: Sequence[str] = (),
        habits: Habits | None = None,
        seed: int | None = None,
    ) -> None:
        if not numbers or not extensions or not lines:
            raise ValueError("a demo needs numbers, extensions and lines")
        self.numbers, self.extensions, self.lines = tuple(numbers), tuple(extensions), tuple(lines)
        self.ready = asyncio.Event()
        self._people = People(habits or Habits(), seed)
        plan = Plan(
            phones=self.extensions,
            static_phones=(),
            web_phones=tuple(web_phones),
            names=names or {},
            rings={GROUP: (*self.extensions, *web_phones)},
            queues={"710": self.extensions},
            lines=self._targets(),
            shown_number=self.lines[0],
            keeps_records=True,
        )
        self.plan = replace(plan, ami_port=ami_port or free_port())
        self._base = base_dir

    @property
    def ami_port(self) -> int:
        return self.plan.ami_port

    @property
    def records(self) -> Path:
        """The file in which Asterisk writes its calls down."""
        return custom_file(self._base)

    async def run(self) -> None:
        """Start everything, set `ready`, and go on until cancelled. Raises PeerMissing."""
        self._base.mkdir(parents=True, exist_ok=True)
        asterisk = await asyncio.to_thread(Asterisk, self.plan, self._base)
        trunk = Trunk(self.plan.sip_port)
        phones: list[Phone] = []
        staying: list[asyncio.Task[None]] = []
        try:
            await asyncio.to_thread(asterisk.start)
            self.records.touch()  # it makes the file with the first call; until then Callcard would complain
            trunk.behaviour = self._people.customer
            await trunk.open(self.plan.trunk_port)
            phones += [await self._phone(extension) for extension in self.extensions]
            staying += [asyncio.create_task(phone.stay_registered()) for phone in phones]
            self.ready.set()
            await self._people.keep_calling(trunk, self.lines, self.numbers)
        finally:
            self._people.stop()
            for task in staying:
                task.cancel()
            for agent in (trunk, *phones):
                agent.close()
            asterisk.close()

    async def _phone(self, extension: str) -> Phone:
        phone = Phone(extension, self.plan.sip_port)
        phone.behaviour = self._people.agent
        return await phone.open()

    def _targets(self) -> dict[str, str]:
        """The first line rings everybody, the second is a queue, each further one a phone of its own."""
        own = {line: self.extensions[n % len(self.extensions)] for n, line in enumerate(self.lines)}
        shared = dict(zip(self.lines, (GROUP, "710"), strict=False))
        return {**own, **shared}


async def _run(exchange: DemoExchange) -> None:
    task = asyncio.create_task(exchange.run())
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, task.cancel)
    ready = asyncio.create_task(exchange.ready.wait())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    if ready.done():
        user = exchange.manager
        for number in exchange.plan.web_phones:
            sys.stdout.write(f"WEB {exchange.plan.web_address} {number} {web_secret(number)}\n")
        sys.stdout.write(f"RECORDS {exchange.records}\n")
        sys.stdout.write(f"AMI 127.0.0.1:{exchange.ami_port} user {user.name} secret {user.secret}\n")
        sys.stdout.flush()
    ready.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ami-port", type=int, default=0, help="a free one when not given")
    parser.add_argument("--numbers-file", type=Path, required=True, help="callers, one number a line")
    parser.add_argument("--extensions", default="301,302,303")
    parser.add_argument("--lines", default=MAIN_LINE)
    parser.add_argument("--web-phones", default="", help="extensions of telephones in browsers")
    parser.add_argument("--base", type=Path, default=Path("var/asterisk"), help="configuration, logs, recordings")
    given = parser.parse_args()
    numbers = [line.strip() for line in given.numbers_file.read_text(encoding="utf-8").splitlines() if line.strip()]
    exchange = DemoExchange(
        given.base.resolve(),
        numbers,
        given.extensions.split(","),
        given.lines.split(","),
        ami_port=given.ami_port,
        web_phones=[number for number in given.web_phones.split(",") if number],
    )
    asyncio.run(_run(exchange))


if __name__ == "__main__":
    main()
