"""Real Asterisks, started once; and the whole product beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_django
from django.db import connections

from lab.asterisk.plan import PHONES, Plan
from lab.asterisk.run import Asterisk
from tests.databases import remove_rows
from tests.pbx.company import connect_pbx, found_company, user_of
from tests.pbx.playing import BY_LOCAL, Played, divide, play_all, sort_out
from tests.pbx.scenes import scene_plan
from tests.pbx.watching import Logged, Watcher, wait_for_links
from tests.stories.product import Desk, Product

LANES = 5


@pytest.fixture(scope="session")
def lanes() -> Iterator[list[Asterisk]]:
    """Asterisks with the lab's own plan, each for one flow at a time."""
    with ExitStack() as stack, ThreadPoolExecutor(LANES) as starters:
        asterisks = [Asterisk(Plan()) for _ in range(LANES)]
        for asterisk in asterisks:
            stack.callback(asterisk.close)
        list(starters.map(Asterisk.start, asterisks))
        yield asterisks


@pytest.fixture(scope="session")
def asterisk() -> Iterator[Asterisk]:
    """One on which many calls go on at once."""
    with Asterisk(scene_plan()) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Day:
    """Everything that was played, by the flow's name, and calls in the log that nobody made."""

    played: dict[str, Played]
    strays: list[Logged]


@pytest.fixture(scope="session")
def day(lanes: list[Asterisk], django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Day:
    """All flows, played once; the tests look at what came of them."""
    with django_db_blocker.unblock():
        try:
            return _live_through(lanes)
        finally:
            remove_rows()
            connections.close_all()


def _live_through(lanes: list[Asterisk]) -> Day:
    found_company()
    names = divide(LANES)
    for n, asterisk in enumerate(lanes):
        local: dict[str, Any] = {"dial_channel": "Local/{extension}@internal/n"} if names[n] == list(BY_LOCAL) else {}
        connect_pbx(f"lane-{n}", asterisk.plan.ami_port, **local)
    product = Product()
    product.start()
    try:
        wait_for_links(*(f"lane-{n}" for n in range(LANES)))
        with _everyone_watches(product) as watchers:
            played = asyncio.run(play_all(lanes, product))
            told = {user: watcher.stop() for user, watcher in watchers.items()}
        return Day(played, sort_out(played, told))
    finally:
        product.stop()


@contextmanager
def _everyone_watches(product: Product) -> Iterator[dict[str, Watcher]]:
    watchers = {}
    try:
        for user in map(user_of, PHONES):
            watchers[user] = Watcher(Desk(product.port, user).listen())
        yield watchers
    finally:
        for watcher in watchers.values():
            watcher.stop()
