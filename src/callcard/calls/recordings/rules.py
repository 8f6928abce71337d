"""How long one goes on looking for a recording, and how long it is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

# The file may be mixed, converted or uploaded for some time after the call.
_PAUSES = (
    *(timedelta(seconds=15),) * 4,
    *(timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)),
)
_LAST_PAUSE = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=3)
# While these last, the source is at fault and not the recording: it is waited for.
SOURCE_PROBLEMS = frozenset({"away", "slow", "login", "status", "no_folder", "no_rights", "disk"})
FINAL_PROBLEMS = frozenset({"too_large", "forbidden", "address", "climbs"})
_HOPELESS = frozenset({"empty", "not_sound", "broken"})
_HOPEFUL_ATTEMPTS = 4
MOST_IDS = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """`direction` and `line` empty: all. `days` 0: for good."""

    direction: str
    line: str
    days: int


def pause_after(attempts: int) -> timedelta:
    """Until it is looked for again, after so many attempts in vain."""
    return _PAUSES[attempts - 1] if 0 < attempts <= len(_PAUSES) else _LAST_PAUSE


def gives_up(problem: str, *, attempts: int, ended_at: datetime, now: datetime) -> bool:
    """Whether to look no more by itself. What is at fault may be filled or converted within a minute."""
    if problem in SOURCE_PROBLEMS and now - ended_at < 2 * GIVE_UP_AFTER:
        return False
    is_hopeless = problem in _HOPELESS and attempts > _HOPEFUL_ATTEMPTS
    return problem in FINAL_PROBLEMS or is_hopeless or now - ended_at > GIVE_UP_AFTER


def days_kept(direction: str, line: str, rules: Iterable[Rule], otherwise: int) -> int:
    """By the most exact rule that fits: a line counts more than a direction."""
    fitting = [rule for rule in rules if rule.direction in ("", direction) and rule.line in ("", line)]
    best = max(fitting, key=lambda rule: (bool(rule.line), bool(rule.direction)), default=None)
    return otherwise if best is None else best.days


def shortest_kept(rules: Iterable[Rule], otherwise: int) -> int:
    """Nothing is older than this many days and has to go; 0: nothing ever has to."""
    return min((days for days in (otherwise, *(rule.days for rule in rules)) if days), default=0)


def addresses(template: str, ids: Iterable[str], day: date) -> Iterator[str]:
    """Where a recording may be: `https://pbx/{year}/{month}/{day}/{id}.wav`, for each id that the call has."""
    for one in list(dict.fromkeys(ids))[:MOST_IDS]:
        values = {"id": quote(one, safe=""), "year": f"{day:%Y}", "month": f"{day:%m}", "day": f"{day:%d}"}
        address = template
        for name, value in values.items():
            address = address.replace(f"{{{name}}}", value)
        yield address
