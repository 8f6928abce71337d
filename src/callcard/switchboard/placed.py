"""How the calls that a user placed by button stand: written as the PBX tells of them, read by the page."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from callcard.calls.models import Call, Segment
from callcard.live.services import Tell, tell
from callcard.staff.models import User
from callcard.switchboard.dial_words import HANDED_ON, state_in_words
from callcard.switchboard.models import DialRequest
from callcard.switchboard.placed_rules import Progress

logger = logging.getLogger(__name__)

State = DialRequest.State
STAYS = timedelta(seconds=20)  # on the screen after its end
_LOOKED_BACK = timedelta(hours=12)
_ANSWER_DUE = timedelta(seconds=60)  # whoever was to tell how it stands has died
_AT_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """`call_id`: the call that came of it, once there is one."""

    request: DialRequest
    call_id: int | None
    words: str


def write_progress(pbx: str, news: Sequence[Progress]) -> None:
    """Keep it and tell the user's pages. Never fails but for the database: the writer of all calls runs it."""
    try:
        for each in news:
            _write_one(pbx, each)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("the state of a call by button cannot be written")


def _write_one(pbx: str, now: Progress) -> None:
    with transaction.atomic():
        # Held until it is written: its user may give the call up at this very moment, which must not be written over.
        rows = DialRequest.objects.select_for_update().filter(command_id=now.command_id)
        row = rows.only("user_id", "problem", "state", "outcome").first()
        if row is None or (row.state, row.outcome) == (now.state, now.outcome):
            return
        row.state, row.outcome, row.pbx, row.call_key = now.state, now.outcome, pbx, now.call_key[:160]
        row.changed_at = timezone.now()
        if row.problem in ("unknown", "never_placed"):  # nobody knew whether it was placed: here it is
            row.problem = ""
        row.save(update_fields=["state", "outcome", "problem", "pbx", "call_key", "changed_at"])
        if now.state == State.OVER and row.problem == "cancelled":
            _note_cancelled(pbx, now.call_key)
        tell([Tell(user_id=row.user_id, kind="dial", payload={"command": now.command_id})])


def _note_cancelled(pbx: str, key: str) -> None:
    """The PBX sees only that the phone was not picked up; that its owner gave the call up is known here alone."""
    Call.objects.filter(pbx=pbx, key=key, outcome=Call.Outcome.NOT_PLACED).update(outcome=Call.Outcome.CANCELLED)


def settle_unheard(pbx: str, *, before: datetime) -> None:
    """The PBX has told of all its calls anew: what was asked for earlier and is not among them was never placed."""
    with transaction.atomic():
        rows = DialRequest.objects.filter(pbx=pbx, state=State.ASKED, call_key="", requested_at__lt=before)
        lost = list(rows.values_list("pk", "user_id", "command_id"))
        DialRequest.objects.filter(pk__in=[pk for pk, _, _ in lost]).update(
            state=State.OVER, problem="never_placed", changed_at=timezone.now()
        )
        tell([Tell(user_id=user_id, kind="dial", payload={"command": command}) for _, user_id, command in lost])


def placed_calls(user: User) -> list[Placed]:
    """Those that go on or have just ended, the newest first."""
    now = timezone.now()
    rows = DialRequest.objects.filter(user=user, how=DialRequest.How.DESK, requested_at__gt=now - _LOOKED_BACK)
    rows = rows.filter(~Q(state=State.OVER) | Q(changed_at__gt=now - STAYS)).exclude(problem__startswith="rule_")
    requests = list(rows.order_by("-requested_at")[:_AT_MOST])
    calls = _calls_of(requests)
    return [placed for request in requests if (placed := _as_it_is(request, calls, now, user)) is not None]


def _talks(request: DialRequest, call: Call) -> bool:
    """Whether the person who placed it is still in it: they may have handed it on, and be rung back."""
    own = Segment.objects.filter(call=call, user=request.user_id)
    is_in_it = Q(role="caller") | Q(answered_at__isnull=False)
    return own.filter(is_in_it, ended_at=None).exists() or not own.exists()


def _calls_of(requests: Iterable[DialRequest]) -> dict[tuple[str, str], Call]:
    wanted = Q(pk__in=[])
    for request in requests:
        if request.call_key:
            wanted |= Q(pbx=request.pbx, key=request.call_key)
    rows = Call.objects.filter(wanted).only("pk", "pbx", "key", "ended_at", "outcome")
    return {(call.pbx, call.key): call for call in rows}


def _as_it_is(request: DialRequest, calls: dict[tuple[str, str], Call], now: datetime, user: User) -> Placed | None:
    call = calls.get((request.pbx, request.call_key))
    if request.state != State.OVER:
        if call is not None and call.ended_at:  # closed by somebody else than the PBX
            if call.ended_at < now - STAYS:
                return None
            request.state, request.outcome = State.OVER, call.outcome
        elif request.state == State.TALKING and call is not None and not _talks(request, call):
            request.state, request.outcome = State.OVER, HANDED_ON
        elif request.state == State.ASKED and request.requested_at < now - _ANSWER_DUE:
            if request.requested_at < now - _ANSWER_DUE - STAYS:
                return None
            request.problem = "unknown"
    return Placed(request=request, call_id=call.pk if call else None, words=state_in_words(request, user))
