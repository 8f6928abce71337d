"""The dial plans of docs/admin/caller-names.md, tried: the manager's phone rings first and shows the name, who is
blocked never gets through, and without Callcard, or with one that is frozen, calls go on as ever."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcard.api.models import PbxKey
from callcard.calls.screening.services import block
from callcard.customers.models import Customer
from callcard.staff.models import User
from lab.asterisk.plan import Plan
from lab.asterisk.run import Asterisk
from lab.exchange import CUSTOMER, OTHER_CUSTOMER, Exchange, ended
from lab.phones.dialog import Incoming
from lab.ports import free_port
from tests.pbx.company import KNOWN, PBX, connect_pbx, found_company, user_of
from tests.pbx.watching import wait_for_links, wait_until
from tests.stories.product import Product

pytestmark = [pytest.mark.pbx, pytest.mark.django_db(transaction=True)]

PAGE = Path(__file__).parents[2] / "docs" / "admin" / "caller-names.md"
NAMES_PORT, HTTP_PORT = free_port(), free_port()
LINE, MANAGER = "301", "302"
SECRET = "s3cret"


def contexts(key: int) -> list[str]:
    """Those of the page, with the addresses of this test and a second of ringing instead of fifteen."""
    found = re.findall(r"```ini\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names = {"127.0.0.1:4573": f"127.0.0.1:{NAMES_PORT}", "127.0.0.1:8000": f"127.0.0.1:{HTTP_PORT}", ",15)": ",1)"}
    for written, here in (names | {"KEY": f"{key}-{SECRET}"}).items():
        found = [context.replace(written, here) for context in found]
    return found


@pytest.fixture(params=["FastAGI", "HTTP"])
def asterisk_that_asks(request: pytest.FixtureRequest) -> Iterator[Asterisk]:
    by_agi, by_http = contexts(1)
    with Asterisk(Plan(first=by_agi if request.param == "FastAGI" else by_http)) as running:
        yield running


@pytest.fixture
def product(asterisk_that_asks: Asterisk) -> Iterator[Product]:
    found_company((LINE, MANAGER))
    Customer.objects.filter(name=KNOWN).update(responsible=User.objects.get(username=user_of(MANAGER)))
    block(number=OTHER_CUSTOMER, key=OTHER_CUSTOMER, by=None)
    PbxKey.objects.create(pk=1, name="Office", token=SECRET)
    connect_pbx(PBX, asterisk_that_asks.plan.ami_port, agi_address=f"127.0.0.1:{NAMES_PORT}")
    product = Product(HTTP_PORT)
    product.start()
    try:
        wait_for_links(PBX)
        yield product
    finally:
        if product._thread.is_alive():
            product.stop()


def shown_name(call: Incoming) -> str:
    return call.invite.get("from").partition("<")[0].strip().strip('"')


def test_the_manager_rings_first_the_blocked_never_and_without_us_everybody(
    asterisk_that_asks: Asterisk, product: Product
) -> None:
    async def run() -> None:
        async with Exchange(asterisk_that_asks) as exchange:
            line, manager = await exchange.phones(LINE, MANAGER)
            caller = await exchange.outside_call(number=CUSTOMER, name="Of the network")
            first = await asyncio.wait_for(manager.next_call(), 20)
            assert (shown_name(first), line.incoming.empty()) == (KNOWN, True)
            then = await asyncio.wait_for(line.next_call(), 20)
            assert shown_name(then) == KNOWN
            await caller.cancel()
            await exchange.idle()

            caller = await exchange.outside_call(number=OTHER_CUSTOMER)
            await ended(caller)
            assert (caller.status, line.incoming.empty(), manager.incoming.empty()) == (486, True, True)

            await asyncio.to_thread(product.stop)
            caller = await exchange.outside_call(number=CUSTOMER, name="Of the network")
            unasked = await asyncio.wait_for(line.next_call(), 20)
            assert (shown_name(unasked), manager.incoming.empty()) == ("Of the network", True)
            await caller.cancel()
            await exchange.idle()

            with socket.create_server(("127.0.0.1", NAMES_PORT)), socket.create_server(("127.0.0.1", HTTP_PORT)):
                caller = await exchange.outside_call(number=CUSTOMER)  # taken, and never answered
                await asyncio.wait_for(line.next_call(), 5)
                await caller.cancel()
                await exchange.idle()

    wait_until(lambda: _listens(NAMES_PORT), "it listens")
    asyncio.run(asyncio.wait_for(run(), 90))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
