"""Writes of webhooks. What is done to an endpoint is a step of the history, without its secrets."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from callcard.api.webhooks.events import TEST
from callcard.api.webhooks.following import a_message, begin_at_now, forget_place
from callcard.api.webhooks.models import Delivery, Endpoint
from callcard.api.webhooks.rules import GONE, pause_after
from callcard.api.webhooks.sending import Outcome
from callcard.jobs.models import Schedule
from callcard.jobs.services import enqueue
from callcard.kit.standard_webhooks import new_secret
from callcard.staff.history import record_change, snapshot
from callcard.staff.models import Change, User

SCHEDULE = "deliver-webhooks"
MAIL_OFF = "mail-webhook-off"
BOTH_SECRETS_FOR = timedelta(hours=24)
FAILING_FOR = timedelta(days=5)
DELIVERED_KEPT, DEAD_KEPT = timedelta(days=7), timedelta(days=30)
# Longer than a try can take (sending): who was to note its answer is gone then.
_UNDER_WAY = timedelta(seconds=60)
_FORGET_AT_ONCE = 500
_KEPT = ("name", "address", "events", "owner", "off")


@transaction.atomic
def make_endpoint(*, name: str, address: str, events: Iterable[str], by: User) -> Endpoint:
    """On at once. Its secret is in the row; it is to be shown once."""
    endpoint = Endpoint.objects.create(name=name, address=address, events=sorted(events), owner=by, secret=new_secret())
    _keep(endpoint, Change.Action.CREATED, {}, by)
    keep_schedule()
    return endpoint


@transaction.atomic
def change_endpoint(*, endpoint: Endpoint, name: str, address: str, events: Iterable[str], by: User) -> None:
    """Whoever says where it goes is its owner from then on, and messages of before go away with their owner: nobody
    sends abroad what only somebody else may see."""
    before = snapshot(endpoint, _KEPT)
    if address != endpoint.address and by != endpoint.owner:
        endpoint.owner = by
        endpoint.deliveries.all().delete()
    endpoint.name, endpoint.address, endpoint.events = name, address, sorted(events)
    endpoint.save(update_fields=["name", "address", "events", "owner"])
    _keep(endpoint, Change.Action.CHANGED, before, by)


@transaction.atomic
def switch_endpoint(*, endpoint: Endpoint, on: bool, by: User) -> None:
    """What waits goes on waiting while it is off; what happens meanwhile is not told."""
    before = snapshot(endpoint, _KEPT)
    endpoint.off = Endpoint.Off.ON if on else Endpoint.Off.PERSON
    endpoint.failing_since = None
    endpoint.save(update_fields=["off", "failing_since"])
    _keep(endpoint, Change.Action.CHANGED, before, by)
    keep_schedule()


@transaction.atomic
def renew_secret(*, endpoint: Endpoint, by: User) -> None:
    """For a day messages are signed with both, so a receiver may learn the new one in its own time."""
    endpoint.old_secret, endpoint.secret = endpoint.secret, new_secret()
    endpoint.old_secret_until = timezone.now() + BOTH_SECRETS_FOR
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    record_change(
        about="webhook",
        object_id=endpoint.pk,
        customer_id=None,
        action=Change.Action.CHANGED,
        before={"secret": "…"},
        after={"secret": "… …"},
        by=by,
    )


@transaction.atomic
def remove_endpoint(*, endpoint: Endpoint, by: User) -> None:
    before, pk = snapshot(endpoint, _KEPT), endpoint.pk
    endpoint.delete()
    record_change(
        about="webhook",
        object_id=pk,
        customer_id=None,
        action=Change.Action.REMOVED,
        before=before,
        after={},
        by=by,
    )
    keep_schedule()


def send_test(*, endpoint: Endpoint) -> Delivery:
    message = a_message(endpoint, TEST, {"endpoint": endpoint.name}, timezone.now())
    message.save(force_insert=True)
    return message


def resend(*, deliveries: Any) -> int:
    """These of one endpoint once more, under the same ids and as many times as at first. Returns how many."""
    again = deliveries.exclude(state=Delivery.State.WAITING).exclude(state=Delivery.State.WITHHELD)
    done: int = again.update(state=Delivery.State.WAITING, tries=0, next_at=timezone.now(), problem="", status=None)
    return done


@transaction.atomic
def keep_schedule() -> None:
    """The job comes only where somebody is told of something; who begins is told of what happens from then on."""
    is_needed = Endpoint.objects.filter(off=Endpoint.Off.ON).exists()
    Schedule.objects.filter(slug=SCHEDULE).exclude(is_enabled=is_needed).update(
        is_enabled=is_needed, next_at=timezone.now()
    )
    if is_needed:
        begin_at_now()
    else:
        forget_place()


# -- what the job notes ------------------------------------------------------------------------------------------------


def secrets_of(endpoint: Endpoint) -> tuple[str, ...]:
    """With which a message is signed now."""
    until = endpoint.old_secret_until
    is_between = bool(endpoint.old_secret) and until is not None and until > timezone.now()
    return (endpoint.secret, endpoint.old_secret) if is_between else (endpoint.secret,)


def take(*, delivery: Delivery) -> bool:
    """Begin a try; False when another node has it. A try that never says how it ended is begun again in a minute."""
    ours = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, next_at=delivery.next_at)
    now = timezone.now()
    return bool(ours.update(next_at=now + _UNDER_WAY, tried_at=now, tries=delivery.tries + 1))


def withhold(*, delivery: Delivery) -> None:
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.WITHHELD, next_at=None, body="")


@transaction.atomic
def note_outcome(*, delivery_id: int, outcome: Outcome) -> None:
    """How a try ended. A row that is gone meanwhile needs nothing."""
    delivery = Delivery.objects.select_for_update().filter(pk=delivery_id).select_related(None).first()
    if delivery is None or delivery.state != Delivery.State.WAITING:
        return
    delivery.status, delivery.problem, delivery.answer = outcome.status, outcome.problem, outcome.answer
    delivery.milliseconds = outcome.milliseconds
    pause = pause_after(delivery.tries, random.random())
    if not outcome.problem:
        delivery.state, delivery.next_at = Delivery.State.DELIVERED, None
    elif pause is None or outcome.problem == "gone":
        delivery.state, delivery.next_at = Delivery.State.DEAD, None
    else:
        delivery.next_at = timezone.now() + timedelta(seconds=pause)
    delivery.save(update_fields=["status", "problem", "answer", "milliseconds", "state", "next_at"])
    _judge(delivery.endpoint_id, outcome)


def _judge(endpoint_id: int, outcome: Outcome) -> None:
    """Switch off where nobody receives any more."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    now = timezone.now()
    if not outcome.problem:
        Endpoint.objects.filter(pk=endpoint_id).exclude(failing_since=None).update(failing_since=None)
    elif outcome.status == GONE:
        _switch_off(endpoint, Endpoint.Off.GONE)
        endpoint.deliveries.filter(state=Delivery.State.WAITING).update(state=Delivery.State.DEAD, next_at=None)
    elif endpoint.failing_since is None:
        Endpoint.objects.filter(pk=endpoint_id).update(failing_since=now)
    elif now - endpoint.failing_since > FAILING_FOR:
        _switch_off(endpoint, Endpoint.Off.FAILING)


