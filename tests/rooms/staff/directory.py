"""Callcard that asks the lab's directory, and doors of it that behave badly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from callcard.staff.directory.ldap import ber
from callcard.staff.directory.ldap.messages import BOUND, read_message
from callcard.staff.directory.models import Directory
from callcard.staff.directory.settings_row import set_directory
from lab.directory.people import BASE, SECRET, SERVICE
from lab.directory.run import Directory as Peer


def use(peer: Peer, **columns: Any) -> Directory:
    """Callcard asks it, by TLS unless said otherwise."""
    port = peer.tls_port if columns.get("encryption", "ldaps") == "ldaps" else peer.port
    given = {
        "is_on": True,
        "servers": f"localhost:{port}",
        "authority": peer.authority,
        "base": BASE,
        "bind_name": SERVICE,
        "bind_password": SECRET,
        "person_filter": "(&(objectClass=inetOrgPerson)(|(uid={name})(mail={name})))",
        "groups_base": f"ou=groups,{BASE}",
        "trusts_names": True,
        "seconds": 5,
    }
    row = Directory(**{**given, **columns})
    set_directory(row)
    return row


@contextmanager
def listener(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A door whose other side is `answer`; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        is_over = threading.Event()

        def serve() -> None:
            server.settimeout(0.05)
            while not is_over.is_set():
                try:
                    taken, _address = server.accept()
                except TimeoutError:
                    continue
                with taken:
                    taken.settimeout(5)
                    answer(taken)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            is_over.set()
            thread.join(10)


def refusing(code: int, words: str) -> Callable[[socket.socket], None]:
    """Answers every bind so; whatever else is asked, it hangs up."""

    def answer(taken: socket.socket) -> None:
        while data := taken.recv(65536):
            message = read_message(data)
            if message.tag != 0x60:
                return
            result = ber.number(code, ber.ENUMERATED) + ber.text("") + ber.text(words)
            taken.sendall(ber.element(ber.SEQUENCE, ber.number(message.id), ber.element(BOUND, result)))

    return answer
