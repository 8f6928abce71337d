"""Endpoints and their deliveries, as the windows list them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from callcard.api.webhooks.models import Delivery, Endpoint
from callcard.api.webhooks.words import PROBLEMS

ROWS_SHOWN = 50
_TONES = {
    Delivery.State.DELIVERED: "green",
    Delivery.State.WAITING: "azure",
    Delivery.State.DEAD: "red",
    Delivery.State.WITHHELD: "secondary",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery. `tone`: the colour of its state."""

    delivery: Delivery
    words: str
    tone: str


def endpoints() -> QuerySet[Endpoint]:
    """All of them, with `waiting` and `dead`: how many messages are so."""
    counted = {
        state.value: Count("deliveries", filter=Q(deliveries__state=state))
        for state in (Delivery.State.WAITING, Delivery.State.DEAD)
    }
    return Endpoint.objects.select_related("owner").annotate(**counted).order_by("name", "pk")


def page_of(endpoint: Endpoint, *, state: str, after: str) -> tuple[list[Row], int | None]:
    """The newest first, and the id after which the next page begins."""
    rows = endpoint.deliveries.order_by("-pk").defer("body")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: ROWS_SHOWN + 1])
    shown = found[:ROWS_SHOWN]
    return [_row(one) for one in shown], shown[-1].pk if len(found) > ROWS_SHOWN else None


def _row(one: Delivery) -> Row:
    return Row(one, str(PROBLEMS.get(one.problem, one.problem)), _TONES[Delivery.State(one.state)])