def _switch_off(endpoint: Endpoint, why: Endpoint.Off) -> None:
    if not endpoint.is_on:
        return
    before = snapshot(endpoint, _KEPT)
    endpoint.off = why
    endpoint.save(update_fields=["off"])
    _keep(endpoint, Change.Action.CHANGED, before, None)
    keep_schedule()
    if endpoint.owner.email:
        enqueue(kind=MAIL_OFF, arguments={"endpoint": endpoint.pk}, user_id=endpoint.owner_id)


def forget_deliveries(*, now: datetime) -> int:
    """Those that have arrived or were withheld go after a week, dead ones after a month. Returns how many."""
    forgotten = 0
    for states, kept in (
        ((Delivery.State.DELIVERED, Delivery.State.WITHHELD), DELIVERED_KEPT),
        ((Delivery.State.DEAD, Delivery.State.WAITING), DEAD_KEPT),
    ):
        old = Delivery.objects.filter(state__in=states, made_at__lt=now - kept).order_by("made_at")
        while ids := list(old.values_list("pk", flat=True)[:_FORGET_AT_ONCE]):
            forgotten += Delivery.objects.filter(pk__in=ids).delete()[0]
    return forgotten


def _keep(endpoint: Endpoint, action: Change.Action, before: dict[str, Any], by: User | None) -> None:
    record_change(
        about="webhook",
        object_id=endpoint.pk,
        customer_id=None,
        action=action,
        before=before,
        after=snapshot(endpoint, _KEPT),
        by=by,
    )
