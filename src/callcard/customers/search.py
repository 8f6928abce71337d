"""Finding customers by what somebody types: names in any script, parts of numbers, addresses, orders, own fields.

Every look into the index reads a bounded number of customers, so a word that a hundred thousand have is as quick as a
rare one. What the index gives are candidates; what is found is decided here by the texts themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from callcard.customers import grams, search_query
from callcard.customers.models import OwnField
from callcard.customers.own_fields import is_seen_by
from callcard.customers.search_index import value_fact
from callcard.customers.search_models import SearchSlip
from callcard.customers.search_query import Slot, Typed
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.visibility import Visibility, visible_to

FOUND_AT_ONCE = 8
_READ = 60
_CODES_READ = 400
_SLIPS_READ = 400
_NEAR_WORDS = 12
_MOST_SEEN_FACTS = 200
MOST_IN_LIST = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer found. `why`: "name", "phone", "contact", "person", "order", "own:<key>"; `text` is what matched.

    `rank`: smaller is nearer. `is_guess`: some word was taken for a typing error.
    """

    customer_id: int
    name: str
    city: str
    responsible_id: int | None
    is_archived: bool
    why: str
    text: str
    rank: int
    is_guess: bool = False


def find_customers(
    text: str, *, user: User, limit: int = FOUND_AT_ONCE, archived: bool | None = None, region: str = ""
) -> list[Hit]:
    """The customers that `text` may mean for this user, the likeliest first.

    `archived` None: current ones before archived ones. `region`: the office's country when the caller knows it.
    """
    typed = search_query.read_typed(text, region or company().region)
    if typed.is_empty:
        return []
    return _Search(typed, user, limit, archived).run()


def alike(name: str, number: str, *, user: User, limit: int = 5) -> list[Hit]:
    """Customers who may be the one that is being entered: with this number, or nearly this name."""
    found = find_customers(number, user=user, limit=limit) if len(grams.digits_of(number)) >= 6 else []
    near = find_customers(name, user=user, limit=limit) if len(name.strip()) >= 3 else []
    numbered = {hit.customer_id for hit in found}
    return [*found, *(hit for hit in near if hit.customer_id not in numbered)][:limit]


