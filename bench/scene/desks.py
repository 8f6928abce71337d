"""Other people's desks: streams that are open and hear little. A process of its own, light.

python -m bench.scene.desks 8000 < session-keys      one a line; says "ready" when all are heard
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PATIENCE_SECONDS = 60.0


@contextmanager
def open_desks(port: int, sessions: Sequence[str]) -> Iterator[None]:
    """All streams are open while the block runs. Raises RuntimeError when one is refused."""
    command = [sys.executable, "-m", "bench.scene.desks", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write("\n".join(sessions))
        process.stdin.close()
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("not every desk could be opened")
        yield
        if process.poll() is not None:
            raise RuntimeError("desks lost their stream meanwhile")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def _listen(port: int, session: str, heard: asyncio.Event) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: sessionid={session}\r\n\r\n"
    writer.write(request.encode())
    await reader.readuntil(b"event: hello\n")
    heard.set()
    while await reader.read(65536):
        pass
    raise ConnectionError("the stream ended")


async def _listen_all(port: int, sessions: Sequence[str]) -> None:
    async with asyncio.TaskGroup() as desks:
        all_heard = []
        for session in sessions:
            all_heard.append(asyncio.Event())
            desks.create_task(_listen(port, session, all_heard[-1]))
        async with asyncio.timeout(PATIENCE_SECONDS):
            for heard in all_heard:
                await heard.wait()
        print("ready", flush=True)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    asyncio.run(_listen_all(int(sys.argv[1]), sys.stdin.read().split()))


if __name__ == "__main__":
    main()
