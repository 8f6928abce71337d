"""Callcard that asks the lab's directory, and doors of it that behave badly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.test import Client

from callcard.staff.audit.models import Entry
from callcard.staff.directory.ldap import ber
from callcard.staff.directory.ldap.messages import BOUND, read_message
from callcard.staff.directory.models import Directory
from callcard.staff.directory.settings_row import set_directory
from callcard.staff.models import User
from callcard.staff.sign_in.models import OpenSession
from callcard.staff.single_sign_on.models import Identity
from lab.directory.people import BASE, SECRET, SERVICE
from lab.directory.run import Directory as Peer
from tests.rooms.staff.windows import person, words


def mali(**columns: Any) -> User:
    return person("mali", email="mali@example.com", **columns)


def come(name: str = "mali", password: str = SECRET, client: Client | None = None) -> tuple[Client, Any]:
    client = client or Client()
    return client, client.post("/sign-in", {"username": name, "password": password})


def details(act: str = "sign-in-directory") -> list[str]:
    return list(Entry.objects.filter(act=act).order_by("pk").values_list("detail", flat=True))


def nobody_is_in(said: tuple[Client, Any], status: int = 422) -> str:
    """What the page says."""
    client, response = said
    assert (response.status_code, SESSION_KEY in client.session) == (status, False)
    assert (OpenSession.objects.count(), Identity.objects.count()) == (0, 0)
    return words(response)


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
