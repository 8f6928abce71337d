"""What users choose for themselves."""

from __future__ import annotations

from django.conf import settings

from callcard.staff.models import User


def choose_preferences(*, user: User, language: str | None, theme: str | None) -> User:
    """None leaves a choice as it is; a language that the program does not speak is passed over."""
    if language is not None and language in dict(settings.LANGUAGES):
        user.language = language
    if theme is not None:
        user.theme = theme[:40]
    user.save(update_fields=["language", "theme"])
    return user
