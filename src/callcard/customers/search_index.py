"""Keeping what is searched up to date. Whoever writes a customer calls `refresh` in the same transaction; sales calls
`put` for the numbers of its records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connection, transaction

from callcard.customers import grams, list_index
from callcard.customers.list_models import ListFact
from callcard.customers.models import Contact, ContactPerson, Customer, CustomerTag, OwnField, Phone
from callcard.customers.search_documents import Document, insert, ready
from callcard.customers.search_models import SearchCode, SearchText

BATCH = 500
_LONGEST_ENTRY = 200
_MOST_ENTRIES = 400
FACTS = {
    "r": "responsible_id",
    "c": "category_id",
    "s": "stage_id",
    "o": "source_id",
    "k": "kind",
    "l": "language",
    "n": "country",
    "y": "city",
}
"""Facts that lists filter by: their short name, and the column."""
_COLUMNS = ("id", "name", "search_name", "archived_at", "own_fields", *FACTS.values())
_CHOSEN = frozenset({OwnField.Kind.TEXT, OwnField.Kind.CHOICE, OwnField.Kind.CHOICES, OwnField.Kind.YES_NO})
_NOT_SEARCHED = frozenset({OwnField.Kind.MONEY, OwnField.Kind.YES_NO, OwnField.Kind.DATE})


def put(customer_id: int, *, source: str, text: str) -> None:
    """The customer is found by this number of a record, such as source "order:17". No text: no more."""
    if not grams.code(text):
        SearchCode.objects.filter(source=source).delete()
        return
    put_many([(customer_id, source, text)])


def put_many(codes: Iterable[tuple[int, str, str]]) -> None:
    """`put` for (customer, source, text) of many records at once."""
    SearchCode.objects.bulk_create(
        [_code(customer_id, source, text) for customer_id, source, text in codes],
        update_conflicts=True,
        unique_fields=["source"],
        update_fields=["customer", "text", "code", "ending"],
        batch_size=BATCH,
    )


def refresh(customer_ids: Iterable[int]) -> None:
    """Read these customers anew: after any change of name, numbers, contacts, persons, own fields, who is responsible
    or whether they are archived. Those that are gone are forgotten."""
    for some in _batches(customer_ids):
        with transaction.atomic():
            stored = {doc.customer_id: doc for doc in _stored(some, version=grams.VERSION)}
            rows = _Rows.read(some)
            documents = {doc.customer_id: doc for doc in _documents(rows)}
            list_index.keep(rows.customers, rows.listed(), rows.fields, of=some)
            changed = [pk for pk in some if stored.get(pk) != documents.get(pk)]
            _write(changed, [documents[pk] for pk in changed if pk in documents])


def new_document(
    row: dict[str, Any], parts: Iterable[tuple[str, str]], *, tags: Iterable[int], kinds: dict[str, str]
) -> Document:
    """What somebody will be found by who is not in the index yet. `row`: the customer's columns; `parts`: (source,
    text) of numbers, contacts and persons; `kinds`: of the own fields."""
    entries = [("name", row["name"]), *_own_texts(row["own_fields"], kinds), *parts]
    kept = ((source, text[:_LONGEST_ENTRY]) for source, text in dict.fromkeys(entries) if text)
    return Document(row["id"], tuple(islice(kept, _MOST_ENTRIES)), tuple(_facts(row, tags, kinds)))


def listed_facts(own_fields: dict[str, Any], tags: Iterable[int], kinds: dict[str, str]) -> list[str]:
    """The facts of tags and choices, which lists keep in their order."""
    listed = {key: kind for key, kind in kinds.items() if list_index.is_listed(kind)}
    return [*_tag_facts(tags), *_own_facts(own_fields, listed)]


def forget(customer_ids: Iterable[int]) -> None:
    """Before customers are deleted, in the same transaction: afterwards their grams would not be known any more."""
    for some in _batches(customer_ids):
        _forget(some)


def build(
    *, after: int = 0, until: int | None = None, tell: Callable[[int, int], None] = lambda done, last: None
) -> int:
    """Index the customers that are not yet; how many. Goes by id in short transactions, so a second call goes on where
    the first one ended. `tell(id, last_id)` hears how far it is. `after`, `until`: only ids between."""
    newest = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    last, done, built = newest if until is None else min(until, newest), after, 0
    while done < last:
        ids = list(Customer.objects.filter(pk__gt=done).order_by("pk").values_list("pk", flat=True)[:BATCH])
        missing = set(ids) - set(_indexed(ids))
        _read_codes_anew(missing)
        refresh(sorted(missing))
        _list(sorted(set(ids) - missing))
        built += len(missing)
        done = ids[-1] if ids else last
        tell(done, last)
    return built


def _read_codes_anew(ids: Iterable[int]) -> None:
    """Of customers whom an older version of the program indexed."""
    older = SearchText.objects.filter(pk__in=ids).values("pk")
    codes = SearchCode.objects.filter(customer__in=older).only("text", "ending")
    wrong = [code for code in codes.iterator() if code.ending != grams.last_number(code.text)]
    for code in wrong:
        code.ending = grams.last_number(code.text)
    SearchCode.objects.bulk_update(wrong, ["ending"], batch_size=BATCH)


def _list(ids: list[int]) -> None:
    """What lists read of them, and nothing else."""
    with transaction.atomic():
        rows = _Rows.read(ids)
        list_index.keep(rows.customers, rows.listed(), rows.fields, of=ids)


def clear() -> None:
    """Forget what customers are found by. Numbers of records and known words stay."""
    with transaction.atomic():
        SearchText.objects.all()._raw_delete("default")
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO customers_searchgrams (customers_searchgrams) VALUES ('delete-all')")


def is_complete() -> bool:
    """Whether every customer has been indexed, as far as a look at the newest ones and the number of rows tells."""
    newest = list(Customer.objects.order_by("-pk").values_list("pk", flat=True)[:BATCH])
    oldest = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if len(_indexed(newest)) < len(newest) or len(_indexed(oldest)) < len(oldest):
        return False
    tagged = CustomerTag.objects.filter(customer__archived_at=None).order_by("-pk").first()
    return tagged is None or ListFact.objects.filter(customer=tagged.customer_id).exists()


def entries_of(customer_id: int) -> list[tuple[str, str]]:
    """What the customer is found by now."""
    text = SearchText.objects.filter(pk=customer_id).values_list("entries", flat=True).first()
    return [(source, value) for source, value in json.loads(text or "[]")]


def _indexed(ids: list[int]) -> list[int]:
    rows = SearchText.objects.filter(pk__in=ids, version=grams.VERSION)
    return list(rows.values_list("pk", flat=True))


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    waiting = iter(dict.fromkeys(ids))
    while some := list(islice(waiting, BATCH)):
        yield some


def _code(customer_id: int, source: str, text: str) -> SearchCode:
    code, ending = grams.code(text), grams.last_number(text)
    return SearchCode(customer_id=customer_id, source=source, text=text[:60], code=code, ending=ending)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Some customers' own rows, and what is needed to read them. `fields`: key -> (id, kind)."""

    customers: list[dict[str, Any]]
    tags: dict[int, list[int]]
    fields: dict[str, tuple[int, str]]

    @classmethod
    def read(cls, ids: list[int]) -> _Rows:
        tags: dict[int, list[int]] = {}
        given = CustomerTag.objects.filter(customer__in=ids).order_by("tag_id")
        for pk, tag_id in given.values_list("customer_id", "tag_id"):
            tags.setdefault(pk, []).append(tag_id)
        fields = {key: (pk, kind) for pk, key, kind in OwnField.objects.values_list("pk", "key", "kind")}
        return cls(list(Customer.objects.filter(pk__in=ids).values(*_COLUMNS)), tags, fields)

    @property
    def kinds(self) -> dict[str, str]:
        return {key: kind for key, (_pk, kind) in self.fields.items()}

    def listed(self) -> dict[int, list[str]]:
        """The facts of tags and choices, by customer."""
        kinds = self.kinds
        return {
            row["id"]: listed_facts(row["own_fields"], self.tags.get(row["id"], ()), kinds) for row in self.customers
        }


