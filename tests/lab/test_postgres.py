from __future__ import annotations

import subprocess

import pytest

from lab import postgres


def test_a_database_that_keeps_its_word_and_is_gone_afterwards() -> None:
    with postgres.Cluster() as cluster:
        programs = postgres.find_programs()
        assert programs
        query = "select current_setting('fsync') || ' ' || lower('ПРИВЕТ')"
        answer = subprocess.run(
            [str(programs / "psql"), cluster.url, "-Atc", query], capture_output=True, text=True, check=True
        )
        assert answer.stdout == "on привет\n"
        folder = cluster.folder
    assert not folder.exists()
    assert cluster.pid == 0


def test_a_given_server_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres.GIVEN, "postgresql://someone@127.0.0.1/theirs")
    with postgres.server() as url:
        assert url == "postgresql://someone@127.0.0.1/theirs"
