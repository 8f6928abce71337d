"""The language and the clock of somebody for whom the program works while no page of theirs is being made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone, translation

from callcard.staff.company import company_zone
from callcard.staff.models import User


@contextmanager
def in_setting_of(user_id: int | None) -> Iterator[None]:
    """The user's language (None: nobody's, the installation's) and the company's time zone."""
    language = User.objects.filter(pk=user_id).values_list("language", flat=True).first() if user_id else ""
    with timezone.override(company_zone()), translation.override(language or settings.LANGUAGE_CODE):
        yield
