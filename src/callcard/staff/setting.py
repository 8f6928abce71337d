"""The language and the clock of somebody for whom the program works while no page of theirs is being made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone, translation

from callcard.staff.company import company_zone, zone_of
from callcard.staff.models import User


@contextmanager
def in_setting_of(user_id: int | None) -> Iterator[None]:
    """The user's language and time zone; None, which is nobody: the installation's and the company's."""
    user = User.objects.filter(pk=user_id).only("language", "time_zone").first() if user_id else None
    language = user.language if user else ""
    zone = zone_of(user) if user else company_zone()
    with timezone.override(zone), translation.override(language or settings.LANGUAGE_CODE):
        yield
