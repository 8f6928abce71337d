"""Countries, currencies and time zones to choose from, by the names people here call them."""

from __future__ import annotations

import os
import unicodedata
import zoneinfo
from functools import lru_cache
from pathlib import Path

import phonenumbers
from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

from callcard.ui.writing import current_locale

_AREAS = frozenset({"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})
_ZONE_FILES = "zoneinfo/"


def countries() -> list[tuple[str, str]]:
    """(two letters, name) of each country with a numbering plan, by name."""
    return _countries(current_locale())


@lru_cache(maxsize=16)
def _countries(locale: Locale) -> list[tuple[str, str]]:
    named = [(code, str(locale.territories.get(code, code))) for code in phonenumbers.SUPPORTED_REGIONS]
    return sorted(named, key=lambda country: _sorting(country[1]))


def currencies() -> list[tuple[str, str]]:
    """(three letters, "LAK · Laotian Kip") of each currency that some country pays with now."""
    return _currencies(current_locale())


@lru_cache(maxsize=16)
def _currencies(locale: Locale) -> list[tuple[str, str]]:
    codes = {code for country in get_global("territory_currencies") for code in get_territory_currencies(country)}
    return [(code, f"{code} · {locale.currencies.get(code, code)}") for code in sorted(codes)]


def _sorting(name: str) -> str:
    """An accent does not send a name to the end of the list."""
    return "".join(mark for mark in unicodedata.normalize("NFKD", name) if not unicodedata.combining(mark)).casefold()


@lru_cache(maxsize=1)
def time_zones() -> list[str]:
    """The names this machine knows, such as "Asia/Vientiane"."""
    known = {name for name in zoneinfo.available_timezones() if name.split("/")[0] in _AREAS and "/" in name}
    return sorted({"UTC", *known})


def is_time_zone(name: str) -> bool:
    return name in time_zones()


@lru_cache(maxsize=1)
def zones_of_countries() -> dict[str, list[str]]:
    """The time zones of each country, by its two letters; a few small places have none of their own."""
    zones: dict[str, list[str]] = {}
    for zone, country in sorted(get_global("zone_territories").items()):
        if country in phonenumbers.SUPPORTED_REGIONS and is_time_zone(zone):
            zones.setdefault(country, []).append(zone)
    return zones


def machine_zone() -> str:
    """The time zone this machine is set to; UTC when it does not say."""
    try:
        linked = os.readlink("/etc/localtime")
        written = Path("/etc/timezone").read_text().strip() if _ZONE_FILES not in linked else ""
    except (OSError, UnicodeDecodeError):
        linked, written = "", ""
    name = os.environ.get("TZ", "") or linked.partition(_ZONE_FILES)[2] or written
    return name if is_time_zone(name) else "UTC"


def country_of(zone: str) -> str:
    """Two letters, or empty when the zone is of no one country."""
    code = str(get_global("zone_territories").get(zone, ""))
    return code if code in phonenumbers.SUPPORTED_REGIONS else ""


def currency_of(country: str) -> str:
    """What is paid with there now; USD when that is not known."""
    return next(iter(get_territory_currencies(country)), "USD") if country else "USD"