def _documents(rows: _Rows) -> Iterator[Document]:
    entries: dict[int, list[tuple[str, str]]] = {}
    facts: dict[int, tuple[str, ...]] = {}
    kinds = rows.kinds
    for row in rows.customers:
        pk = row["id"]
        entries[pk] = [("name", row["name"]), *_own_texts(row["own_fields"], kinds)]
        facts[pk] = tuple(_facts(row, rows.tags.get(pk, ()), kinds))
    for customer_id, source, text in _parts(list(entries)):
        entries[customer_id].append((source, text))
    for pk, found_entries in entries.items():
        kept = ((source, text[:_LONGEST_ENTRY]) for source, text in dict.fromkeys(found_entries) if text)
        yield Document(pk, tuple(islice(kept, _MOST_ENTRIES)), facts[pk])


def _facts(row: dict[str, Any], tags: Iterable[int], kinds: dict[str, str]) -> Iterator[str]:
    """What holds for a customer and lists filter by; see `customers.filters`."""
    for name, column in FACTS.items():
        if row[column]:
            yield value_fact(name, row[column])
    if row["archived_at"]:
        yield grams.fact("archived")
    yield from _tag_facts(tags)
    yield from _own_facts(row["own_fields"], kinds)


def _tag_facts(tags: Iterable[int]) -> Iterator[str]:
    return (value_fact("t", tag) for tag in tags)


