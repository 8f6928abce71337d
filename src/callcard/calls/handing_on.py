"""Who of the company hands a call on to the phone that rings for it now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from callcard.calls.models import Segment


def handed_on_by(rings: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """(call, user whose phone rings) -> the name of whoever hands the call on to them. `rings`: of calls that somebody
    has talked in already. Left out are phones that ring for another reason."""
    calls: dict[int, list[Segment]] = {call_id: [] for call_id, _ in rings}
    if calls:
        ours = Segment.objects.filter(call__in=calls).exclude(extension="").select_related("user")
        for segment in ours.order_by("answered_at", "pk"):
            calls[segment.call_id].append(segment)
    found = {(call_id, user_id): _giver(calls[call_id], user_id) for call_id, user_id in rings}
    return {ring: name for ring, name in found.items() if name}


def _giver(segments: Sequence[Segment], user_id: int) -> str:
    """Whoever began to talk last before this phone began to ring; nobody where it rings for them again."""
    rang = [each.rang_at for each in segments if each.user_id == user_id and _rings(each) and each.rang_at]
    if not rang:
        return ""
    talked = [each for each in segments if each.answered_at and each.answered_at <= max(rang)]
    if not talked or talked[-1].user_id == user_id:
        return ""
    return talked[-1].user.shown_name if talked[-1].user else talked[-1].extension


def _rings(segment: Segment) -> bool:
    return segment.role == "called" and segment.answered_at is None and segment.ended_at is None
