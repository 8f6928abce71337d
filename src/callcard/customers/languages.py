"""Languages that customers speak, by the names people here call them."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

from callcard.ui.writing import current_locale


def languages() -> list[tuple[str, str]]:
    """(code, name) of each language that is official somewhere, by name."""
    return _languages(current_locale())


def language_name(code: str) -> str:
    """The code itself when nobody knows a name for it."""
    return str(current_locale().languages.get(code.replace("-", "_"), code))


@lru_cache(maxsize=16)
def _languages(locale: Locale) -> list[tuple[str, str]]:
    places = get_global("territory_languages")
    codes = {code.split("_")[0] for place in places for code in get_official_languages(place, regional=True)}
    named = [(code, str(locale.languages[code])) for code in codes if code in locale.languages]
    return sorted(named, key=lambda language: language[1].casefold())
