"""Which customers the rows of a file are already."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path

from django.db import connection
from django.db.models.functions import Lower

from callcard.customers.models import Contact, Customer, Phone, folded
from callcard.customers.transfer.choices import Choices
from callcard.staff.models import User
from callcard.staff.visibility import visible_to
from callcard.ui.list_ids import among_texts

_AT_ONCE = 400  # values of one question

# PostgreSQL supposes that each small-lettered address is one of two hundred, and of many reads the whole table. This
# asks its index for each.
_EACH_EMAIL = """
SELECT asked.value, found.customer_id FROM unnest(%s::text[]) AS asked (value), LATERAL (
    SELECT customer_id FROM customers_contact WHERE kind = 'email' AND LOWER(value) = asked.value OFFSET 0
) AS found
"""


class Matcher:
    """Asks of customers that this person may see and that nobody archived: others are not told of by a match."""

    def __init__(self, user: User, choices: Choices) -> None:
        self.visibility, self.choices = visible_to(user), choices

    def match(self, keys_of: Mapping[int, Sequence[str]]) -> dict[int, list[int]]:
        """Row's number -> ids of the customers that it is, the surest first; only for rows that are any."""
        if not self.choices.match:
            return {}
        keys = {key for own in keys_of.values() for key in own}
        owners = {**self._phones(keys), **self._emails(keys), **self._names(keys)}
        found: dict[int, list[int]] = {}
        for number, own in keys_of.items():
            # A number says more than an address, and that more than a name.
            for key in own:
                if key in owners:
                    found.setdefault(number, list(dict.fromkeys(owners[key])))
                    if key[0] != "n":
                        break
                    found[number] = list(dict.fromkeys([*found[number], *owners[key]]))
        return found

    def _phones(self, keys: Iterable[str]) -> dict[str, list[int]]:
        seen = self.visibility.customers_filter("customer__")
        owners: dict[str, list[int]] = {}
        for some in _batches(key[1:] for key in keys if key[0] == "n"):
            rows = Phone.objects.filter(among_texts("e164", some), seen, customer__archived_at=None).order_by(
                "customer_id"
            )
            for number, pk in rows.values_list("e164", "customer_id"):
                owners.setdefault(f"n{number}", []).append(pk)
        return owners

    def _emails(self, keys: Iterable[str]) -> dict[str, list[int]]:
        owners: dict[str, list[int]] = {}
        for some in _batches(key[1:] for key in keys if key[0] == "e"):
            found = sorted(_with_emails(some), key=itemgetter(1))
            rows = Customer.objects.filter(self.visibility.customers_filter(), archived_at=None)
            seen = set(rows.filter(pk__in={pk for _value, pk in found}).values_list("pk", flat=True)) if found else ()
            for value, pk in found:
                if pk in seen:
                    owners.setdefault(f"e{value}", []).append(pk)
        return owners

    def _names(self, keys: Iterable[str]) -> dict[str, list[int]]:
        seen = self.visibility.customers_filter()
        owners: dict[str, list[int]] = {}
        wanted = {key for key in keys if key[0] == "a"}
        for some in _batches({key[1:].partition("\t")[0] for key in wanted}):
            rows = Customer.objects.filter(among_texts("search_name", some), seen, archived_at=None).order_by("pk")
            for name, city, pk in rows.values_list("search_name", "city", "pk"):
                key = f"a{name}\t{folded(city)}"
                if key in wanted:
                    owners.setdefault(key, []).append(pk)
        return owners


def _with_emails(values: list[str]) -> list[tuple[str, int]]:
    """(address in small letters, customer) of those who have one of these."""
    if connection.vendor == "sqlite":
        emails = Contact.objects.filter(kind=Contact.Kind.EMAIL).annotate(lowered=Lower("value"))
        return list(emails.filter(lowered__in=values).values_list("lowered", "customer_id"))
    with connection.cursor() as cursor:
        cursor.execute(_EACH_EMAIL, [values])
        return list(cursor.fetchall())


def _batches(values: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(set(values))
    return (ordered[place : place + _AT_ONCE] for place in range(0, len(ordered), _AT_ONCE))


class SeenKeys:
    """Keys of the rows that a check has met, on the disk: a check writes no customers that later rows could match."""

    def __init__(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            path.unlink()
        self.path, self.table = path, sqlite3.connect(path, isolation_level=None)
        self.table.execute("PRAGMA journal_mode=OFF")
        self.table.execute("PRAGMA synchronous=OFF")
        self.table.execute("CREATE TABLE seen (key BLOB PRIMARY KEY) WITHOUT ROWID")
        self.table.execute("BEGIN")

    def has_any(self, keys: Iterable[str]) -> bool:
        """Whether one of them was met; all of them are from now on."""
        added = 0
        hashes = [(blake2b(key.encode("utf-8", "ignore"), digest_size=12).digest(),) for key in keys]
        for one in hashes:
            added += self.table.execute("INSERT OR IGNORE INTO seen VALUES (?)", one).rowcount
        return added < len(hashes)

    def close(self) -> None:
        self.table.close()
        self.path.unlink(missing_ok=True)
