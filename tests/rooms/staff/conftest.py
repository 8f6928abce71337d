from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcard.staff.sign_in.settings_row import forget_sign_in_settings
from callcard.staff.sign_in.standing import forget_standing
from callcard.staff.single_sign_on.settings_row import forget_provider
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
