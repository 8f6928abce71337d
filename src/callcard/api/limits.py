"""How often a device may ask. Counted in each process by itself: it stops guessing, not a clever crowd."""

from __future__ import annotations

from django.core.cache import cache

_MINUTE = 60


def is_too_often(what: str, who: str, *, most: int) -> bool:
    """Counts this time; True when it is more than `most` in a minute."""
    key = f"callcard-api:{what}:{who}"
    if cache.add(key, 1, _MINUTE):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # it was forgotten between the two
        return False


def has_failed_too_often(what: str, who: str, *, most: int) -> bool:
    return int(cache.get(f"callcard-api:{what}:{who}", 0)) > most
