"""What is kept in the data folder, for its owner alone: the account's key, the certificate with its key, and how the
last attempt ended."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from callcard.config.acme.wish import Wish

_LONG_AGO = "2000-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class State:
    """`next_look`: before it nothing is asked (ISO 8601). `failures` in a row, the last of which was for `problem`.
    `told_to_wait`: whether `next_look` is the authority's own word. `is_of_this_authority`: the certificate
    came from here, for these names."""

    directory: str = ""
    names: tuple[str, ...] = ()
    next_look: str = _LONG_AGO
    failures: int = 0
    problem: str = ""
    told_to_wait: bool = False
    is_of_this_authority: bool = False

    @property
    def is_due_at(self) -> datetime:
        return datetime.fromisoformat(self.next_look)

    def in_future(self, moment: datetime, **changes: object) -> State:
        return replace(self, next_look=moment.isoformat(timespec="seconds"), **changes)  # type: ignore[arg-type]


def read_state(wish: Wish) -> State:
    """Of this very wish: what failed for others says nothing. What cannot be read is nothing."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        found = State(**json.loads(_state_file(wish).read_text("utf-8")))
        found = replace(found, names=tuple(found.names))
        _ = found.is_due_at  # a moment that is none
        if (found.directory, found.names) == (wish.directory, wish.names):
            return found
    return State(directory=wish.directory, names=wish.names)


def write_state(wish: Wish, state: State) -> None:
    write(_state_file(wish), json.dumps(asdict(state), indent=1).encode())


def forget_state(wish: Wish) -> None:
    _state_file(wish).unlink(missing_ok=True)


def _state_file(wish: Wish) -> Path:
    return wish.folder / "state.json"


def write(path: Path, content: bytes) -> None:
    """As a whole or not at all, and never for a moment readable by others."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


@contextlib.contextmanager
def alone(wish: Wish) -> Iterator[None]:
    """One attempt at a time, whoever makes it."""
    wish.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(wish.folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
