"""Keeps what telephone systems send, before anybody works on it, so that nothing is lost with the process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TypeAlias, TypeVar

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


_Kept: TypeAlias = "asyncio.Future[int | None]"


class Inbox:
    """What comes while the thread writes is written together afterwards: a commit costs much more than a row in it."""

    def __init__(self) -> None:
        self._waiting: list[tuple[HookDelivery, _Kept]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, pbx: str, request: HookRequest, told: HookTold, problem: str = "") -> int | None:
        """The id of the row; None when this request was kept before. Raises DatabaseError when it cannot be written."""
        kept: _Kept = asyncio.get_running_loop().create_future()
        self._waiting.append((_row(pbx, request, told, problem), kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await kept

    async def _write(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            rows = [row for row, _ in taken]
            try:
                ids = await soon(partial(keep_all, rows))
            except Exception as error:
                _answer([(kept, error) for _, kept in taken])
            else:
                _answer([(kept, pk) for (_, kept), pk in zip(taken, ids, strict=True)])


def _answer(found: Sequence[tuple[_Kept, int | Exception | None]]) -> None:
    """Whoever went away meanwhile waits for nothing."""
    for kept, result in found:
        if kept.done():
            continue
        if isinstance(result, Exception):
            kept.set_exception(result)
        else:
            kept.set_result(result)


async def soon(work: Callable[[], T]) -> T:
    """What `work` gives, on the inbox's thread."""
    return await asyncio.get_running_loop().run_in_executor(_writer, _done, work)


async def let_go() -> None:
    """Of the thread's connection; the next request opens another."""
    await asyncio.get_running_loop().run_in_executor(_writer, lambda: connection.close())


def keep_all(rows: Sequence[HookDelivery]) -> list[int | None]:
    """Their ids, in one transaction; None for one whose key is there. May be tried again."""
    for row in rows:
        row.pk = None
    try:
        with transaction.atomic():
            return _insert(rows)
    except IntegrityError:  # another process was given one of them at the same time
        if len(rows) == 1:
            return [None]
        return [pk for row in rows for pk in keep_all([row])]


def _insert(rows: Sequence[HookDelivery]) -> list[int | None]:
    keys = {row.key for row in rows}
    there = set(HookDelivery.objects.filter(key__in=keys).values_list("pbx", "key"))
    new: dict[tuple[str, str], HookDelivery] = {}
    for row in rows:
        if (row.pbx, row.key) not in there:
            new.setdefault((row.pbx, row.key), row)
    HookDelivery.objects.bulk_create(new.values())
    return [row.pk if new.get((row.pbx, row.key)) is row else None for row in rows]


def _row(pbx: str, request: HookRequest, told: HookTold, problem: str) -> HookDelivery:
    """What tells of no call has nothing to wait for."""
    return HookDelivery(
        pbx=pbx,
        key=told.key,
        call=told.notice.call if told.notice else "",
        received_at=request.received_at,
        headers=_kept(request),
        body=request.body,
        problem=problem[:200],
        is_told=told.notice is None,
    )


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
