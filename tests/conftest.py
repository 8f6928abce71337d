"""What holds for every test: nothing leaves the machine, and in CI nothing is left to chance or left out."""

from __future__ import annotations

import ipaddress
import itertools
import os
import sys
import time
from collections.abc import Generator, Iterator
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
import pytest_django
from hypothesis import HealthCheck, settings

IS_CI = bool(os.environ.get("CI"))

# The machine that tests may be busy: how long an example takes says nothing about the program.
settings.register_profile("developer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("developer"), derandomize=True, print_blob=True)
settings.load_profile("ci" if IS_CI else "developer")


class NetworkNotAllowed(AssertionError):
    """A test tried to reach something that is not on this machine."""


def is_on_this_machine(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        text = host.decode() if isinstance(host, bytes) else str(host)
        return ipaddress.ip_address(text.split("%")[0]).is_loopback
    except ValueError:
        return False


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: sees every connection of this process, whichever library makes it."""
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not is_on_this_machine(address[0]):
            raise NetworkNotAllowed(f"connect to {address[0]}")
    elif event == "socket.getaddrinfo" and not _is_number_or_local(arguments[0]):
        raise NetworkNotAllowed(f"look up {arguments[0]}")


def _is_number_or_local(host: object) -> bool:
    """Looking up a number sends nothing; the connection that follows is guarded itself."""
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return is_on_this_machine(host)
    return True


sys.addaudithook(_guard)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """In place of pytest-django's, which has every run begin with all migrations."""
    from django.test import TransactionTestCase

    from tests.databases import database_of_the_run, remove_rows

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, database_of_the_run():
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: remove_rows())
        # On a busy machine a job may take longer than a server would wait, and must not go on in the next test.
        patch.setattr("callcard.jobs.worker._STOP_SECONDS", 60.0)
        with django_db_blocker.block():
            yield


_hours_later = itertools.count(1)


@pytest.fixture(autouse=True)
def nothing_is_remembered_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of one test is gone in the next, within the seconds for which the product remembers what it read."""
    later = 3600.0 * next(_hours_later)
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + later)
    monkeypatch.setattr("callcard.kit.remembered.time", clock)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return _not_left_out(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return _not_left_out(report)


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def _not_left_out(report: Report) -> Report:
    """A developer's machine may lack a peer; in CI a test that was skipped has proven nothing, so it failed."""
    if IS_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report
