"""CDRs in MariaDB or MySQL, where FreePBX keeps them: the table `cdr` of the database `asteriskcdrdb`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from callcard.telephony.records import RecordProblem

PORT = 3306
CONNECT_SECONDS = 5
_READ_SECONDS = 120  # without an index on the start a table of years takes some time


class MariaDb:
    """`url`: mysql://user:secret@host:port/asteriskcdrdb, or ?socket=/run/mysqld/mysqld.sock in place of the host.

    Every value is given as the server's bytes: a text in a table that was filled in another character set than it
    says is no reason to read nothing.
    """

    def __init__(self, url: str) -> None:
        """Raises RecordProblem."""
        try:
            import pymysql
        except ImportError:
            raise RecordProblem("no_driver", "pymysql") from None
        self._errors = (pymysql.MySQLError, OSError)
        try:
            settings = _settings(url)
            if settings["unix_socket"] and not Path(settings["unix_socket"]).is_socket():
                raise ValueError(settings["unix_socket"])
            self._connection = pymysql.connect(**settings)
        except (*self._errors, ValueError, RuntimeError) as error:
            raise RecordProblem("no_database", _words(error)) from None

    def columns(self, table: str) -> dict[str, str]:
        schema, _, name = table.rpartition(".")
        sql = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = {} AND table_schema = "
        found = self.rows(f"{sql}{{}}" if schema else f"{sql}DATABASE()", [name, schema] if schema else [name])
        return {name.decode("utf-8", "replace"): kind.decode("ascii", "replace") for name, kind in found}

    def rows(self, sql: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        """Fetched at once: a table of the kind MyISAM is locked until they are, and Asterisk would wait for us."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql.replace("%", "%%").replace("{}", "%s"), values)
                found = cursor.fetchall()
        except self._errors as error:
            raise RecordProblem("not_readable", _words(error)) from None
        yield from found

    def close(self) -> None:
        self._connection.close()


def _settings(url: str) -> dict[str, Any]:
    """Raises ValueError."""
    parts = urlsplit(url)
    socket = parse_qs(parts.query).get("socket", [""])[0]
    return {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or PORT,
        "unix_socket": socket or None,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.strip("/")),
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": _READ_SECONDS,
        "write_timeout": CONNECT_SECONDS,
        "charset": "utf8mb4",
        "use_unicode": False,
        "conv": {},
        "autocommit": True,
        "local_infile": False,
        "sql_mode": "ANSI_QUOTES",
        "init_command": "SET SESSION TRANSACTION READ ONLY",
    }


def _words(error: Exception) -> str:
    """What the server said, which never holds the secret; the number in front says nothing to a person."""
    return str(error.args[-1] if error.args else error)
