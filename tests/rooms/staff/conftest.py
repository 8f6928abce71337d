from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcard.staff.directory.settings_row import forget_directory
from callcard.staff.sign_in.settings_row import forget_sign_in_settings
from callcard.staff.sign_in.standing import forget_standing
from callcard.staff.single_sign_on.settings_row import forget_provider
from lab.directory.run import Directory as Peer
from tests.rooms.staff.directory import use as use_directory
from tests.rooms.staff.provider import LyingProvider, lying_provider, use


@pytest.fixture
def provider() -> Iterator[LyingProvider]:
    with lying_provider() as peer:
        for forget in (forget_standing, forget_sign_in_settings, forget_provider):
            forget()
        use(peer)
        yield peer
        for forget in (forget_standing, forget_sign_in_settings, forget_provider):
            forget()


@pytest.fixture(scope="session")
def lab_directory() -> Iterator[Peer]:
    """A real slapd for all tests that only ask it."""
    with Peer() as peer:
        yield peer


@pytest.fixture
def directory(lab_directory: Peer) -> Iterator[Peer]:
    for forget in (forget_standing, forget_sign_in_settings, forget_provider, forget_directory):
        forget()
    use_directory(lab_directory)
    yield lab_directory
    for forget in (forget_standing, forget_sign_in_settings, forget_provider, forget_directory):
        forget()
