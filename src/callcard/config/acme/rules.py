"""When a certificate is renewed, and how long to wait after what failed."""

from __future__ import annotations

from datetime import datetime, timedelta

# Let's Encrypt takes five failed checks of a name in an hour: these are at 0, 10 and 40 minutes.
_FIRST_WAIT = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(hours=12)
_MOST_ASKED = timedelta(days=8)
LOOK_AGAIN = timedelta(hours=12)
WARN_OF_A_FILE = timedelta(days=14)  # before its end: somebody has to get a new one
# Clocks further apart than this are somebody's mistake.
_CLOCKS_APART = timedelta(hours=1)


def renew_at(begins: datetime, ends: datetime, serial: int) -> datetime:
    """At two thirds of its life or, differently for each certificate, up to a thirtieth of it sooner."""
    life = ends - begins
    return begins + life * 2 / 3 - life / 30 * (serial % 1000 / 1000)


def wait_after(failures: int, asked: timedelta | None, chance: float) -> timedelta:
    """`failures`: in a row, this one counted. `asked`: what the authority told to wait (Retry-After). `chance`: from 0
    to 1, so that not all the world comes back at once."""
    own: timedelta = min(_FIRST_WAIT * 3 ** min(failures - 1, 10), _LONGEST_WAIT) * (1 + chance / 5)
    return max(own, min(asked, _MOST_ASKED)) if asked else own


def are_apart(here: datetime, there: datetime) -> bool:
    """Whether one of two clocks is wrong."""
    return abs(here - there) > _CLOCKS_APART


def warn_of_renewal(begins: datetime, ends: datetime) -> timedelta:
    """How long before its end a certificate that is renewed by itself should have been renewed at the latest."""
    return (ends - begins) / 6
