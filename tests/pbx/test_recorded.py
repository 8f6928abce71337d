"""A call recorded by a real Asterisk: its file is found, heard by who spoke, in parts, and by nobody else."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Iterator

import pytest

from callcard.calls.models import Call
from callcard.calls.recordings.models import Listening, Recording, RecordingSource
from lab.asterisk.plan import Plan
from lab.asterisk.run import Asterisk
from lab.exchange import CUSTOMER, Exchange
from lab.phones.voice import Voice
from tests.pbx.company import ADMINISTRATOR, PBX, connect_pbx, found_company, user_of
from tests.pbx.watching import eventually, wait_for_links
from tests.stories.product import Desk, Product

pytestmark = [pytest.mark.pbx, pytest.mark.django_db(transaction=True)]

RECORDED_LINE, AGENT, COLLEAGUE = "324", "301", "302"
SECONDS = 2.0


@pytest.fixture
def asterisk_that_records() -> Iterator[Asterisk]:
    with Asterisk(Plan()) as running:
        yield running


@pytest.fixture
def product(asterisk_that_records: Asterisk) -> Iterator[Product]:
    found_company((AGENT, COLLEAGUE))
    connect_pbx(PBX, asterisk_that_records.plan.ami_port)
    RecordingSource.objects.create(kind="folder", pbx=PBX, folder=str(asterisk_that_records.recordings))
    product = Product()
    product.start()
    try:
        wait_for_links(PBX)
        yield product
    finally:
        product.stop()


async def _talk(asterisk: Asterisk) -> None:
    """The agent answers; the customer is heard."""
    async with Exchange(asterisk) as exchange:
        agent = await exchange.phone(AGENT)
        caller = await exchange.outside_call(line=RECORDED_LINE, number=CUSTOMER)
        call = await asyncio.wait_for(agent.next_call(), 20)
        call.answer()
        await asyncio.wait_for(caller.answered.wait(), 20)
        async with Voice(call), Voice(caller, 440.0):
            await asyncio.sleep(SECONDS)
        await caller.hang_up()
        await exchange.idle()
        is_here = Recording.objects.filter(state=Recording.State.HERE).exists
        await eventually(is_here, "the recording is fetched", 60)


def _heard(desk: Desk, address: str, part: str = "") -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=10)
    connection.request("GET", address, headers=desk.headers() | ({"Range": part} if part else {}))
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response.status, data, response.headers.get("Content-Range", "")


def test_what_a_real_asterisk_recorded_is_heard(asterisk_that_records: Asterisk, product: Product) -> None:
    asyncio.run(asyncio.wait_for(_talk(asterisk_that_records), 120))
    call, recording = Call.objects.get(), Recording.objects.get()
    assert (recording.call, call.is_recorded, call.e164) == (call, True, CUSTOMER)
    (file,) = asterisk_that_records.recordings.rglob("*.wav")
    assert recording.place == str(file.relative_to(asterisk_that_records.recordings))
    assert recording.place.count("/") == 3
    assert recording.seconds is not None
    assert SECONDS / 2 < recording.seconds < SECONDS + 3
    peaks = bytes(recording.peaks)
    assert sorted(peaks)[len(peaks) // 2] > 50  # the tone, for most of the time

    desk = Desk(product.port, user_of(AGENT))
    status, answer = desk.post(f"/recordings/{recording.pk}/play")
    assert status == 200
    address = json.loads(answer)["sound"]
    whole = file.read_bytes()
    assert _heard(desk, address) == (200, whole, "")
    assert _heard(desk, address, "bytes=1000-1999") == (206, whole[1000:2000], f"bytes 1000-1999/{len(whole)}")
    assert Listening.objects.count() == 1

    colleague = Desk(product.port, user_of(COLLEAGUE))
    assert colleague.post(f"/recordings/{recording.pk}/play")[0] == 404
    assert _heard(colleague, address)[0] == 404
    assert Desk(product.port, ADMINISTRATOR).post(f"/recordings/{recording.pk}/play")[0] == 200
