"""The lab itself, with a real Asterisk: what other tests lean on."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace

import pytest

from lab.ami import Ami
from lab.asterisk.plan import LEAST, Plan
from lab.asterisk.run import Asterisk
from lab.exchange import Exchange
from lab.flows.catalogue import FLOWS
from lab.phones.auto import Habits, People
from lab.phones.crowd import ring_in
from lab.phones.phone import Phone, RegistrationRefused, Trunk, answer_after
from lab.ports import free_port


@pytest.fixture(scope="module")
def asterisk() -> Iterator[Asterisk]:
    with Asterisk(Plan(secrets={"306": "right"}, ami_tls_port=free_port())) as running:
        yield running


def test_a_phone_registers_with_the_right_secret_only(asterisk: Asterisk) -> None:
    async def register(secret: str) -> None:
        phone = Phone("306", asterisk.plan.sip_port, password=secret)
        try:
            await phone.open()
        finally:
            phone.close()

    asyncio.run(register("right"))
    with pytest.raises(RegistrationRefused):
        asyncio.run(register("wrong"))


def test_a_phone_with_a_secret_can_call(asterisk: Asterisk) -> None:
    async def play() -> int:
        async with Exchange(asterisk) as exchange:
            await exchange.phone("302", answer_after(0.1))
            call = await (await exchange.phone("306")).call("302")
            await call.hang_up()
            await exchange.idle()
            return call.status

    assert asyncio.run(play()) == 200


def test_an_outside_caller_with_the_number_of_a_phone_still_comes_by_the_trunk(asterisk: Asterisk) -> None:
    async def play() -> str:
        async with Exchange(asterisk) as exchange:
            phone = await exchange.phone("301")
            caller = await exchange.outside_call(number="305", name="")
            await phone.next_call()
            names = [frame.get("channel", "") for frame in await exchange.ami.ask("CoreShowChannels")]
            await caller.cancel()
            await exchange.idle()
            return " ".join(sorted(names))

    assert "PJSIP/trunk-" in asyncio.run(play())


def test_a_crowd_tells_when_each_invite_left(asterisk: Asterisk) -> None:
    sent: dict[str, int] = {}
    numbers = [f"+9936510000{n}" for n in range(4)]

    async def play() -> list[int]:
        async with Exchange(asterisk) as exchange:
            await exchange.phone("301", answer_after(0.05))
            trunk = await Trunk(asterisk.plan.sip_port).open()
            placed = await ring_in(
                trunk,
                "301",
                numbers,
                calls_per_second=10,
                talk_seconds=0.1,
                on_sent=lambda number, ns: sent.update({number: ns}),
            )
            trunk.close()
            assert [(p.number, p.invited_ns) for p in placed] == list(sent.items())
            return [p.status for p in placed]

    assert asyncio.run(play()) == [200] * 4
    assert list(sent) == numbers
    gaps = [b - a for a, b in zip(sent.values(), list(sent.values())[1:], strict=False)]
    assert min(gaps) > 50_000_000


def test_people_answer_and_hang_up_by_themselves(asterisk: Asterisk) -> None:
    quick = Habits(
        between_calls=(0.05, 0.1), ring=(0.1, 0.2), talk=(0.1, 0.2), patience=(1.0, 1.0), unanswered_share=0.0
    )

    async def play() -> list[float]:
        people = People(quick, seed=1)
        async with Exchange(asterisk) as exchange:
            phone = await exchange.phone("301", people.agent)
            calling = asyncio.create_task(people.keep_calling(exchange.trunk, ["301"], ["+99365123456"]))
            first = await phone.next_call()
            await asyncio.wait_for(first.ended.wait(), 5)
            calling.cancel()
            await people.finish()
            await exchange.idle()
            return [first.answered_at - first.rang_at, first.talk_seconds]

    ring, talk = asyncio.run(play())
    assert 0.1 <= ring < 1.0
    assert 0.1 <= talk < 1.0


def test_the_least_manager_hears_calls_but_not_variables(asterisk: Asterisk) -> None:
    async def play() -> bytes:
        manager = await Ami().connect(asterisk.plan.ami_port, LEAST.name, LEAST.secret)
        async with Exchange(asterisk) as exchange:
            await FLOWS["busy_phone"](exchange)
            await exchange.idle()
        await manager.quiet(0.3)
        await manager.close()
        return bytes(manager.taken)

    heard = asyncio.run(play())
    assert b"Event: DialEnd" in heard
    assert b"Event: Hangup" in heard
    assert b"Event: VarSet" not in heard
    assert b"Event: Newexten" not in heard


def test_a_wrong_secret_is_refused(asterisk: Asterisk) -> None:
    with pytest.raises(PermissionError):
        asyncio.run(Ami().connect(asterisk.plan.ami_port, LEAST.name, "wrong"))


def test_the_manager_interface_has_an_encrypted_door(asterisk: Asterisk) -> None:
    trust = ssl.create_default_context(cafile=str(asterisk.certificate))
    with (
        socket.create_connection(("127.0.0.1", asterisk.plan.ami_tls_port), timeout=5) as plain,
        trust.wrap_socket(plain, server_hostname="127.0.0.1") as door,
    ):
        assert door.recv(64).startswith(b"Asterisk Call Manager/")


def test_it_comes_back_after_a_crash_and_two_run_side_by_side(asterisk: Asterisk) -> None:
    with Asterisk(replace(Plan(), web_phones=())) as other:
        first = other.pid
        other.kill()
        assert other.pid == 0
        other.start()
        assert other.pid not in (0, first)
        assert "System uptime" in other.cli("core show uptime")
        assert "System uptime" in asterisk.cli("core show uptime")
    assert not other.base.exists()
