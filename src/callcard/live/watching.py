"""Who has what on the screen, and telling them that it changed. A watch that is not renewed is over by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from callcard.live.models import Watch
from callcard.live.services import Tell, tell

RENEWED_EVERY = timedelta(seconds=60)
HOLDS_FOR = timedelta(seconds=150)
_FORGOTTEN_AFTER = timedelta(hours=1)


def watch(*, user_id: int, topic: str) -> bool:
    """Begin or renew. Whether it began just now; renewing writes only when half of the time is over."""
    now = timezone.now()
    seen_at = Watch.objects.filter(topic=topic, user_id=user_id).values_list("seen_at", flat=True).first()
    if seen_at is not None and seen_at > now - RENEWED_EVERY / 2:
        return False
    Watch.objects.update_or_create(topic=topic, user_id=user_id, defaults={"seen_at": now})
    if seen_at is None:
        Watch.objects.filter(seen_at__lt=now - _FORGOTTEN_AFTER).delete()
    return seen_at is None or seen_at < now - HOLDS_FOR


def stop_watching(*, user_id: int, topic: str) -> bool:
    """Whether there was something to stop."""
    return Watch.objects.filter(topic=topic, user_id=user_id).delete()[0] > 0


def watchers(topic: str) -> list[int]:
    """Ids of the users who have it open now, those who were seen first first."""
    fresh = Watch.objects.filter(topic=topic, seen_at__gt=timezone.now() - HOLDS_FOR)
    return list(fresh.order_by("pk").values_list("user_id", flat=True))


def tell_watchers_on_commit(payloads: Mapping[str, Mapping[str, Any]], *, kind: str) -> None:
    """`payloads` by topic. Told when the change is committed, in a transaction of its own: a long one elsewhere, such
    as an import, would else keep everything that is told waiting."""
    if payloads:
        transaction.on_commit(lambda: _tell(dict(payloads), kind))


def _tell(payloads: Mapping[str, Mapping[str, Any]], kind: str) -> None:
    tell(Tell(user_id=user_id, kind=kind, payload=dict(payloads[topic])) for topic, user_id in _watches_of(payloads))


def _watches_of(topics: Iterable[str]) -> list[tuple[str, int]]:
    """Of all that is on screens now, which is little, what is among the topics."""
    wanted = set(topics)
    fresh = Watch.objects.filter(seen_at__gt=timezone.now() - HOLDS_FOR)
    if len(wanted) == 1:
        fresh = fresh.filter(topic=next(iter(wanted)))
    return [(topic, user_id) for topic, user_id in fresh.values_list("topic", "user_id") if topic in wanted]
