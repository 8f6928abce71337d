from __future__ import annotations

import socket

import pytest

from lab.directory.run import Directory


def test_a_directory_that_answers_on_this_machine_alone_and_is_gone_afterwards() -> None:
    with Directory() as peer:
        for port in (peer.port, peer.tls_port):
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                pass
        assert peer.authority.startswith("-----BEGIN CERTIFICATE")
        folder = peer.folder
    assert not folder.exists()
    assert peer.pid == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", peer.port), timeout=5)
