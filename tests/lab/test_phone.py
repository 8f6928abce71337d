"""Phones of the lab, without an exchange."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from lab.phones.agent import NoReply
from lab.phones.phone import REGISTRATION_SECONDS, Phone


def test_a_phone_tells_again_where_it_is_before_the_exchange_forgets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    async def register(_phone: Phone, seconds: int) -> None:
        told.append(seconds)
        if len(told) == 1:
            raise NoReply("busy")

    async def stay() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(Phone("301", 5060).stay_registered(every=0.01), 0.5)

    monkeypatch.setattr(Phone, "_register", register)
    asyncio.run(stay())
    assert len(told) > 2
    assert set(told) == {REGISTRATION_SECONDS}
