"""What programs were answered about a person who is erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from callcard.api.tokens.models import KeptAnswer
from callcard.customers.erasing import Person, erases


def name_steps() -> None:
    erases("answers", _("Kept answers to programs"), _("go for good"), count=_count, erase=_erase)


def _count(_person: Person) -> int:
    return KeptAnswer.objects.count()


def _erase(_person: Person) -> None:
    """All of them: a day's at most, and whose they are stands in no column. A request that is sent again within that
    day is done again."""
    KeptAnswer.objects.all().delete()
