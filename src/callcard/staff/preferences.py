"""What users choose for themselves."""

from __future__ import annotations

import zoneinfo

from django.conf import settings

from callcard.staff.models import User


def choose_preferences(
    *, user: User, language: str | None = None, theme: str | None = None, time_zone: str | None = None
) -> User:
    """None leaves a choice as it is; a language that the program does not speak and a time zone that this machine does
    not know are passed over. An empty time zone is the company's."""
    if language is not None and language in dict(settings.LANGUAGES):
        user.language = language
    if theme is not None:
        user.theme = theme[:40]
    if time_zone is not None and (not time_zone or time_zone in zoneinfo.available_timezones()):
        user.time_zone = time_zone
    user.save(update_fields=["language", "theme", "time_zone"])
    return user
