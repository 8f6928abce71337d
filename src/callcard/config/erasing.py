"""What every room does when a person is erased, in the order in which it is done."""

from __future__ import annotations

from callcard.api import erasing as api
from callcard.api.webhooks import erasing as webhooks
from callcard.calls import erasing as calls
from callcard.calls.missed import erasing as missed
from callcard.calls.recordings import erasing as recordings
from callcard.customers import erasing_steps as customers
from callcard.customers.consent import registers as consent
from callcard.sales import erasing as sales
from callcard.switchboard import erasing as switchboard
from callcard.tasks import erasing as tasks


def name_steps() -> None:
    """Recordings and missed callers before the calls, which forget whose they were."""
    for room in (sales, tasks, webhooks, recordings, missed, calls, switchboard, api, consent, customers):
        room.name_steps()
