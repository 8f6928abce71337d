"""Who calls, over HTTP: only with the key, and nothing is told without it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcard.api.caller_door import FAILURES_A_MINUTE, CallerDoor, _question, is_for_callers
from callcard.api.models import PbxKey
from callcard.api.services import renew_pbx_key
from callcard.calls.screening.looking import let_go
from callcard.calls.screening.services import block
from callcard.customers.services import create_customer
from callcard.staff.models import Company, Extension, User

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+8562055551234"


@pytest.fixture
def key() -> Iterator[PbxKey]:
    cache.clear()
    Company.objects.create(name="Mekong", region="LA")
    user = User.objects.create_user("mali", first_name="Mali")
    Extension.objects.create(number="301", user=user)
    create_customer(name='ບຸນມີ "B", Ltd', numbers=[NUMBER], responsible=user)
    yield PbxKey.objects.create(name="Office", token="s3cret")
    cache.clear()
    connection.close()


def scope(
    path: str, question: str = "", header: str = "", method: str = "GET", who: str = "10.0.0.7"
) -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": question.encode(),
        "headers": [(b"authorization", header.encode())] if header else [],
        "client": (who, 1),
    }


def ask(*arguments: Any, **named: Any) -> tuple[int, str]:
    sent: list[dict[str, Any]] = []

    async def run() -> None:
        async def send(message: Any) -> None:
            sent.append(dict(message))

        async def receive() -> dict[str, Any]:
            return {"type": "http.request"}

        await CallerDoor()(scope(*arguments, **named), receive, send)
        await let_go()
        await asyncio.get_running_loop().shutdown_default_executor()

    asyncio.run(run())
    return sent[0]["status"], sent[1]["body"].decode()


def test_a_pbx_with_its_key_is_told_name_and_extension(key: PbxKey) -> None:
    number = "number=" + quote(NUMBER)
    line = '0,301,ບຸນມີ "B", Ltd'
    assert ask(f"/pbx/{key.pk}-s3cret/lookup", number) == (200, line)
    assert ask("/pbx/lookup", number, f"Bearer {key.pk}-s3cret") == (200, line)
    assert ask("/pbx/lookup", f"number={NUMBER}", f"bearer {key.pk}-s3cret") == (200, line)  # its plus not escaped
    _status, text = ask("/pbx/lookup", number + "&format=json", f"Bearer {key.pk}-s3cret")
    assert json.loads(text) == {"kind": "known", "name": 'ບຸນມີ "B", Ltd', "extension": "301", "blocked": False}
    block(number=NUMBER, key=NUMBER, by=None)
    assert ask("/pbx/lookup", number, f"Bearer {key.pk}-s3cret") == (200, '1,301,ບຸນມີ "B", Ltd')
    assert ask("/pbx/lookup", number, f"Bearer {key.pk}-s3cret", method="HEAD") == (200, "")
    key.refresh_from_db()
    assert key.asked_at is not None


def test_nothing_is_told_without_the_key(key: PbxKey, caplog: pytest.LogCaptureFixture) -> None:
    number = "number=" + quote(NUMBER)
    wrong = ["", "s3cret", f"{key.pk}-", f"{key.pk}-s3cre", f"{key.pk + 1}-s3cret", "-", "x-y", f"{key.pk}-s3crét"]
    with caplog.at_level(logging.DEBUG):
        for each in [*wrong, "9" * 30 + "-s3cret", "²-s3cret"]:
            assert ask("/pbx/lookup", number, f"Bearer {each}") == (404, ""), each
    assert "s3cret" not in caplog.text
    assert ask("/pbx/lookup", number) == (404, "")
    assert ask(f"/pbx/{key.pk}-s3cret/lookup", number, method="POST") == (405, "")


def test_a_key_is_taken_back_switched_off_and_bound_to_a_network(key: PbxKey) -> None:
    path = f"/pbx/{key.pk}-s3cret/lookup"
    PbxKey.objects.update(networks="192.168.1.10")
    assert ask(path)[0] == 404
    assert ask(path, who="192.168.1.10") == (200, "0,,")
    PbxKey.objects.update(networks="", is_enabled=False)
    assert ask(path)[0] == 404
    PbxKey.objects.update(is_enabled=True)
    assert ask(path)[0] == 200
    renew_pbx_key(key=key)
    assert ask(path)[0] == 404


def test_who_guesses_is_slowed_down_and_others_are_not(key: PbxKey) -> None:
    for _ in range(FAILURES_A_MINUTE + 1):
        assert ask("/pbx/lookup", who="10.9.9.9")[0] == 404
    path = f"/pbx/{key.pk}-s3cret/lookup"
    assert ask(path, who="10.9.9.9")[0] == 429
    assert ask(path, who="10.9.9.8")[0] == 200


@pytest.mark.parametrize("number", ["%00", "%ff%fe", "anonymous", "a" * 3000, "%0d%0aX", "'%20OR%201=1", "&&&=%"])
def test_odd_numbers_are_nobodys(key: PbxKey, number: str) -> None:
    assert ask(f"/pbx/{key.pk}-s3cret/lookup", f"number={number}") == (200, "0,,")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_question_breaks_the_reading(question: bytes) -> None:
    assert len(_question({"query_string": question}).get("number", "")) <= 255


def test_only_its_own_addresses_go_to_the_door() -> None:
    assert [is_for_callers({"path": p}) for p in ("/pbx/lookup", "/pbx/1-x/lookup")] == [True, True]
    assert [is_for_callers({"path": p}) for p in ("/pbx/a/b/lookup", "/pbx/lookup/", "/x/pbx/lookup", "/pbx/")] == [
        *(False, False, False, False)
    ]


def test_the_administrator_makes_and_renews_a_key() -> None:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(
        User.objects.create_user("anna", role="administrator"), "django.contrib.auth.backends.ModelBackend"
    )
    assert client.post("/settings/pbx-keys/new", {"name": "Office", "networks": "nonsense"}).status_code == 422
    client.post("/settings/pbx-keys/new", {"name": "Office", "is_enabled": "on"})
    key = PbxKey.objects.get()
    shown = client.get(f"/settings/pbx-keys/{key.pk}").content.decode()
    assert len(key.token) == 32
    assert f"/pbx/{key.pk}-{key.token}/lookup?number=" in shown
    client.post(f"/settings/pbx-keys/{key.pk}/renew")
    assert PbxKey.objects.get().token != key.token
    assert b"Office" in client.get("/settings/pbx-keys").content
    client.post(f"/settings/pbx-keys/{key.pk}/remove")
    assert not PbxKey.objects.exists()
