"""Whose answer to a way is what now."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from callcard.customers.consent.models import Consent


def counting(way: str) -> QuerySet[Consent]:
    """Of each customer who was asked, the answer that counts: the newest."""
    newer = Consent.objects.filter(customer=OuterRef("customer"), way=way, pk__gt=OuterRef("pk"))
    return Consent.objects.filter(~Exists(newer), way=way)
