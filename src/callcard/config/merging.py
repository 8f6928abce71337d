"""Every table that follows a customer who is merged into another, in the order in which they are moved."""

from __future__ import annotations

from callcard.calls import merging as calls
from callcard.calls.missed import merging as missed
from callcard.customers import merge_tables as customers
from callcard.customers.consent import registers as consent
from callcard.sales import merging as sales
from callcard.tasks import merging as tasks


def name_tables() -> None:
    """The calls come last: they tell pop-ups, which is the last thing of a transaction."""
    for room in (customers, consent, sales, tasks, missed, calls):
        room.name_tables()
