"""Noting what a customer allowed, and asking for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from callcard.customers.consent.models import Consent
from callcard.customers.merge_queries import held_for_writing
from callcard.customers.models import Customer
from callcard.live.watching import tell_watchers_on_commit
from callcard.staff.history import record_change, topic_of
from callcard.staff.models import Change, User


@transaction.atomic
def note_consent(
    *,
    customer: Customer,
    way: str,
    answer: str,
    by: User | None,
    said_on: date | None = None,
    how: str = "",
    text: str = "",
) -> Consent:
    """One more answer for a way, which counts from now on. `said_on`: the day, today when it is not given."""
    customer = held_for_writing(customer)
    before = newest_of(customer.pk).get(way)
    row = Consent.objects.create(
        customer=customer,
        way=way,
        answer=answer,
        said_on=said_on or timezone.localdate(),
        how=how.strip(),
        text=text.strip(),
        noted_at=timezone.now(),
        noted_by=by,
    )
    record_change(
        about="consent",
        object_id=row.pk,
        customer_id=customer.pk,
        action=Change.Action.CHANGED,
        before={way: before.answer} if before else {},
        after={way: answer, "how": row.how, "text": row.text},
        by=by,
    )
    tell_watchers_on_commit({topic_of(customer.pk): {"customer": customer.pk}}, kind="customer")
    return row


def newest_of(customer_id: int) -> Mapping[str, Consent]:
    """Way -> the answer that counts; a way that is not there was never asked about."""
    rows = Consent.objects.filter(customer=customer_id).select_related("noted_by").order_by("pk")
    return {row.way: row for row in rows}


def refused_by(customer_ids: Collection[int], *, way: str) -> set[int]:
    """Those of these customers who said no to a way: whoever sends to many leaves them out."""
    rows = Consent.objects.filter(customer__in=customer_ids, way=way).order_by("pk")
    newest = dict(rows.values_list("customer_id", "answer"))
    return {pk for pk, answer in newest.items() if answer == Consent.Answer.REFUSED}
