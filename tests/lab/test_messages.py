from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.phones.digest import Account
from lab.phones.message import Message, NotSip, display_name, parameter, quoted, uri, user

INVITE = (
    b"INVITE sip:301@127.0.0.1:5071 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bKabc\r\n"
    b'f: "\xcf\xe5 <b>" <sip:+99365123456@127.0.0.1>;tag=one\r\n'
    b"t: <sip:301@127.0.0.1>\r\ni: call-1\r\nCSeq: 7 INVITE\r\n\r\nv=0\r\n"
)


def test_a_request_is_read_with_short_names_and_bytes_that_are_not_utf8() -> None:
    message = Message.parse(INVITE)
    assert (message.status, message.method, message.sequence) == (0, "INVITE", 7)
    assert (message.call_id, message.branch, message.body) == ("call-1", "z9hG4bKabc", "v=0\r\n")
    assert user(message.get("From")) == "+99365123456"
    assert display_name(message.get("from")).encode("utf-8", "surrogateescape") == b"\xcf\xe5 <b>"


def test_a_reply_copies_what_it_must_and_adds_its_own_tag() -> None:
    reply = Message.parse(INVITE).reply(180, "Ringing", tag="mine", contact="sip:301@127.0.0.1:5071")
    read = Message.parse(reply.encode())
    assert read.status == 180
    assert (read.branch, read.call_id, read.get("cseq")) == ("z9hG4bKabc", "call-1", "7 INVITE")
    assert parameter(read.get("to"), "tag") == "mine"
    assert parameter(read.get("from"), "tag") == "one"
    assert b'"\xcf\xe5 <b>"' in reply.encode()


def test_what_is_not_sip_is_refused() -> None:
    with pytest.raises(NotSip):
        Message.parse(b"GET / HTTP/1.1\r\n\r\n")


@pytest.mark.parametrize(
    ("header", "name", "address", "who"),
    [
        ("<sip:301@127.0.0.1>;tag=a", "", "sip:301@127.0.0.1", "301"),
        ("sip:301@127.0.0.1;tag=a", "", "sip:301@127.0.0.1", "301"),
        ('"A <b> \\"B\\"" <sip:5@h>', 'A <b> "B"', "sip:5@h", "5"),
        ("Anna <sip:127.0.0.1>", "Anna", "sip:127.0.0.1", ""),
    ],
)
def test_an_address_header_has_name_address_and_user(header: str, name: str, address: str, who: str) -> None:
    assert (display_name(header), uri(header), user(header)) == (name, address, who)


@given(st.binary(max_size=40).filter(lambda b: b"\r" not in b and b"\n" not in b))
def test_any_name_survives_the_header(name: bytes) -> None:
    header = quoted(name) + "<sip:1@h>"
    assert user(header) == "1"
    assert display_name(header).encode("utf-8", "surrogateescape") == name


def test_the_digest_is_that_of_the_standards_example() -> None:
    """RFC 2069 as corrected by its erratum: the form without qop."""
    account = Account("Mufasa", "CircleOfLife")
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'
    answer = account.answer(challenge, "GET", "/dir/index.html")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in answer
    assert 'opaque="5ccc"' in answer
    assert "qop" not in answer
