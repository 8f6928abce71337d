"""The event log: nothing is lost, nothing is told of what was not committed."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from callcard.live import wakeup
from callcard.live.models import LiveEvent
from callcard.live.queries import REPLAY_AT_MOST, events_after, missed_events, newest_event_id
from callcard.live.services import Tell, forget_events, tell
from callcard.staff.models import User


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("mali")


def test_nothing_is_told_of_what_was_rolled_back(user: User) -> None:
    before = newest_event_id()
    with transaction.atomic():
        tell([Tell(user_id=user.pk, kind="popup", payload={"call": 1})])
        transaction.set_rollback(True)
    assert events_after(before) == []


@pytest.mark.django_db(transaction=True)
def test_readers_wake_only_after_the_commit() -> None:
    user = User.objects.create_user("mali")
    woken = threading.Event()
    wakeup.register(woken)
    try:
        with transaction.atomic():
            tell([Tell(user_id=user.pk, kind="popup")])
            assert not woken.is_set()
        assert woken.is_set()
    finally:
        wakeup.unregister(woken)


def test_replay_gives_each_user_only_their_own(user: User) -> None:
    other = User.objects.create_user("keo")
    tell([Tell(user_id=user.pk, kind="popup", payload={"call": 1})])
    since = newest_event_id()
    tell([Tell(user_id=user.pk, kind="popup", payload={"call": 2}), Tell(user_id=other.pk, kind="popup")])
    replay = missed_events(user.pk, since=since)
    assert replay.is_whole
    assert [event.payload for event in replay.events] == [{"call": 2}]


def test_replay_gives_the_newest_of_each_kind_that_was_for_everybody(user: User) -> None:
    tell([Tell(user_id=None, kind="calls-changed")])
    since = newest_event_id()
    tell([Tell(user_id=None, kind="calls-changed") for _ in range(REPLAY_AT_MOST + 1)])
    tell([Tell(user_id=user.pk, kind="popup", payload={"call": 2}), Tell(user_id=None, kind="calls-changed")])
    replay = missed_events(user.pk, since=since)
    assert replay.is_whole
    assert [(event.user_id, event.kind) for event in replay.events] == [(user.pk, "popup"), (None, "calls-changed")]


def test_too_old_too_much_or_from_the_future_means_load_anew(user: User) -> None:
    tell([Tell(user_id=user.pk, kind="popup") for _ in range(REPLAY_AT_MOST + 1)])
    oldest = events_after(0)[0].id
    assert missed_events(user.pk, since=oldest - 1).is_whole is False  # one more than is replayed
    assert missed_events(user.pk, since=oldest).is_whole is True
    assert missed_events(user.pk, since=newest_event_id() + 1).is_whole is False
    LiveEvent.objects.filter(id__lte=oldest + 5).delete()
    assert missed_events(user.pk, since=oldest).is_whole is False  # what it missed first is gone


def test_forgetting_keeps_the_newest_so_that_returning_browsers_know_where_they_are(user: User) -> None:
    tell([Tell(user_id=user.pk, kind="popup") for _ in range(3)])
    newest = newest_event_id()
    assert forget_events(before=timezone.now() + timedelta(seconds=1)) == 2
    assert newest_event_id() == newest
    assert missed_events(user.pk, since=newest).is_whole


@pytest.mark.django_db(transaction=True)
def test_ids_grow_in_the_order_of_commit() -> None:
    """A reader that reads on from its last id must never skip one that was written before and committed after."""
    users = [User.objects.create_user(f"user{n}") for n in range(4)]
    start = newest_event_id()
    stop = time.monotonic() + 1.0
    seen: list[int] = []

    def write(user: User) -> None:
        while time.monotonic() < stop:
            with transaction.atomic():
                tell([Tell(user_id=user.pk, kind="popup")])
                time.sleep(0.002)  # a commit that dawdles
        connection.close()

    def read() -> None:
        cursor = start
        while not written_all.is_set():
            for event in events_after(cursor):
                cursor = event.id
                seen.append(event.id)
        seen.extend(event.id for event in events_after(cursor))
        connection.close()

    written_all = threading.Event()
    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(user,)) for user in users]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    written_all.set()
    reader.join()
    written = list(LiveEvent.objects.filter(id__gt=start).order_by("id").values_list("id", flat=True))
    assert len(written) >= 8
    assert seen == written


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("waits", "said"), [(True, "on"), (False, "off")])
def test_only_what_is_known_anew_is_committed_without_the_disk(waits: bool, said: str) -> None:
    if connection.vendor != "postgresql":
        said = ""  # one setting for the whole database there
    user = User.objects.create_user("mali")
    with transaction.atomic():
        tell([Tell(user_id=user.pk, kind="popup")], waits_for_disk=waits)
        assert _synchronous_commit() == said
    assert _synchronous_commit() == (said and "on")


def _synchronous_commit() -> str:
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])
