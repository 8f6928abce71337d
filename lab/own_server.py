"""What throw-away database servers have in common: a folder, a port and a user of their own, and an end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

from lab.ports import free_port

START_SECONDS = 30.0


class OwnServer:
    """Context manager: the server runs inside the block, and nothing of it is left behind."""

    ends_with = signal.SIGTERM

    def __init__(self, *, folder: str, users: tuple[str, ...]) -> None:
        """`folder`: what the name of its folder begins with. `users`: as the first of them it runs if we are root,
        which such servers refuse to be."""
        self.folder = Path(tempfile.mkdtemp(prefix=folder))
        self.port = free_port()
        self._user = _first_of(users) if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.begin()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self) -> None:
        """Make it and wait until it answers. Raises PeerMissing."""
        raise NotImplementedError

    def stop(self) -> None:
        process, self._process = self._process, None
        if process:
            process.send_signal(self.ends_with)
            process.wait(60)

    def close(self) -> None:
        """Stop it and remove everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _as_its_user(self) -> dict[str, Any]:
        """For subprocess: where and as whom its programs run."""
        group = pwd.getpwnam(self._user).pw_gid if self._user else None
        return {"cwd": self.folder, "user": self._user, "group": group, "extra_groups": [] if self._user else None}

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]


def _first_of(users: tuple[str, ...]) -> str | None:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in users if name in names), None)
