"""The look-up for those who run on the event loop: PBXs that wait for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, connection

from callcard.calls.screening.queries import look_up
from callcard.kit.remembered import Remembered
from callcard.staff.company import company
from callcard.telephony.callers import CallerTold

_region = Remembered(lambda: company().region)
# A thread of its own, with a connection that stays: pages that take long must not stand before a caller, and to open a
# database takes many times as long as to ask it.
_reader = ThreadPoolExecutor(1, thread_name_prefix="caller-look-up")
T = TypeVar("T")


async def look_up_soon(number: str) -> CallerTold:
    """In an office of the company's country. Raises DatabaseError when the database cannot be asked."""
    return await ask_soon(lambda: look_up_here(number))


def look_up_here(number: str) -> CallerTold:
    """As `look_up_soon`, for who is on that thread already."""
    return look_up(number, region=_region.get())


async def ask_soon(question: Callable[[], T]) -> T:
    """What `question` reads, on that thread."""
    return await asyncio.get_running_loop().run_in_executor(_reader, _asked, question)


async def let_go() -> None:
    """Of the connection; the next question opens another."""
    await asyncio.get_running_loop().run_in_executor(_reader, _close)


def _asked(question: Callable[[], T]) -> T:
    try:
        return question()
    except (DatabaseError, InterfaceError):  # the connection that stayed may be dead
        connection.close()
    try:
        return question()
    except BaseException:
        connection.close()
        raise


def _close() -> None:
    """Of this thread: which connection is meant is decided where it is asked for."""
    connection.close()
