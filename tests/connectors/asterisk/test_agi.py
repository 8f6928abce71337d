"""FastAGI: what an Asterisk, or somebody who is none, sends; and what the dial plan gets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcard.connectors.asterisk import agi
from callcard.connectors.asterisk.agi import AgiServer, agi_server
from callcard.connectors.asterisk.agi_wire import MOST_LINES, NotAgi, quoted, read_request, set_variable
from callcard.connectors.asterisk.options import AsteriskOptions, OptionsNotValid, listening_at, options_from
from callcard.telephony.callers import CallerTold, LookUp
from lab.ports import free_port

HEAD = b"agi_network: yes\nagi_network_script: lookup\nagi_request: agi://127.0.0.1/lookup\n"
KNOWN = CallerTold(kind="known", name='Tom "T" \\ Jerry', extension="301")


def asked(*lines: bytes) -> str:
    return read_request([*HEAD.splitlines(keepends=True), *lines]).number


def test_the_number_is_the_argument_or_else_the_caller_who_shows_it() -> None:
    assert asked(b"agi_callerid: +85620\n") == "+85620"
    assert asked(b"agi_callerid: +85620\r\n", b"agi_arg_2: x\n", b"agi_arg_1: 301\n") == "301"
    assert asked(b"agi_callerid: unknown\n") == ""
    assert asked(b"agi_callerid: +85620\n", b"agi_callingpres: 35\n") == ""
    assert asked(b"agi_callerid: +85620\n", b"agi_callingpres: 3\n") == "+85620"
    assert asked(b"agi_callerid: \xff\xfe\n") == "\ufffd\ufffd"
    assert asked(b"agi_arg_\xc2\xb2: 5\n", b"agi_arg_99999: 5\n", b"agi_callerid: 7\n") == "7"


@pytest.mark.parametrize("lines", [[], [b"GET / HTTP/1.1\r\n"], [b"agi_callerid: 1\n"], [b"agi_x\n"], [b"\xff: 1\n"]])
def test_what_is_no_agi_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(NotAgi):
        read_request(lines)


@given(st.lists(st.binary(max_size=100), max_size=20))
def test_no_bytes_break_the_reading(lines: list[bytes]) -> None:
    try:
        read_request(lines)
    except NotAgi:
        return


@given(st.text(max_size=100))
def test_no_value_ends_its_line_or_its_quotes(value: str) -> None:
    sent = set_variable("CALLERID(name)", value)
    inside = sent.removeprefix(b'SET VARIABLE CALLERID(name) "').removesuffix(b'"\n')
    assert len(inside) == len(sent) - 31
    assert not {0, 10, 13} & set(inside)
    assert b'"' not in inside.replace(b"\\\\", b"").replace(b'\\"', b"")


def test_quoting_keeps_what_can_be_kept() -> None:
    assert quoted('a "b" \\ c\r\nd') == '"a \\"b\\" \\\\ c  d"'


def test_an_address_is_a_number_and_a_port() -> None:
    assert listening_at("127.0.0.1:4573") == ("127.0.0.1", 4573)
    assert listening_at("[::1]:4573") == ("::1", 4573)
    for wrong in ("", "4573", "localhost:4573", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:70000", "127.0.0.1:٤٥"):
        assert listening_at(wrong) is None, wrong
    with pytest.raises(OptionsNotValid):
        options_from({"secret": "x", "agi_address": "everywhere"})
    assert agi_server(AsteriskOptions(), known) is None


async def known(number: str) -> CallerTold:
    assert number == "+85620"
    return KNOWN


Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def play(look_up: LookUp, act: Play, *, pbx_host: str = "127.0.0.1") -> None:
    """One connection to a running server, which must still serve afterwards."""

    async def run() -> None:
        server = AgiServer(("127.0.0.1", free_port()), look_up, pbx_host=pbx_host)
        serving = asyncio.create_task(server.run())
        reader, writer = await connected(server)
        await asyncio.wait_for(act(reader, writer), 10)
        writer.close()
        _, again = await connected(server)
        again.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(run())


async def connected(server: AgiServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(200):
        try:
            return await asyncio.open_connection(*server.address)
        except OSError:
            await asyncio.sleep(0.02)
    raise AssertionError("it does not listen")


def test_a_channel_gets_name_extension_and_whether_it_is_blocked() -> None:
    heard: list[bytes] = []

    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"agi_callerid: +85620\n\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(b"200 result=1\n")

    play(known, act)
    assert heard == [
        b'SET VARIABLE CALLERID(name) "Tom \\"T\\" \\\\ Jerry"\n',
        b'SET VARIABLE CALLCARD_EXTENSION "301"\n',
        b'SET VARIABLE CALLCARD_BLOCKED "0"\n',
    ]


def test_who_is_withheld_is_not_looked_up_and_keeps_the_name_of_the_network() -> None:
    heard: list[bytes] = []

    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"agi_callerid: unknown\n\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(b"200 result=1\n")

    play(known, act)
    assert heard == [b'SET VARIABLE CALLCARD_EXTENSION ""\n', b'SET VARIABLE CALLCARD_BLOCKED "0"\n']


@pytest.mark.parametrize("reply", [b"HANGUP\n", b"511 Command Not Permitted on a dead channel\n", b"x" * 9000, b"\n"])
def test_a_channel_that_is_gone_is_told_nothing_more(reply: bytes) -> None:
    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"agi_callerid: +85620\n\n")
        assert (await reader.readline()).startswith(b"SET VARIABLE CALLERID(name)")
        writer.write(reply)
        assert await silent(reader)

    play(known, act)


async def silent(reader: asyncio.StreamReader) -> bool:
    """Whether the other side closes without a word."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"agi_x: " + b"y" * 100_000,
        b"agi_x: 1\n" * (MOST_LINES + 5),
        b"\x00\xff\n\n",
        b"\n",
        HEAD,
    ],
)
def test_who_is_no_asterisk_gets_no_answer(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agi, "TALK_SECONDS", 0.3)

    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        assert await silent(reader)

    play(known, act)


async def slow(number: str) -> CallerTold:
    await asyncio.sleep(60)
    return KNOWN


async def broken(number: str) -> CallerTold:
    raise RuntimeError("the database is away")


@pytest.mark.parametrize("look_up", [slow, broken])
def test_the_dial_plan_goes_on_without_us(look_up: LookUp) -> None:
    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began = asyncio.get_running_loop().time()
        writer.write(HEAD + b"agi_callerid: +85620\n\n")
        assert await silent(reader)
        assert asyncio.get_running_loop().time() - began < 2

    play(look_up, act)


def test_only_this_machine_and_the_pbx_are_welcome() -> None:
    server = AgiServer(("0.0.0.0", 1), known, pbx_host="192.168.1.10")
    server._welcome = frozenset({"192.168.1.10"})
    welcome = {peer: server._is_welcome(peer) for peer in ("127.0.0.1", "::1", "::ffff:192.168.1.10", "192.168.1.11")}
    assert welcome == {"127.0.0.1": True, "::1": True, "::ffff:192.168.1.10": True, "192.168.1.11": False}
