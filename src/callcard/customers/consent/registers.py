"""Consents of a customer who is merged into another, or erased."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from callcard.customers.consent.models import Consent
from callcard.customers.erasing import Person, erases, knows
from callcard.customers.merging import moves


def name_tables() -> None:
    """All answers come together; of a way the one that was noted last counts."""
    moves(Consent)


def name_steps() -> None:
    erases("consents", _("Consents"), _("go for good"), count=_count, erase=_erase)
    knows(Consent, fate="goes")


def _count(person: Person) -> int:
    return Consent.objects.filter(customer__in=person.ids).count()


def _erase(person: Person) -> None:
    Consent.objects.filter(customer__in=person.ids).delete()
