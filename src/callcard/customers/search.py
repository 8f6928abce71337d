"""Finding customers by what somebody types: names in any script, parts of numbers, addresses, orders, own fields.

Every look into the index reads a bounded number of customers, so a word that a hundred thousand have is as quick as a
rare one. What the index gives are candidates; what is found is decided here by the texts themselves.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from callcard.customers import grams, search_query, search_reading, search_slips
from callcard.customers.models import OwnField
from callcard.customers.number_guesses import count_whole_number
from callcard.customers.own_fields import is_seen_by
from callcard.customers.search_index import value_fact
from callcard.customers.search_judging import judged
from callcard.customers.search_query import Slot, Typed
from callcard.customers.search_reading import Row
from callcard.customers.search_slips import Near
from callcard.customers.search_veil import found_through
from callcard.staff.company import company
from callcard.staff.models import User
from callcard.staff.visibility import visible_to

FOUND_AT_ONCE = 8
_READ = 60
_TELLING = 3  # letters; of fewer even one's own customers have too many
_CODES_READ = 60
_TELLING = 3  # letters; of fewer even one's own customers have too many
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
    Raises PermissionDenied for who asks for too many whole numbers and sees them veiled.
    """
    typed = search_query.read_typed(text, region or company().region)
    count_whole_number(user, max(typed.digits, key=len, default=""))
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
        self.newest: dict[int, int] = {}
        self.asked: list[list[Slot]] = []
        self.secret, self.veil = _fields_hidden_from(user), user.veil
        self.near: Near = {}

    def run(self) -> list[Hit]:
        if self.visibility.responsible_ids is not None and not self.visibility.responsible_ids:
            return []
        self._codes()
        for look in self._looks():
            look()
            if self._is_enough():
                break
        else:
            self._guess()
            self._look_at_archived()
        return _spread(sorted(self.hits.values(), key=self._order))[: self.limit]

    def _order(self, hit: Hit) -> tuple[Any, ...]:
        likeliest = hit.is_archived, hit.is_guess, hit.rank, self.newest.get(hit.customer_id, 0)
        return *likeliest, hit.responsible_id != self.user.pk, len(hit.name), hit.name, hit.customer_id

    def _is_enough(self) -> bool:
        return sum(not hit.is_archived for hit in self.hits.values()) >= self.limit

    def _looks(self) -> Iterator[Callable[[], None]]:
        """From what is surely meant on."""
        typed = self.typed
        if typed.digits:
            yield partial(self._look, search_query.number_ends(typed))
            if self.visibility.responsible_ids is None:
                yield self._look_at_beginnings
            yield partial(self._look, search_query.numbers_inside(typed))
        yield partial(self._look, search_query.whole_words(typed))
        if typed.digits and len(typed.words) > 1:
            return  # a number in groups, no words
        yield partial(self._look, search_query.word_beginnings(typed))
        yield partial(self._look, search_query.insides(typed))

    def _guess(self) -> None:
        """Few were found, so a word may be misspelt: one of them by a letter, by more, and only then several."""
        self.near = search_slips.near_words(self.typed)
        if not any(self.near.values()):
            return
        for by in ((0, 1), (2,)):
            self._look(*search_slips.one_word_corrected(self.typed, self.near, by=by))
            if self._is_enough():
                return
        each = search_slips.each_word_corrected(self.typed, self.near)
        if any(hit.is_guess for hit in self.hits.values()):
            self.asked.append(each)
        else:
            self._look(each)

    def _look(self, *questions: list[Slot]) -> None:
        """All one may see, and own customers too if there are too many."""
        fresh = [slots for slots in questions if slots not in self.asked]
        if not fresh:
            return
        if len(fresh) == 1:
            self.asked += fresh
        rows = self._rows(fresh, archived=self.archived is True)
        is_common = len(rows) >= 2 * self.limit and len(self.typed.code) >= _TELLING and not self.typed.digits
        if is_common and self.archived is not True and not self.visibility.responsible_ids:
            rows += self._rows(fresh, archived=False, mine=True)
        self._keep(rows)

    def _look_at_archived(self) -> None:
        """When there is room for them, in one go for all that was asked."""
        if self.archived is None and self.asked:
            self._keep(self._rows(self.asked, archived=True))

    def _look_at_beginnings(self) -> None:
        """Of numbers typed from their first digit, which so many share that an index of their order is quicker."""
        for begun in self.typed.begun_numbers:
            rows = search_reading.with_number_from(begun, self._bound)
            self._keep(row for row in rows if self.archived in (None, bool(row[4])))

    @property
    def _bound(self) -> int:
        return max(_READ, self.limit)

    def _rows(self, questions: list[list[Slot]], *, archived: bool, mine: bool = False) -> list[Row]:
        seen = self.visibility.responsible_ids
        asked = {self.user.pk} if mine else seen or ()
        among = [[value_fact("r", pk)] for pk in sorted(asked)] if len(asked) <= _MOST_SEEN_FACTS else []
        whole = [[*slots, among] for slots in questions] if among else questions
        each = max(self.limit, self._bound // len(whole)) if len(whole) > 1 else self._bound
        enough = min(each, 2 * self.limit)
        return search_reading.with_grams(whole, self.visibility, each, archived=archived, enough=enough)

    def _keep(self, rows: Iterable[Row]) -> None:
        for pk, name, city, responsible_id, archived_at, entries in rows:
            if pk in self.hits:
                continue
            shown = [(s, t) for s, t in json.loads(entries) if s not in self.secret]
            if self.veil is not None:
                shown = found_through(self.veil, shown, self.typed)
            found = judged(shown, self.typed, self.near)
            if found:
                rank, why, text, is_guess = found
                text = self.veil.number(text) if self.veil is not None and why == "phone" else text
                self.hits[pk] = Hit(pk, name, city, responsible_id, bool(archived_at), why, text, rank, is_guess)

    def _codes(self) -> None:
        """Numbers of orders and the like: by how they begin, or by their last number, "17" of 2026-0017."""
        if not any(c.isdigit() for c in self.typed.code):
            return
        rows = search_reading.with_code_from(self.typed.code, self.visibility, _CODES_READ)
        last = self.typed.words[-1]
        if last.isdigit() and (number := last.lstrip("0")):
            rows += search_reading.with_last_number(number, self.visibility, _CODES_READ)
        met = [(rank, row) for row in rows if (rank := self._code_rank(row[7], row[8])) is not None]
        # Other things than orders begin with digits too.
        room = max(1, self.limit // 2) if self.typed.digits else self.limit
        for place, (rank, row) in enumerate(sorted(met, key=lambda one: one[0])[:room]):
            self._keep_code(rank, row)
            self.newest.setdefault(row[0], place)

    def _code_rank(self, code: str, number: str) -> int | None:
        """None when the number's last digits are all that fits."""
        if self.typed.code == code:
            return 0
        if len(self.typed.words) == 1 and self.typed.code.lstrip("0") == number:
            return 1
        return 5 if all(word in code for word in self.typed.words) else None

    def _keep_code(self, rank: int, row: Row) -> None:
        pk, name, city, responsible_id, archived_at, source, text, _code, _number = row
        if self.archived in (None, bool(archived_at)) and pk not in self.hits:
            why = source.partition(":")[0]
            self.hits[pk] = Hit(pk, name, city, responsible_id, bool(archived_at), why, text, rank)


def _spread(hits: list[Hit]) -> list[Hit]:
    """Of guesses, one of each name before a second of any: who knows which of the names was meant."""
    before: Counter[str] = Counter()
    turns: dict[int, int] = {}
    for hit in hits:
        turns[hit.customer_id] = before[hit.name] if hit.is_guess else 0
        before[hit.name] += 1
    return sorted(hits, key=lambda hit: (hit.is_archived, hit.is_guess, turns[hit.customer_id]))


def _fields_hidden_from(user: User) -> frozenset[str]:
    """Sources that this user's role does not see: nobody is found by what they must not read."""
    return frozenset(f"own:{field.key}" for field in OwnField.objects.all() if not is_seen_by(field, user))
