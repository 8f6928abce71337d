"""Why there is no link, in words an administrator can act on."""

from __future__ import annotations

import asyncio
import html
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from callcard.switchboard.models import LinkLog, Pbx
from callcard.switchboard.words import explain
from lab.asterisk.plan import LEAST, NO_RIGHTS, Manager, Plan
from lab.asterisk.run import Asterisk
from lab.exchange import CUSTOMER, Exchange
from lab.ports import free_port
from tests.pbx.company import ADMINISTRATOR, connect_pbx, found_company
from tests.pbx.watching import eventually, wait_until
from tests.stories.product import Desk, Product, words

pytestmark = [pytest.mark.pbx, pytest.mark.django_db(transaction=True)]

# May log in and list, but is told of no calls.
DEAF = Manager(name="deaf", secret="deaf", read="agent", write="originate,call,reporting")


@pytest.fixture
def asterisk_with_tls() -> Iterator[Asterisk]:
    plan = Plan(ami_tls_port=free_port())
    with Asterisk(replace(plan, managers=(*plan.managers, DEAF))) as running:
        yield running


@pytest.fixture
def mail_server() -> Iterator[int]:
    """Greets, but not as Asterisk does. Its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


EXPECTED = {
    "right": ("up", ""),
    "right-tls": ("up", ""),
    "wrong-secret": ("refused", "wrong_secret"),
    "no-such-user": ("refused", "wrong_secret"),
    "blind": ("refused", "no_permission"),
    "deaf": ("refused", "no_permission"),
    "web-server": ("down", "not_asterisk"),
    "silent": ("down", "not_asterisk"),
    "nobody": ("down", "unreachable"),
    "tls-on-plain": ("down", "no_tls"),
    "plain-on-tls": ("down", "needs_tls"),
    "untrusted": ("down", "tls"),
}


def test_each_reason_is_in_the_log_of_the_link_and_on_the_page(asterisk_with_tls: Asterisk, mail_server: int) -> None:
    found_company()
    _connect_all(asterisk_with_tls, mail_server)
    product = Product()
    product.start()
    try:
        wait_until(lambda: _reports().get("right") == ("up", ""), "the right link is up")
        asyncio.run(_call_once_the_deaf_listens(asterisk_with_tls))
        status, page = Desk(product.port, ADMINISTRATOR).get("/settings/why")
    finally:
        product.stop()
    assert status == 200
    page = words(html.unescape(page))
    for slug, (_, problem) in EXPECTED.items():
        assert f"PBX {slug}" in page
        if problem:
            assert explain(problem) in page
    assert "Asterisk 2" in LinkLog.objects.filter(pbx__slug="right-tls", state="up").latest("id").about


def _connect_all(asterisk: Asterisk, mail_server: int) -> None:
    plan, trusted = asterisk.plan, str(asterisk.certificate)
    plain, tls = plan.ami_port, plan.ami_tls_port
    connect_pbx("right", plain)
    connect_pbx("right-tls", tls, tls=True, ca_file=trusted)
    connect_pbx("wrong-secret", plain, replace(LEAST, secret="guessed"))
    connect_pbx("no-such-user", plain, replace(LEAST, name="nobody"))
    connect_pbx("blind", plain, NO_RIGHTS)
    connect_pbx("deaf", plain, DEAF)
    connect_pbx("web-server", plan.http_port)
    connect_pbx("silent", mail_server)
    connect_pbx("nobody", free_port())
    connect_pbx("tls-on-plain", plain, tls=True, ca_file=trusted, connect_timeout=2)
    connect_pbx("plain-on-tls", tls)
    connect_pbx("untrusted", tls, tls=True)


async def _call_once_the_deaf_listens(asterisk: Asterisk) -> None:
    """An account that is told nothing cannot be told from a quiet day, until there is a call."""
    await eventually(lambda: _reports().get("deaf") == ("up", ""), "the deaf account is in")
    async with Exchange(asterisk) as exchange:
        phone = await exchange.phone("301")
        caller = await exchange.outside_call(number=CUSTOMER)
        await phone.next_call()
        await eventually(lambda: _reports() == EXPECTED, "every link says how it is")
        await caller.cancel()


def _reports() -> dict[str, tuple[str, str]]:
    """By PBX: the last state of its link that is not a mere attempt."""
    found = {}
    for pbx in Pbx.objects.all():
        last = pbx.link_log.exclude(state="connecting").order_by("id").last()
        found[pbx.slug] = (last.state, last.problem) if last else ("", "")
    return found
