"""`callcard`, with a note of when each step of the way from the PBX to the browser was taken.

The program itself is not changed: its steps are wrapped from outside. At its end it writes the notes into the file
that CALLCARD_BENCH_STAMPS names. All times are time.monotonic_ns().
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

NOTES = "CALLCARD_BENCH_STAMPS"
_now = time.monotonic_ns
_notes: dict[str, list[Any]] = {
    "put": [],  # when changes were with the writer, when the bytes were read, [(call key, caller) that rings]
    "record": [],  # beginning, end, [call keys]
    "kept": [],  # for every change of a call that was written: when the bytes were read, end
    "read": [],  # beginning, end, [(event id, call id)]
    "render": [],  # beginning, end, [event id]
    "write": [],  # end, event id, when the bytes were read
    "waiting": [],  # AMI messages that had to wait, whenever that was more than ever before
    "lost": [],  # AMI messages given up
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcard.config.settings")
    import django

    django.setup()
    _wrap_switchboard()
    _wrap_live()
    from callcard.config.command import main as callcard

    callcard()


def _wrap_switchboard() -> None:
    from callcard.calls.recorder import CallRecorder
    from callcard.connectors.asterisk.intake import Intake
    from callcard.switchboard.writer import CallWriter
    from callcard.telephony.changes import SegmentRang

    def put(original: Callable[..., None], self: CallWriter, changes: Sequence[Any], *rest: Any) -> None:
        original(self, changes, *rest)
        rung = [(c.call.key, c.call.outside.number) for c in changes if isinstance(c, SegmentRang)]
        if rung:
            _notes["put"].append((_now(), rest[-1], rung))

    def record(original: Callable[..., None], self: CallRecorder, records: Sequence[Any]) -> None:
        began = _now()
        original(self, records)
        ended = _now()
        _notes["record"].append((began, ended, [r.call.key for r in records]))
        _notes["kept"] += [(r.received_ns, ended) for r in records if r.received_ns]

    def take(original: Callable[..., None], self: Intake, *arguments: Any) -> None:
        original(self, *arguments)
        if self._count > max(_notes["waiting"], default=0):
            _notes["waiting"].append(self._count)

    def overflow(original: Callable[..., None], self: Intake) -> None:
        original(self)
        _notes["lost"].append(self.lost)

    _wrap(CallWriter, "put_changes", put)
    _wrap(CallRecorder, "record", record)
    _wrap(Intake, "__call__", take)
    _wrap(Intake, "_overflow", overflow)


def _wrap_live() -> None:
    from callcard.config.asgi import office
    from callcard.config.office import Office
    from callcard.live import hub
    from callcard.live.door import LiveDoor

    def read(original: Callable[..., list[Any]], *arguments: Any) -> list[Any]:
        began = _now()
        events = original(*arguments)
        if events:
            ids = [(event.id, event.payload.get("call")) for event in events if event.kind == "popup"]
            _notes["read"].append((began, _now(), ids))
        return events

    def render(original: Callable[..., Any], events: Sequence[Any]) -> Any:
        began = _now()
        messages = original(events)
        _notes["render"].append((began, _now(), [message.id for message in messages if message]))
        return messages

    async def write(original: Callable[..., Any], self: LiveDoor, send: Any, message: Any) -> None:
        await original(self, send, message)
        _notes["write"].append((_now(), message.id, message.received_ns))

    async def stop(original: Callable[..., Any], self: Office) -> None:
        await original(self)
        _write_down()

    _wrap(hub, "events_after", read)
    _wrap(office.hub, "render", render)
    _wrap(LiveDoor, "_write_now", write)
    _wrap(Office, "stop", stop)


def _write_down() -> None:
    Path(os.environ[NOTES]).write_text(json.dumps(_notes), encoding="utf-8")


def _wrap(holder: Any, name: str, wrapper: Callable[..., Any]) -> None:
    original = getattr(holder, name)
    setattr(
        holder,
        name,
        functools.partialmethod(_call, wrapper, original)
        if isinstance(holder, type)
        else functools.partial(wrapper, original),
    )


def _call(self: Any, wrapper: Callable[..., Any], original: Callable[..., Any], *arguments: Any) -> Any:
    return wrapper(original, self, *arguments)


if __name__ == "__main__":
    main()
