"""SIPp as a load: outside callers at a steady rate, and one program that answers for every static phone."""

from __future__ import annotations

import asyncio
import csv
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from lab.asterisk.pjsip import TRUNK_HEADER, TRUNK_HEADER_VALUE
from lab.asterisk.plan import Plan
from lab.phones.message import NotSip
from lab.ports import free_port
from lab.sipp.install import install

_SCENARIOS = Path(__file__).parent
# Every call went well; some did not.
_TOLD = (0, 1)


class LoadFailed(RuntimeError):
    """SIPp did not run; the text is what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """`seconds` is from the start of SIPp to its end."""

    calls: int
    succeeded: int
    failed: int
    seconds: float


class StaticPhones:
    """Context manager: all static phones of the plan ring for `ring_seconds` and are answered."""

    def __init__(self, plan: Plan, ring_seconds: float = 0.5) -> None:
        self._plan = plan
        self._ring_ms = max(1, int(ring_seconds * 1000))
        self._folder = tempfile.TemporaryDirectory(prefix="lab-sipp-")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> StaticPhones:
        scenario = _scenario("answer", Path(self._folder.name), RING_MS=str(self._ring_ms))
        command = [*install(), "-sf", str(scenario), *_place(self._plan.static_port), "-nostdin"]
        self._process = subprocess.Popen(
            command, cwd=self._folder.name, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            self._process.wait(0.3)
        except subprocess.TimeoutExpired:
            return self
        raise LoadFailed(self._process.stderr.read().decode() if self._process.stderr else "it ended at once")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            if self._process.stderr:
                self._process.stderr.close()
        self._folder.cleanup()


async def load(
    plan: Plan, calls: Sequence[tuple[str, str]], *, calls_per_second: float, talk_seconds: float = 1.0
) -> LoadResult:
    """Make each call (number, line) once. The far side of the trunk must be free. Raises LoadFailed."""
    with tempfile.TemporaryDirectory(prefix="lab-sipp-") as name:
        folder = Path(name)
        command = _caller(plan, folder, calls, calls_per_second, talk_seconds)
        began = asyncio.get_running_loop().time()
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            _, said = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        seconds = asyncio.get_running_loop().time() - began
        if process.returncode not in _TOLD or not (folder / "stat.csv").exists():
            raise LoadFailed(said.decode(errors="replace")[-1000:])
        return _result(folder / "stat.csv", seconds)


def _caller(plan: Plan, folder: Path, calls: Sequence[tuple[str, str]], rate: float, talk_seconds: float) -> list[str]:
    header = f"{TRUNK_HEADER}: {TRUNK_HEADER_VALUE}"
    scenario = _scenario("call", folder, HEADER=header, TALK_MS=str(int(talk_seconds * 1000)))
    (folder / "calls.csv").write_text(injection(calls), encoding="utf-8")
    # SIPp wants whole calls in a period: 9.7 calls/s are 97 in 10 s, spread evenly by -rp.
    return [
        *(*install(), f"127.0.0.1:{plan.sip_port}", "-sf", str(scenario), "-inf", str(folder / "calls.csv")),
        *("-m", str(len(calls)), "-r", "1", "-rp", f"{1000 / rate:.0f}", "-l", "5000"),
        *(*_place(plan.trunk_port), "-nostdin", "-trace_stat", "-stf", str(folder / "stat.csv"), "-fd", "1"),
    ]


def injection(calls: Sequence[tuple[str, str]]) -> str:
    """SIPp's injection file: a number and a line for each call. Raises NotSip for what would break a line."""
    for number, line in calls:
        if set(";\r\n") & set(number + line):
            raise NotSip(f"{number!r} {line!r}")
    return "SEQUENTIAL\n" + "".join(f"{number};{line}\n" for number, line in calls)


def _scenario(name: str, folder: Path, **values: str) -> Path:
    text = (_SCENARIOS / f"{name}.xml").read_text(encoding="utf-8")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    path = folder / f"{name}.xml"
    path.write_text(text, encoding="utf-8")
    return path


def _place(port: int) -> tuple[str, ...]:
    return ("-i", "127.0.0.1", "-p", str(port), "-mp", str(free_port()))


def _result(statistics: Path, seconds: float) -> LoadResult:
    with statistics.open(encoding="utf-8", newline="") as lines:
        *_, last = csv.DictReader(lines, delimiter=";")
    succeeded, failed = int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"])
    return LoadResult(calls=succeeded + failed, succeeded=succeeded, failed=failed, seconds=seconds)
