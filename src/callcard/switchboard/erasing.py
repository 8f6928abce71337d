"""Presses of Call to a person who is erased, and what the telephone systems said lately."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from callcard.customers.erasing import Person, erases
from callcard.switchboard.models import DialRequest, HookDelivery, WireLine


def name_steps() -> None:
    erases(
        "dialled", _("Calls asked for"), _("stay as numbers"), count=lambda person: _asked(person).count(), erase=_erase
    )


def _asked(person: Person) -> models.QuerySet[DialRequest]:
    return DialRequest.objects.filter(Q(number__in=person.numbers) | Q(shown_name__in=person.names))


def _erase(person: Person) -> None:
    _asked(person).update(shown_name="")
    # A few thousand lines at most, kept for finding faults of a link.
    told = [Q(summary__icontains=text) for text in (*person.names, *person.numbers)]
    for said in told:
        WireLine.objects.filter(said).delete()
    _erase_deliveries([text.encode() for text in (*person.names, *person.numbers)])


def _erase_deliveries(texts: list[bytes]) -> None:
    """Kept for some days as they came, so that they can be looked for only by reading them."""
    rows = HookDelivery.objects.values_list("pk", "body").iterator(chunk_size=500)
    found = [pk for pk, body in rows if any(_is_in(text, bytes(body)) for text in texts)]
    HookDelivery.objects.filter(pk__in=found).update(body=b"", headers={})


def _is_in(text: bytes, body: bytes) -> bool:
    """Providers leave the plus of a number out, or write it as %2B."""
    return text.lstrip(b"+") in body
