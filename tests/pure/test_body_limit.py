"""A body that is too big is refused before it is read."""

from __future__ import annotations

from typing import Any

import pytest

from callcard.config.body_limit import with_body_limit

MOST = 1000


async def _answer(path: str, chunks: list[bytes], said: int | None) -> tuple[int, int]:
    """(status, bytes that were taken from the browser)."""
    sent: list[dict[str, Any]] = []
    waiting, taken = list(chunks), 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        chunk = waiting.pop(0)
        taken += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def pages(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    headers = [(b"content-length", str(said).encode())] if said is not None else []
    scope = {"type": "http", "path": path, "headers": headers}
    await with_body_limit(pages, path="/upload", most=MOST)(scope, receive, send)
    return sent[0]["status"], taken


@pytest.mark.parametrize(
    ("path", "size", "said", "answer"),
    [
        ("/upload", 1000, 1000, (200, 1000)),
        ("/upload", 5000, 5000, (413, 0)),
        ("/upload", 5000, None, (413, 1100)),
        ("/upload", 5000, 10, (413, 1100)),
        ("/else", 5000, 5000, (200, 5000)),
    ],
)
async def test_too_much_is_refused(path: str, size: int, said: int | None, answer: tuple[int, int]) -> None:
    chunks = [b"x" * 100] * (size // 100)
    assert await _answer(path, chunks, said) == answer
