"""Messages about a person who is erased: what has not gone out yet does not go out."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from callcard.api.webhooks.models import Delivery
from callcard.calls.erasing import calls_of
from callcard.customers.erasing import Person, erases


def name_steps() -> None:
    """Before the calls forget whose they were."""
    erases(
        "webhooks",
        _("Messages to programs"),
        _("go for good; who has received them keeps them"),
        count=lambda person: _of(person).count(),
        erase=_erase,
    )


def _of(person: Person) -> QuerySet[Delivery]:
    calls = Q(subject="call", subject_id__in=calls_of(person).values("pk"))
    return Delivery.objects.filter(Q(customer_id__in=person.ids) | calls)


def _erase(person: Person) -> None:
    _of(person).delete()
