"""The company's own settings."""

from __future__ import annotations

from callcard.staff.models import Company


def company() -> Company:
    """The one company; unsaved with its defaults before anybody set it up."""
    return Company.objects.first() or Company(name="Callcard")
