"""Who may be in the base twice: looked for by a job, so that no window ever goes through the whole base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations, islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.customers.merge_models import DuplicatePair
from callcard.customers.models import Customer, folded
from callcard.customers.search import alike
from callcard.jobs.kinds import Result, Run
from callcard.staff.models import User
from callcard.staff.visibility import visible_to

FIND_DUPLICATES = "find-duplicates"
MOST_OF_A_KIND = 2000
_MOST_ALIKE = 3  # of one value: a number that fifty share is a switchboard's, not a person's
_ALIKE_LOOKED_AT = 500
_AT_ONCE = 100
_ALIKE_ENOUGH = 0.86

# Each goes along an index or sorts once, and only reads: nobody waits for it, on SQLite neither.
_NUMBERS = """
SELECT p.e164, MIN(p.customer_id), MAX(p.customer_id), COUNT(DISTINCT p.customer_id) FROM customers_phone p
JOIN customers_customer c ON c.id = p.customer_id AND c.archived_at IS NULL
WHERE p.e164 <> '' GROUP BY p.e164 HAVING COUNT(DISTINCT p.customer_id) > 1 ORDER BY p.e164 LIMIT %s
"""
_EMAILS = """
SELECT LOWER(t.value), MIN(t.customer_id), MAX(t.customer_id), COUNT(DISTINCT t.customer_id) FROM customers_contact t
JOIN customers_customer c ON c.id = t.customer_id AND c.archived_at IS NULL
WHERE t.kind = 'email' GROUP BY LOWER(t.value) HAVING COUNT(DISTINCT t.customer_id) > 1 ORDER BY 1 LIMIT %s
"""
_NAMES = """
SELECT search_name, MIN(id), MAX(id), COUNT(*) FROM customers_customer
WHERE archived_at IS NULL AND search_name <> '' GROUP BY search_name HAVING COUNT(*) > 1 ORDER BY search_name LIMIT %s
"""
_OWNERS = {
    DuplicatePair.Why.NUMBER: "SELECT DISTINCT p.customer_id FROM customers_phone p JOIN customers_customer c "
    "ON c.id = p.customer_id AND c.archived_at IS NULL WHERE p.e164 = %s ORDER BY 1 LIMIT %s",
    DuplicatePair.Why.EMAIL: "SELECT DISTINCT t.customer_id FROM customers_contact t JOIN customers_customer c "
    "ON c.id = t.customer_id AND c.archived_at IS NULL WHERE t.kind = 'email' AND LOWER(t.value) = %s "
    "ORDER BY 1 LIMIT %s",
    DuplicatePair.Why.NAME: "SELECT id FROM customers_customer WHERE search_name = %s AND archived_at IS NULL "
    "ORDER BY id LIMIT %s",
}
_GROUPS = {DuplicatePair.Why.NUMBER: _NUMBERS, DuplicatePair.Why.EMAIL: _EMAILS, DuplicatePair.Why.NAME: _NAMES}
Found = tuple[int, int, str, str]
"""first, second, why, what both have."""


def find_duplicates(run: Run) -> Result:
    """The job. Pairs that are none any more go; what somebody said of a pair stays."""
    began, number = timezone.now(), 0
    waiting = _found()
    while some := list(islice(waiting, _AT_ONCE)):
        run.progress(number)
        number += len(some)
        write_pairs(some)
    with transaction.atomic():
        DuplicatePair.objects.filter(found_at__lt=began, differ_at=None).delete()
    words = _("%(number)d pairs may be the same.") % {"number": DuplicatePair.objects.filter(differ_at=None).count()}
    return Result(words=words, url="/customers/duplicates", link_words=_("Look at them"))


def _found() -> Iterator[Found]:
    """The strongest reason first: a pair is kept with the first reason that is written."""
    for why, sql in _GROUPS.items():
        for value, first, second, size in _read(sql, MOST_OF_A_KIND):
            people = [first, second] if size == 2 else owners(why, value)
            for one, other in combinations(people, 2):
                yield one, other, why, value
    yield from _alike()


def owners(why: DuplicatePair.Why, value: str) -> list[int]:
    """Customers who have this number, address or name, a few; in the order of their ids."""
    return [pk for (pk,) in _read(_OWNERS[why], value, _MOST_ALIKE)]


def _alike() -> Iterator[Found]:
    """Names that differ in a letter or in the order of words: of the newest customers only, each is a search."""
    looker = next((one for one in User.objects.who_may("customers.see") if visible_to(one).everything), None)
    if looker is None:
        return
    newest = Customer.objects.current().order_by("-pk").values_list("pk", "name")
    for pk, name in newest[:_ALIKE_LOOKED_AT]:
        for hit in alike(name, "", user=looker, limit=_MOST_ALIKE + 1):
            if hit.customer_id != pk and not hit.is_archived and are_alike(name, hit.name):
                yield min(pk, hit.customer_id), max(pk, hit.customer_id), DuplicatePair.Why.ALIKE, ""


def are_alike(name: str, other: str) -> bool:
    """The same words in another order, or but for a letter or two."""
    one, two = (" ".join(sorted(folded(each).split())) for each in (name, other))
    return SequenceMatcher(None, one, two).ratio() >= _ALIKE_ENOUGH


def write_pairs(found: Sequence[Found]) -> None:
    """Those that are known already were found once more."""
    now = timezone.now()
    best: dict[tuple[int, int], Found] = {}
    for pair in found:
        best.setdefault(pair[:2], pair)
    with transaction.atomic():
        known = {
            (row.first_id, row.second_id): row
            for row in DuplicatePair.objects.filter(first__in=[one for one, _other in best])
        }
        fresh = [
            DuplicatePair(first_id=one, second_id=other, why=why, shared=shared[:254], found_at=now)
            for (one, other), (_first, _second, why, shared) in best.items()
            if (one, other) not in known
        ]
        DuplicatePair.objects.bulk_create(fresh, ignore_conflicts=True)
        DuplicatePair.objects.filter(pk__in=[known[pair].pk for pair in best if pair in known]).update(found_at=now)


def _read(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
