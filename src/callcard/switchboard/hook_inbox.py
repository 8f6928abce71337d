"""Keeps what telephone systems send, before anybody works on it, so that nothing is lost with the process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from callcard.calls.queries import calls_going_on
from callcard.switchboard.models import HookDelivery
from callcard.telephony.hooks import HookRequest, HookTold

KEPT = timedelta(days=7)
_NEVER_KEPT = frozenset({"cookie", "authorization", "proxy-authorization"})
_HEADERS_KEPT, _HEADER_LENGTH = 40, 500
# One thread with a connection that stays: to open a database takes longer than an answer may.
_writer = ThreadPoolExecutor(1, thread_name_prefix="hook-inbox")
T = TypeVar("T")


async def keep_soon(pbx: str, request: HookRequest, told: HookTold, problem: str = "") -> int | None:
    """As `keep`, on the inbox's thread. Raises DatabaseError when it could not be written."""
    return await soon(lambda: keep(pbx, request, told, problem))


async def soon(work: Callable[[], T]) -> T:
    """What `work` gives, on the inbox's thread."""
    return await asyncio.get_running_loop().run_in_executor(_writer, _done, work)


async def let_go() -> None:
    """Of the thread's connection; the next request opens another."""
    await asyncio.get_running_loop().run_in_executor(_writer, lambda: connection.close())


def keep(pbx: str, request: HookRequest, told: HookTold, problem: str = "") -> int | None:
    """The id of the row; None when this request was kept before. What tells of no call has nothing to wait for."""
    row = HookDelivery(
        pbx=pbx,
        key=told.key,
        call=told.notice.call if told.notice else "",
        received_at=request.received_at,
        headers=_kept(request),
        body=request.body,
        problem=problem[:200],
        is_told=told.notice is None,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    return int(row.pk)


def waiting(pbx: str) -> list[tuple[int, HookRequest]]:
    """What was kept and not told yet, with all else of the calls that go on, in the order in which it came."""
    going_on = [call.key for call in calls_going_on(pbx)]
    rows = HookDelivery.objects.filter(Q(is_told=False) | Q(call__in=going_on), pbx=pbx, problem="")
    return [(row.pk, _request(row)) for row in rows.order_by("pk")]


def note_told(ids: Collection[int]) -> None:
    HookDelivery.objects.filter(pk__in=ids).update(is_told=True)


def note_unreadable(pk: int, problem: str) -> None:
    HookDelivery.objects.filter(pk=pk).update(problem=problem[:200], is_told=True)


def forget_old() -> None:
    HookDelivery.objects.filter(received_at__lt=timezone.now() - KEPT, is_told=True).delete()


def _kept(request: HookRequest) -> dict[str, str]:
    wanted = [(name, value) for name, value in request.headers.items() if name not in _NEVER_KEPT]
    return {name[:_HEADER_LENGTH]: value[:_HEADER_LENGTH] for name, value in wanted[:_HEADERS_KEPT]}


def _request(row: HookDelivery) -> HookRequest:
    return HookRequest(body=bytes(row.body), received_at=row.received_at, headers=row.headers)


def _done(work: Callable[[], T]) -> T:
    try:
        return work()
    except DatabaseError:  # the connection that stayed may be dead
        connection.close()
    try:
        return work()
    except BaseException:
        connection.close()
        raise
