from __future__ import annotations

import pytest

from callcard.switchboard import running
from tests.rooms.switchboard.fake_pbx import FakePbx


@pytest.fixture
def pbx(monkeypatch: pytest.MonkeyPatch) -> FakePbx:
    fake = FakePbx()
    monkeypatch.setattr(running, "execute", fake.execute)
    monkeypatch.setattr(running, "dialler", lambda: "office")
    monkeypatch.setattr(running, "capabilities", lambda pbx: fake.able)
    return fake