def _own_facts(own: dict[str, Any], kinds: dict[str, str]) -> Iterator[str]:
    for key, value in own.items():
        if kinds.get(key) in _CHOSEN and value not in (None, ""):
            yield from (value_fact(f"f{key}", one) for one in (value if isinstance(value, list) else [value]))


def value_fact(name: str, value: object) -> str:
    """The gram of a fact: letters and digits only, so other signs of a value are written as numbers."""
    return _fact(name, str(value))


@lru_cache(maxsize=4096)
def _fact(name: str, value: str) -> str:
    text = grams.folded(value)
    return grams.fact("".join(c if c.isalnum() else f"·{ord(c):x}·" for c in f"{name}·{text}")[:80])


def _parts(ids: list[int]) -> Iterator[tuple[int, str, str]]:
    phones = Phone.objects.filter(customer__in=ids).order_by("pk")
    for customer_id, raw, e164, person in phones.values_list("customer_id", "raw", "e164", "person"):
        yield customer_id, "phone", e164 or raw
        if e164 and grams.digits_of(raw).lstrip("0") not in e164:
            yield customer_id, "phone", raw
        yield customer_id, "person", person
    for customer_id, value in Contact.objects.filter(customer__in=ids).order_by("pk").values_list("customer", "value"):
        yield customer_id, "contact", value
    for customer_id, name in ContactPerson.objects.filter(customer__in=ids).values_list("customer", "name"):
        yield customer_id, "person", name


def _own_texts(own: dict[str, Any], kinds: dict[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in own.items():
        if value and kinds.get(key, OwnField.Kind.TEXT) not in _NOT_SEARCHED:
            values = value if isinstance(value, list) else [value]
            yield f"own:{key}", " ".join(str(one) for one in values if not isinstance(one, dict))


def _write(ids: list[int], documents: list[Document]) -> None:
    if ids:
        _forget(ids)
        insert([(document.customer_id, ready(document)) for document in documents])


def _forget(ids: list[int]) -> None:
    """FTS5 keeps no text and has to be told which grams to take back: those of what was stored. An older version of
    grams may have had fewer; taking back one that is not there does nothing."""
    if connection.vendor == "sqlite":
        old = _stored(ids)
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO customers_searchgrams (customers_searchgrams, rowid, grams) VALUES ('delete', %s, %s)",
                [(doc.customer_id, doc.grams) for doc in old],
            )
    SearchText.objects.filter(pk__in=ids).delete()


def _stored(ids: list[int], **having: int) -> list[Document]:
    rows = SearchText.objects.filter(pk__in=ids, **having).values_list("pk", "entries", "facts")
    return [
        Document(pk, tuple((s, t) for s, t in json.loads(entries)), tuple(facts.split())) for pk, entries, facts in rows
    ]
