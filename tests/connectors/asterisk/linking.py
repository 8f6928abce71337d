"""A connector that runs against a pretended Asterisk."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator

from callcard.connectors.asterisk.connector import AsteriskConnector
from callcard.connectors.asterisk.options import AsteriskOptions
from callcard.telephony.connector import LinkState
from tests.connectors.asterisk.fake_ami import FakeAmi
from tests.connectors.recorder import Recorder


@contextlib.asynccontextmanager
async def linked(
    ami: FakeAmi, *, tls: ssl.SSLContext | None = None, tls_options: dict[str, object] | None = None, **options: object
) -> AsyncIterator[tuple[AsteriskConnector, Recorder]]:
    """A connector that runs against `ami`; its waits are short."""
    if not ami.port:
        await ami.start(tls)
    quick: dict[str, object] = {
        "ping_interval": 0.05,
        "answer_timeout": 2.0,
        "refused_retry": 0.05,
        "dial_timeout": 1.0,
    }
    settings = {"port": ami.port, "secret": "right", **quick, **options, **(tls_options or {})}
    connector, sink = AsteriskConnector(AsteriskOptions(**settings)), Recorder()  # type: ignore[arg-type]
    task = asyncio.create_task(connector.run(sink))
    try:
        yield connector, sink
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await ami.stop()


def is_up(sink: Recorder) -> bool:
    return bool(sink.reports) and sink.reports[-1].state is LinkState.UP