class _Search:
    """One search: looks into the index in turn, from what is surely meant to what may be, until there is enough."""

    def __init__(self, typed: Typed, user: User, limit: int, archived: bool | None) -> None:
        self.typed, self.user, self.limit, self.archived = typed, user, limit, archived
        self.visibility = visible_to(user)
        self.hits: dict[int, Hit] = {}
        self.looked: set[str] = set()
        self.secret = _fields_hidden_from(user)
        self.near: dict[str, list[str]] = {}

    def run(self) -> list[Hit]:
        if self.visibility.responsible_ids is not None and not self.visibility.responsible_ids:
            return []
        self._codes()
        for slots in self._exact():
            self._look(slots)
            if self._is_enough():
                break
        else:
            self._guess()
        ordered = sorted(self.hits.values(), key=self._order)
        return ordered[: self.limit]

    def _order(self, hit: Hit) -> tuple[Any, ...]:
        return hit.is_archived, hit.rank, hit.responsible_id != self.user.pk, len(hit.name), hit.name, hit.customer_id

    def _is_enough(self) -> bool:
        return sum(not hit.is_archived for hit in self.hits.values()) >= self.limit

    def _exact(self) -> Iterator[list[Slot]]:
        if self.typed.digits:
            yield search_query.numbers(self.typed, at_end=True)
            yield search_query.numbers(self.typed, at_end=False)
        yield search_query.whole_words(self.typed)
        if self.typed.digits and len(self.typed.words) > 1:
            return  # a number in groups, no words
        yield search_query.word_beginnings(self.typed)
        yield search_query.insides(self.typed)

    def _guess(self) -> None:
        """Few were found, so a word may be misspelt."""
        self.near = _near_words(self.typed.words)
        if any(self.near.values()):
            self._look(search_query.corrected(self.typed, self.near))

    def _look(self, slots: list[Slot]) -> None:
        """All one may see, own customers too if there are too many; archived ones if there is room."""
        key = search_query.expression(slots)
        if key in self.looked:
            return
        self.looked.add(key)
        if self.archived is not True:
            rows = self._rows(slots, archived=False)
            if len(rows) >= self._bound and not self.visibility.responsible_ids:
                rows += self._rows(slots, archived=False, mine=True)
            self._keep(rows)
        if self.archived is not False and not self._is_enough():
            self._keep(self._rows(slots, archived=True))

    @property
    def _bound(self) -> int:
        return max(_READ, self.limit)

    def _rows(self, slots: list[Slot], *, archived: bool, mine: bool = False) -> list[tuple[Any, ...]]:
        seen = self.visibility.responsible_ids
        asked = {self.user.pk} if mine else seen or ()
        among = [value_fact("r", pk) for pk in sorted(asked)] if len(asked) <= _MOST_SEEN_FACTS else []
        question = search_query.expression(slots, among=among, archived=archived)
        return _candidates(question, self.visibility, self._bound)

    def _keep(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for pk, name, city, responsible_id, archived_at, entries in rows:
            if pk in self.hits:
                continue
            shown = [(s, t) for s, t in json.loads(entries) if s not in self.secret]
            found = _judged(shown, self.typed, self.near)
            if found:
                rank, why, text, is_guess = found
                self.hits[pk] = Hit(pk, name, city, responsible_id, bool(archived_at), why, text, rank, is_guess)

    def _codes(self) -> None:
        """Numbers of orders and the like: a beginning of the whole number, or of its last digits."""
        if not any(c.isdigit() for c in self.typed.code):
            return
        for column, value in (("code", self.typed.code), ("ending", self.typed.code.lstrip("0"))):
            if value and (column == "code" or value.isdigit()):
                # Other things than orders begin with digits too.
                room = max(1, self.limit // 2) if self.typed.digits else self.limit
                for row in _by_code(column, value, self.visibility, room):
                    self._keep_code(row)

    def _keep_code(self, row: tuple[Any, ...]) -> None:
        pk, name, city, responsible_id, archived_at, source, text, code, ending = row
        if (self.archived is not None and bool(archived_at) != self.archived) or pk in self.hits:
            return
        rank = 0 if self.typed.code in (code, ending) else 5
        why = source.partition(":")[0]
        self.hits[pk] = Hit(pk, name, city, responsible_id, bool(archived_at), why, text, rank)


def _fields_hidden_from(user: User) -> frozenset[str]:
    """Sources that this user's role does not see: nobody is found by what they must not read."""
    return frozenset(f"own:{field.key}" for field in OwnField.objects.all() if not is_seen_by(field, user))


def _candidates(question: str, visibility: Visibility, limit: int) -> list[tuple[Any, ...]]:
    """(id, name, city, responsible, archived, entries) of customers with these grams.

    The question is part of the statement: PostgreSQL then plans for these very grams, common or rare.
    """
    seen, parameters = _seen(visibility)
    columns = "c.id, c.name, c.city, c.responsible_id, c.archived_at, t.entries"
    if connection.vendor == "sqlite":
        sql = (
            f"SELECT {columns} FROM customers_searchgrams g CROSS JOIN customers_customer c ON c.id = g.rowid "
            "CROSS JOIN customers_searchtext t ON t.customer_id = c.id "
            f"WHERE customers_searchgrams MATCH %s{seen} LIMIT {limit}"
        )
        parameters = [question, *parameters]
    else:
        quoted = question.replace("'", "''").replace("%", "%%")
        sql = (
            f"SELECT {columns} FROM customers_searchtext t JOIN customers_customer c ON c.id = t.customer_id "
            f"WHERE t.grams @@ '{quoted}'::tsquery{seen} LIMIT {limit}"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _seen(visibility: Visibility) -> tuple[str, list[Any]]:
    if visibility.responsible_ids is None:
        return "", []
    marks = ", ".join(["%s"] * len(visibility.responsible_ids))
    return f" AND c.responsible_id IN ({marks})", sorted(visibility.responsible_ids)


def _by_code(column: str, value: str, visibility: Visibility, limit: int) -> list[tuple[Any, ...]]:
    seen, parameters = _seen(visibility)
    at_least, below = (">=", "<") if connection.vendor == "sqlite" else ("~>=~", "~<~")
    bound = max(limit, _CODES_READ) if parameters else limit
    sql = (
        "SELECT c.id, c.name, c.city, c.responsible_id, c.archived_at, s.source, s.text, s.code, s.ending FROM "
        f"(SELECT * FROM customers_searchcode WHERE {column} {at_least} %s AND {column} {below} %s "
        f"ORDER BY {column}{'' if connection.vendor == 'sqlite' else ' USING ~<~'} LIMIT {bound}) s "
        f"JOIN customers_customer c ON c.id = s.customer_id WHERE 1 = 1{seen} LIMIT {limit}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [value, value + "\U0010ffff", *parameters])
        return list(cursor.fetchall())


def _near_words(words: tuple[str, ...]) -> dict[str, list[str]]:
    """Known words of names that differ from a typed one by a slip or two, the nearest first."""
    able = [word for word in words if grams.may_slip(word)]
    return {word: _near(word) for word in able}


def _near(word: str) -> list[str]:
    keys = grams.slips(word)
    known = SearchSlip.objects.filter(key__in=keys).values_list("word", flat=True)[:_SLIPS_READ]
    ranked = sorted((grams.distance(word, other), other) for other in set(known) if other != word)
    return [other for far, other in ranked if far <= grams.allowed(word)][:_NEAR_WORDS]


# How well a word of the question is met, the smaller the better.
_WHOLE_NAME, _WHOLE, _BEGINS_NAME, _NUMBER_ENDS, _BEGINS, _NUMBER, _INSIDE, _GUESS = range(8)
_IN_NAME = ("name", "person")


def _judged(
    entries: list[tuple[str, str]], typed: Typed, near: dict[str, list[str]]
) -> tuple[int, str, str, bool] | None:
    """(rank, source, text, is a guess) by the texts themselves; None when the grams only looked alike."""
    if typed.digits and (number := _number_met(entries, typed.digits)):
        return number
    rank, best = 0, (-1, "name", "")
    for word in typed.words:
        met = min((_met(word, source, text, near.get(word, ())), source, text) for source, text in entries)
        if met[0] > _GUESS:
            return None
        rank += met[0]
        best = max(best, met, key=lambda one: (one[1] not in _IN_NAME[:1], one[0]))
    name = next((text for source, text in entries if source == "name"), "")
    begins = grams.words(name)[:1] and grams.words(name)[0].startswith(typed.words[0])
    is_guess = any(_met(word, s, t, ()) > _GUESS for word in typed.words for s, t in [best[1:]]) and bool(near)
    return rank * 2 + (not begins), best[1], best[2], is_guess


def _number_met(entries: list[tuple[str, str]], writings: tuple[str, ...]) -> tuple[int, str, str, bool] | None:
    for source, text in entries:
        if source == "phone":
            stored = grams.digits_of(text)
            if any(stored == one for one in writings):
                return 0, source, text, False
            if any(stored.endswith(one) for one in writings):
                return _NUMBER_ENDS * 2, source, text, False
            if any(one in stored for one in writings):
                return _NUMBER * 2, source, text, False
    return None


def _met(word: str, source: str, text: str, near: Iterable[str]) -> int:
    if source == "phone":
        plain = word.lstrip("0") or word
        return _NUMBER if word.isdigit() and len(plain) >= 3 and plain in grams.digits_of(text) else _GUESS + 1
    stored = grams.words(text)
    in_name = source in _IN_NAME
    if word in stored:
        return _WHOLE_NAME if in_name else _WHOLE
    if any(one.startswith(word) for one in stored):
        return _BEGINS_NAME if in_name else _BEGINS
    if any(word in one for one in stored):
        return _INSIDE
    return _GUESS if any(one in stored for one in near) else _GUESS + 1
