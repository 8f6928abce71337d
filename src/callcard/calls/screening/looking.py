"""The look-up for those who run on the event loop: PBXs that wait for an answer."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from callcard.calls.screening.queries import look_up
from callcard.kit.remembered import Remembered
from callcard.staff.company import company
from callcard.telephony.callers import CallerTold

_region = Remembered(lambda: company().region)
# Threads of its own: pages that take long must not stand before a caller.
_readers = ThreadPoolExecutor(2, thread_name_prefix="caller-look-up")


def look_up_here(number: str) -> CallerTold:
    """In an office of the company's country."""
    return look_up(number, region=_region.get())


async def look_up_soon(number: str) -> CallerTold:
    """As `look_up_here`. Raises DatabaseError when the database cannot be asked."""
    return await asyncio.get_running_loop().run_in_executor(_readers, _look_up_and_let_go, number)


def _look_up_and_let_go(number: str) -> CallerTold:
    try:
        return look_up_here(number)
    finally:
        connection.close()
