"""What people do with calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from callcard.calls.models import Call, Notice
from callcard.customers.models import Customer
from callcard.live.services import Tell, tell
from callcard.staff.models import User

NOTE_LENGTH = 5000  # characters


def close_notice(*, call_id: int, user: User) -> None:
    """The user does not want to see this pop-up any more, in any of their tabs."""
    with transaction.atomic():
        closed = Notice.objects.filter(call_id=call_id, user=user, closed_at=None).update(closed_at=timezone.now())
        if closed:
            tell([Tell(user_id=user.pk, kind="popup-closed", payload={"call": call_id})])


def mark_told(told: Mapping[tuple[int, int], datetime]) -> None:
    """Written to a browser of the user, for the first time. `told`: (call id, user id) -> when."""
    with transaction.atomic():  # one commit for all: whoever calls this has the next pop-up to deliver
        for (call_id, user_id), at in sorted(told.items()):
            Notice.objects.filter(call_id=call_id, user_id=user_id, told_at=None).update(told_at=at)


def mark_shown(*, call_id: int, user: User) -> None:
    """The user's browser says that the pop-up is on its screen."""
    Notice.objects.filter(call_id=call_id, user=user, shown_at=None).update(shown_at=timezone.now())


def choose_customer(*, call: Call, customer: Customer) -> None:
    """A person says who it is; nobody's guess replaces that. Everyone who sees the call sees it at once."""
    with transaction.atomic():
        Call.objects.filter(pk=call.pk).update(customer=customer, match=Call.Match.CHOSEN)
        _tell_who_sees(call)


def write_note(*, call: Call, note: str) -> None:
    Call.objects.filter(pk=call.pk).update(note=note.replace("\x00", "")[:NOTE_LENGTH])  # PostgreSQL knows no NUL


def give_up_call(*, call: Call) -> None:
    """Nobody will ever tell how this call ended."""
    now = timezone.now()
    outcome = Call.Outcome.ANSWERED if call.answered_at else Call.Outcome.UNKNOWN
    with transaction.atomic():
        call.segments.filter(ended_at=None).update(ended_at=now)
        Call.objects.filter(pk=call.pk).update(ended_at=now, outcome=outcome, is_complete=False, tracking=None)
        Notice.objects.filter(call=call).update(state=Notice.State.OVER)
        _tell_who_sees(call)


def _tell_who_sees(call: Call) -> None:
    """The call changed for everybody who has not closed its card. The last thing of a transaction."""
    users = Notice.objects.filter(call=call, closed_at=None).values_list("user_id", flat=True)
    tell([Tell(user_id=user_id, kind="popup", payload={"call": call.pk}) for user_id in users])
