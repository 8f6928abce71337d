"""How it stands with somebody who called: all that the log and the settings say, read before anything is written.

Reading takes ten times as long as writing, and on SQLite a transaction keeps a ringing phone waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from callcard.calls.missed.history import History, rang_users, read_history, settled_by_hand_at, who_spoke
from callcard.calls.missed.rules import Waiting, waiting
from callcard.calls.missed.setting import missed_settings
from callcard.calls.models import Call
from callcard.calls.screening.queries import is_blocked
from callcard.customers.models import Customer
from callcard.staff.company import company


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`newest`: the last call in vain of those that `waits` is about. `waits` is None when nobody waits.

    `settled_at`: when somebody last said by hand that it is done. `rang`: ids of the users whose phones rang.
    `assignee_id`: who should call back; None: everybody whose phone rang. `calls_back_within`: None for no limit.
    """

    key: str
    history: History
    settled_at: datetime | None
    waits: Waiting | None
    newest: Call | None = None
    is_blocked: bool = False
    rang: frozenset[int] = frozenset()
    assignee_id: int | None = None
    calls_back_within: timedelta | None = None


def standing(key: str) -> Standing:
    history = read_history(key)
    settled_at = settled_by_hand_at(key)
    waits = waiting(history.heard, settled_at=settled_at)
    if waits is None:
        return Standing(key=key, history=history, settled_at=settled_at, waits=None)
    in_vain = [call for call in history.missed if call.started_at >= waits.first_at]
    newest = next(call for call in in_vain if call.pk == waits.last_call)
    minutes = missed_settings().minutes
    return Standing(
        key=key,
        history=history,
        settled_at=settled_at,
        waits=waits,
        newest=newest,
        is_blocked=is_blocked(newest.number, region=company().region),
        rang=frozenset(rang_users(call.pk for call in in_vain)),
        assignee_id=who_calls_back(key, history),
        calls_back_within=timedelta(minutes=minutes) if minutes else None,
    )


def who_calls_back(key: str, history: History) -> int | None:
    """Who looks after them, else who spoke with them last; None: everybody whose phone rang."""
    newest = next(iter(history.missed), None)
    if newest is None or key.startswith("w:"):
        return None
    responsible = _responsible(newest.customer_id) if newest.customer_id else None
    if responsible is None and history.reached is not None:
        return who_spoke(history.reached)
    return responsible


def _responsible(customer_id: int) -> int | None:
    """The id of who looks after this customer, if they are still here."""
    customer = Customer.objects.filter(pk=customer_id, responsible__is_active=True)
    return customer.values_list("responsible", flat=True).first()
