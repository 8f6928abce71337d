"""Answers as Active Directory documents its own (MS-ADTS): one person, their groups by chain, and a referral."""

from __future__ import annotations

import socket

from callcard.staff.directory.ldap import ber
from callcard.staff.directory.ldap.messages import BOUND, DONE, ELSEWHERE, ENTRY, Message, read_message

BASE = "DC=example,DC=com"
PERSON = f"CN=Mali Vong,CN=Users,{BASE}"
GROUP = f"CN=Everywhere,OU=Groups,{BASE}"
SERVICE = "callcard@example.com"
PASSWORD = "of the domain"
_IN_CHAIN = b"1.2.840.113556.1.4.1941"
_BIND, _SEARCH = 0x60, 0x63
_WRONG = "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data {}, v4563"


class Domain:
    """`control`: userAccountControl of the person. `refusal`: the code with which their right password is refused."""

    def __init__(self) -> None:
        self.control = 512
        self.refusal = ""
        self.asked: list[bytes] = []

    def answer(self, taken: socket.socket) -> None:
        unread = b""
        while data := taken.recv(65536):
            unread += data
            while (size := ber.whole_length(unread)) is not None and size <= len(unread):
                message, unread = read_message(unread[:size]), unread[size:]
                taken.sendall(self._answered(message))

    def _answered(self, message: Message) -> bytes:
        if message.tag == _BIND:
            name, password = message.parts[1].text(), message.parts[2].text()
            wrong = self.refusal if name == PERSON else ""
            code = wrong or ("" if password == PASSWORD else "52e")
            return _sent(message, BOUND, _result(49 if code else 0, _WRONG.format(code) if code else ""))
        if message.tag != _SEARCH:
            return b""
        self.asked.append(message.parts[6].content)
        found = _entry(GROUP) if _IN_CHAIN in self.asked[-1] else self._person()
        elsewhere = ber.text("ldap://elsewhere.example.com/DC=example,DC=com")
        return (
            _sent(message, ENTRY, found) + _sent(message, ELSEWHERE, elsewhere) + _sent(message, DONE, _result(0, ""))
        )

    def _person(self) -> bytes:
        said = {
            "sAMAccountName": b"mali",
            "givenName": b"Mali",
            "objectGUID": bytes(range(16)),
            "userAccountControl": str(self.control).encode(),
        }
        return _entry(PERSON, **said)


def _sent(message: Message, tag: int, content: bytes) -> bytes:
    return ber.element(ber.SEQUENCE, ber.number(message.id), ber.element(tag, content))


def _result(code: int, said: str) -> bytes:
    return ber.number(code, ber.ENUMERATED) + ber.text("") + ber.text(said)


def _entry(name: str, **values: bytes) -> bytes:
    said = [
        ber.element(ber.SEQUENCE, ber.text(kind), ber.element(ber.SET, ber.text(value)))
        for kind, value in values.items()
    ]
    return ber.text(name) + ber.element(ber.SEQUENCE, *said)
