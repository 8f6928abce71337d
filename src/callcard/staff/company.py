"""The company's own settings."""

from __future__ import annotations

import time
import zoneinfo

from callcard.staff.models import Company, User

# Asked for with every page and every pop-up; a change made by another process is seen this much later at the most.
_REMEMBER_SECONDS = 2.0
_zone: tuple[float, zoneinfo.ZoneInfo | None] = (0.0, None)


def company() -> Company:
    """The one company; unsaved with its defaults before anybody set it up."""
    return Company.objects.first() or Company(name="Callcard")


def company_zone() -> zoneinfo.ZoneInfo:
    """Where the company's clocks are. UTC when this machine does not know the zone that is set."""
    global _zone
    read_at, zone = _zone
    if zone is None or time.monotonic() - read_at > _REMEMBER_SECONDS:
        zone = _zone_named(company().time_zone)
        _zone = (time.monotonic(), zone)
    return zone


def zone_of(user: User) -> zoneinfo.ZoneInfo:
    """The time zone that the user chose, else the company's."""
    return _zone_named(user.time_zone) if user.time_zone else company_zone()


def forget_company_zone() -> None:
    """Somebody has just changed it."""
    global _zone
    _zone = (0.0, None)


def _zone_named(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
