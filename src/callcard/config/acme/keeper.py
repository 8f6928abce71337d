"""Beside the server: begins an attempt whenever one is due."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from callcard.config.acme.kept import read_state
from callcard.config.acme.wish import Wish

log = logging.getLogger(__name__)

# However an attempt ended, the next one begins no sooner.
_LEAST_SECONDS = 60.0
# A machine that slept, or a clock that was set, is noticed within an hour.
_MOST_SECONDS = 3600.0
_ATTEMPT_SECONDS = 600.0


async def keep(wish: Wish, host: str) -> None:
    """Until it is cancelled. `host`: the address on which Callcard listens."""
    while True:
        wait = (read_state(wish).is_due_at - datetime.now(UTC)).total_seconds()
        if wait > 0:
            await asyncio.sleep(min(wait, _MOST_SECONDS))
            continue
        await _begin(wish, host)
        await asyncio.sleep(_LEAST_SECONDS)


async def _begin(wish: Wish, host: str) -> None:
    told = json.dumps(asdict(wish) | {"folder": str(wish.folder), "host": host}).encode()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "callcard.config.acme"), stdin=asyncio.subprocess.PIPE
    )
    try:
        await asyncio.wait_for(process.communicate(told), _ATTEMPT_SECONDS)
    except TimeoutError:
        log.error("Asking for a certificate took more than %d seconds and was given up.", _ATTEMPT_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
