"""The reader of the log: what it must survive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from django.db import connection

from callcard.live.hub import QUEUE_SIZE, Hub, Message, Stream
from callcard.live.models import LiveEvent
from callcard.live.services import Tell, tell
from callcard.staff.models import User

T = TypeVar("T")

pytestmark = pytest.mark.django_db(transaction=True)


def plain(events: Sequence[LiveEvent]) -> list[Message | None]:
    if any(event.payload.get("bad") for event in events):
        raise KeyError("a card that cannot be drawn")
    return [Message(event.id, event.kind, event.payload) for event in events]


async def in_thread(function: Callable[[], T]) -> T:
    """Django's connections belong to threads; this one's must not outlive the test."""

    def and_close() -> T:
        try:
            return function()
        finally:
            connection.close()

    return await asyncio.to_thread(and_close)


async def somebody() -> User:
    return await in_thread(lambda: User.objects.create_user("anna"))


async def say(user: User, *payloads: dict[str, object]) -> None:
    await in_thread(lambda: tell([Tell(user_id=user.pk, kind="popup", payload=payload) for payload in payloads]))


async def test_one_event_that_cannot_be_shown_silences_no_other() -> None:
    user = await somebody()
    hub = Hub(plain, lambda _delivered: None)
    await hub.start()
    stream = hub.open(user.pk)
    try:
        await say(user, {"call": 1}, {"call": 2, "bad": True}, {"call": 3})
        await say(user, {"call": 4})
        heard = [await asyncio.wait_for(stream.queue.get(), 5) for _ in range(3)]
        assert [message.data["call"] for message in heard if message] == [1, 3, 4]
    finally:
        await hub.stop()


async def test_what_cannot_be_read_ahead_holds_up_no_event() -> None:
    def fails() -> None:
        raise KeyError("a card that cannot be read")

    user = await somebody()
    hub = Hub(plain, lambda _delivered: None, fails)
    await hub.start()
    stream = hub.open(user.pk)
    try:
        await say(user, {"call": 1})
        assert await asyncio.wait_for(stream.queue.get(), 0.9) is not None
    finally:
        await hub.stop()


async def test_what_is_told_right_after_the_start_is_delivered() -> None:
    user = await somebody()
    hub = Hub(plain, lambda _delivered: None)
    await hub.start()
    stream = hub.open(user.pk)
    try:
        await say(user, {"call": 7})
        message = await asyncio.wait_for(stream.queue.get(), 5)
        assert message is not None
        assert message.data == {"call": 7}
    finally:
        await hub.stop()
    assert await asyncio.wait_for(stream.queue.get(), 5) is None


async def test_a_browser_that_cannot_keep_up_is_sent_away_to_come_back() -> None:
    stream = Stream(1)
    for number in range(QUEUE_SIZE + 1):
        stream.put(Message(number, "popup", {}))
    assert stream.queue.qsize() == 1
    assert stream.queue.get_nowait() is None


async def test_everybody_hears_what_is_for_everybody_and_nothing_overtaken_is_taken_for_known() -> None:
    user = await somebody()
    hub = Hub(plain, lambda _delivered: None)
    await hub.start()
    streams = [hub.open(user_id) for user_id in (user.pk, *range(10_000, 10_024))]
    try:
        await in_thread(lambda: tell([Tell(user_id=None, kind="calls-changed")]))
        heard = [await asyncio.wait_for(stream.queue.get(), 5) for stream in streams]
        assert heard == [Message(0, "calls-changed", {})] * 25
    finally:
        await hub.stop()
