"""Tags of calls."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from callcard.calls.models import Call, CallQuerySet, CallTag, CallTagging


def tag_call(*, call: Call, tag_ids: Iterable[int]) -> None:
    """The call has these tags and no others. Archived tags stay as they are, and are not given anew."""
    offered = set(CallTag.objects.filter(archived_at=None).values_list("pk", flat=True))
    wanted = offered.intersection(tag_ids)
    with transaction.atomic():
        CallTagging.objects.filter(call=call, tag__in=offered - wanted).delete()
        _give([call], wanted)


def tag_many(*, calls: CallQuerySet, tag: CallTag, is_wanted: bool) -> int:
    """Returns how many calls were changed."""
    with transaction.atomic():
        if is_wanted:
            without = calls.exclude(taggings__tag=tag).only("pk", "started_at")
            return _give(without, [tag.pk])
        return CallTagging.objects.filter(call__in=calls.values("pk"), tag=tag).delete()[0]


def _give(calls: Iterable[Call], tag_ids: Iterable[int]) -> int:
    made = [
        CallTagging(call=call, tag_id=tag_id, began_at=call.started_at) for call in calls for tag_id in list(tag_ids)
    ]
    CallTagging.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
    return len(made)
