"""The job that tells: it looks for what happened, once a second, and sends what is due, many side by side."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from datetime import timedelta

from django.utils import timezone

from callcard.api.webhooks.events import told_to
from callcard.api.webhooks.following import collect
from callcard.api.webhooks.models import Delivery, Endpoint
from callcard.api.webhooks.sending import Message, Outcome, send
from callcard.api.webhooks.services import note_outcome, secrets_of, take, withhold
from callcard.jobs.kinds import JobTakenAway, Run
from callcard.jobs.services import forget_runs

DELIVER = "deliver-webhooks"
EVERY = timedelta(seconds=30)
LEASE = timedelta(seconds=30)
_RUNS_SECONDS = 29.0  # then the next job of the schedule goes on
_LOOKS_SECONDS = 1.0
_TELLS_SECONDS = 5.0
AT_ONCE = 16
AT_ONCE_TO_ONE = 2  # a receiver that hangs keeps no other waiting


def deliver_webhooks(run: Run) -> None:
    """The job. A message that is under way when it is stopped or killed is sent again, under the same id."""
    deliver(run, seconds=_RUNS_SECONDS)
    forget_runs(kind=DELIVER)


def deliver(run: Run, *, seconds: float) -> None:
    """For so long, and until what is under way then is answered. 0: until nothing is due."""
    until, told_at, lines = time.monotonic() + seconds, time.monotonic(), _Lines()
    while True:
        if run.is_stopping():
            raise JobTakenAway
        if time.monotonic() - told_at > _TELLS_SECONDS:
            told_at = time.monotonic()
            run.progress(0)
        while collect():
            run.progress(0)
        is_late = seconds > 0 and time.monotonic() > until
        begun = 0 if is_late else lines.begin_due()
        if not begun and not lines.under_way and (is_late or seconds == 0):
            return
        lines.note_answers(_LOOKS_SECONDS)


class _Lines:
    """Messages under way, each in a thread that knows no database and ends by itself."""

    def __init__(self) -> None:
        self.under_way: dict[int, int] = {}  # delivery -> its endpoint
        self._answers: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()

    def begin_due(self) -> int:
        """Returns how many were begun or put away."""
        busy, now, begun = Counter(self.under_way.values()), timezone.now(), 0
        for endpoint in Endpoint.objects.filter(off=Endpoint.Off.ON).select_related("owner").order_by("pk"):
            if not endpoint.secret:  # sealed with another secret key: `callcard check --deploy` says so
                continue
            free = min(AT_ONCE_TO_ONE - busy[endpoint.pk], AT_ONCE - len(self.under_way))
            due = endpoint.deliveries.filter(state=Delivery.State.WAITING, next_at__lte=now).order_by("next_at", "pk")
            for delivery in due[: max(free, 0)]:
                begun += self._begin(endpoint, delivery)
        return begun

    def _begin(self, endpoint: Endpoint, delivery: Delivery) -> bool:
        if not _may_be_sent(endpoint, delivery):
            withhold(delivery=delivery)
            return True
        if not take(delivery=delivery):
            return False
        message = Message(endpoint.address, delivery.message_id, delivery.body.encode(), secrets_of(endpoint))
        self.under_way[delivery.pk] = endpoint.pk
        threading.Thread(target=self._send, args=(delivery.pk, message), name="webhook", daemon=True).start()
        return True

    def _send(self, pk: int, message: Message) -> None:
        self._answers.put((pk, send(message)))

    def note_answers(self, seconds: float) -> None:
        """Wait so long for one, and take those that are there with it."""
        wait = seconds
        while True:
            try:
                pk, outcome = self._answers.get(timeout=wait) if wait else self._answers.get_nowait()
            except queue.Empty:
                return
            del self.under_way[pk]
            note_outcome(delivery_id=pk, outcome=outcome)
            wait = 0.0


def _may_be_sent(endpoint: Endpoint, delivery: Delivery) -> bool:
    """What its owner saw when it happened, they may not see any more when their rights have changed since."""
    if not delivery.body:  # sealed with another secret key
        return False
    if delivery.subject_id is None:
        return endpoint.owner.is_active
    is_gone = delivery.event.endswith(".removed")
    return told_to(endpoint.owner, delivery.subject, delivery.subject_id, is_gone=is_gone) is not None
