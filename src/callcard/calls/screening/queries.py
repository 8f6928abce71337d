"""Who calls, for a PBX that asks before any phone rings; and which numbers are blocked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from callcard.calls.screening.models import BlockedNumber
from callcard.calls.screening.rules import MOST_PREFIXES, Owner, decide, keys_of
from callcard.telephony.callers import CallerTold
from callcard.telephony.numbers import read_number, readings

_READINGS_ASKED = 4
_CUSTOMER, _OWN, _BLOCKED = 0, 1, 2
_NO_READING = "-"  # no stored number looks so


def _places(count: int) -> str:
    return ", ".join(["%s"] * count)


# One statement, one text for every number, each part along an index: a caller waits for it before anything rings.
_ASKED = f"""
SELECT {_CUSTOMER}, p.customer_id, p.e164, c.name, (
    SELECT MIN(x.number) FROM staff_extension x JOIN staff_user u ON u.id = x.user_id
    WHERE x.user_id = c.responsible_id AND u.is_active)
FROM customers_phone p JOIN customers_customer c ON c.id = p.customer_id
WHERE p.e164 IN ({_places(_READINGS_ASKED)}) AND c.archived_at IS NULL
UNION ALL SELECT {_OWN}, 0, '', COALESCE(NULLIF(TRIM(u.first_name || ' ' || u.last_name), ''), u.username, ''), ''
FROM staff_extension e LEFT JOIN staff_user u ON u.id = e.user_id WHERE e.number = %s
UNION ALL SELECT {_OWN}, 0, '', l.name, '' FROM staff_line l
WHERE l.number = %s OR l.e164 IN ({_places(_READINGS_ASKED)})
UNION ALL SELECT {_BLOCKED}, 0, '', '', '' FROM screening_blockednumber b
WHERE b.removed_at IS NULL AND (b.until IS NULL OR b.until > %s)
AND b.key IN ({_places(2 + MOST_PREFIXES)}) AND (b.is_prefix OR b.key IN ({_places(2)}))
"""


def look_up(raw: str, *, region: str) -> CallerTold:
    """Whose number `raw` (as the PBX presents it) is, in an office of `region`. One indexed query."""
    if read_number(raw, region).is_withheld:
        return CallerTold(kind="withheld")
    plain = raw.encode("utf-8", "ignore").decode().replace("\x00", "").strip()
    presented = readings(raw, region)
    if not plain:
        return CallerTold()
    owners, own_names, is_blocked = [], [], False
    for what, customer_id, e164, name, extension in _rows(_ASKED, _parameters(plain, region)):
        if what == _CUSTOMER:
            owners.append(Owner(customer_id=customer_id, e164=e164, name=name, extension=extension or ""))
        elif what == _OWN:
            own_names.append(name)
        else:
            is_blocked = True
    return decide(presented, owners, own_names, is_blocked=is_blocked)


def is_blocked(raw: str, *, region: str) -> bool:
    """Whether calls from this number shall not get through now. Withheld numbers and the company's own never are."""
    return look_up(raw, region=region).is_blocked


def blocks_of(raw: str, *, region: str) -> list[BlockedNumber]:
    """The lines of the list that block this number now."""
    exact, prefixes = keys_of(raw, readings(raw, region))
    return list(blocked_now(timezone.now()).filter(Q(key__in=exact) | Q(key__in=prefixes, is_prefix=True)))


def blocking_lines(numbers: Collection[str], *, region: str) -> dict[str, BlockedNumber]:
    """Number -> the line that blocks it now, for a page of a list; one of the whole number first. One query."""
    keys = {number: _whole_keys(number, region) for number in numbers}
    lines = list(blocked_now(timezone.now()).filter(_of_keys(keys.values())))
    lines.sort(key=lambda line: line.is_prefix)
    told: dict[str, BlockedNumber] = {}
    for number, whole in keys.items():
        line = next((one for one in lines if _fits(one, whole)), None)
        if line is not None:
            told[number] = line
    return told


def blocked_at_the_time(moments: Mapping[int, tuple[str, datetime]], *, region: str) -> set[int]:
    """The keys of those `moments` (number, when) at which the number was blocked, whatever the list says today."""
    keys = {number: _whole_keys(number, region) for number, _at in moments.values()}
    lines = list(BlockedNumber.objects.filter(_of_keys(keys.values()))) if keys else []
    return {
        name
        for name, (number, at) in moments.items()
        if any(line.held_at(at) and _fits(line, keys[number]) for line in lines)
    }


def _of_keys(keys: Iterable[set[str]]) -> Q:
    return Q(key__in=set().union(*keys)) | Q(is_prefix=True)


def _whole_keys(number: str, region: str) -> set[str]:
    """As rules.keys_of; what is E.164 already need not be read."""
    return {number, number[1:]} if number.startswith("+") else set(keys_of(number, readings(number, region))[0])


def _fits(line: BlockedNumber, whole: Collection[str]) -> bool:
    return any(key.startswith(line.key) for key in whole) if line.is_prefix else line.key in whole


def blocked_now(now: datetime) -> Any:
    """QuerySet of what is in force, the newest first."""
    rows = BlockedNumber.objects.filter(Q(until=None) | Q(until__gt=now), removed_at=None)
    return rows.select_related("blocked_by").order_by("-blocked_at", "-pk")


def no_longer_blocked(now: datetime, *, most: int = 50) -> list[BlockedNumber]:
    """What was taken off the list or has run out, the latest first."""
    rows = BlockedNumber.objects.exclude(pk__in=blocked_now(now).values("pk"))
    return list(rows.select_related("blocked_by", "removed_by").order_by("-blocked_at", "-pk")[:most])


def _parameters(plain: str, region: str) -> list[Any]:
    presented = readings(plain, region)
    asked = [reading.e164 for reading in presented[:_READINGS_ASKED]]
    asked += [_NO_READING] * (_READINGS_ASKED - len(asked))
    exact, prefixes = keys_of(plain, presented)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return [*asked, plain[:32], plain[:64], *asked, now, *exact, *prefixes, *exact]


def _rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
