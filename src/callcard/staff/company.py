"""The company's own settings."""

from __future__ import annotations

import zoneinfo

from callcard.kit.remembered import Remembered
from callcard.staff.models import Company, User


def company() -> Company:
    """The one company; unsaved with its defaults before anybody set it up."""
    return Company.objects.first() or Company(name="Callcard")


def company_zone() -> zoneinfo.ZoneInfo:
    """Where the company's clocks are. UTC when this machine does not know the zone that is set."""
    return _zone.get()


def zone_of(user: User) -> zoneinfo.ZoneInfo:
    """The time zone that the user chose, else the company's."""
    return _zone_named(user.time_zone) if user.time_zone else company_zone()


def forget_company_zone() -> None:
    """Somebody has just changed it."""
    _zone.forget()


def _zone_named(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


# Asked for with every page and every pop-up.
_zone = Remembered(lambda: _zone_named(company().time_zone))
