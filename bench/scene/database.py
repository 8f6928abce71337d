"""The databases on which the benches run, filled with the large company.

PostgreSQL is the server that CALLCARD_BENCH_POSTGRES names ("postgres://user@host:port/any"), else one of our own
whose data stay in .cache/bench, because filling it takes minutes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from bench.seed import CACHE, COMPANY, Content, forget, kept, seed
from lab.postgres import Cluster, find_programs

CUSTOMERS = int(os.environ.get("CALLCARD_BENCH_CUSTOMERS", "1000000"))
ONLY = os.environ.get("CALLCARD_BENCH_DATABASE", "")
"""Names the one database to run on ("sqlite" or "postgresql"); empty: both."""


# As docs/admin/postgresql.md tells whoever has so many customers. What a server has out of the box is meant for one
# with 1 GB of memory.
_SERVER = ("shared_buffers=2GB", "effective_cache_size=6GB", "random_page_cost=1.1", "jit=off", "max_wal_size=4GB")


class KeptCluster(Cluster):
    """A PostgreSQL whose data outlive it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(*_SERVER)
        shutil.rmtree(self.folder)
        self.folder = folder

    def __enter__(self) -> Self:
        secret = self.folder / "secret"
        if (self.folder / "data" / "PG_VERSION").exists():
            self._password = secret.read_text(encoding="utf-8")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self._make()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self._start()
        return self

    def close(self) -> None:
        self.stop()


@contextmanager
def databases(purpose: str, size: int = CUSTOMERS, content: Content = COMPANY) -> Iterator[dict[str, str]]:
    """Name -> address of a database with the content in it, the large company, for as long as the block runs."""
    with _addresses(f"{purpose}_{size}") as chosen:
        try:
            for url in chosen.values():
                seed(url, size, content)
            yield chosen
        finally:
            for url in chosen.values():
                forget(url)


@contextmanager
def databases_to_read(size: int, content: Content) -> Iterator[dict[str, str]]:
    """The same without a copy, which of ten million calls is 9 to 13 GB. Whatever is written must be taken back."""
    with _addresses("") as chosen:
        yield {name: kept(url, size, content) for name, url in chosen.items()}


@contextmanager
def _addresses(name: str) -> Iterator[dict[str, str]]:
    with _postgres_server() as server:
        found = {"SQLite": f"sqlite:///{CACHE}/{name}.sqlite3"}
        if server:
            found["PostgreSQL"] = urlunsplit(urlsplit(server)._replace(path=f"/callcard_{name}"))
        yield {name: url for name, url in found.items() if ONLY in ("", name.lower())}


@contextmanager
def _postgres_server() -> Iterator[str]:
    given = os.environ.get("CALLCARD_BENCH_POSTGRES", "")
    if given or ONLY == "sqlite" or find_programs() is None:
        yield given
        return
    with KeptCluster(CACHE / "postgres") as cluster:
        yield cluster.url
