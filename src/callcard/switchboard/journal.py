"""What the links to the PBXs did, kept for the administrator's page "Why did nothing pop?"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from callcard.kit.controls import without_controls
from callcard.live.services import Tell, tell
from callcard.switchboard.models import LinkLog, Pbx, WireLine
from callcard.switchboard.queries import lamp
from callcard.telephony.connector import LinkReport, WireNote

WIRE_LINES_KEPT = 5000
LINK_LOG_KEPT = timedelta(days=30)


def write_link_report(slug: str, report: LinkReport) -> None:
    """Keep it, and light the lamp on everybody's screen."""
    pbx = Pbx.objects.filter(slug=slug).first()
    if pbx is None:
        return
    with transaction.atomic():
        LinkLog.objects.create(
            pbx=pbx,
            state=report.state.value,
            problem=report.problem[:40],
            detail=report.detail[:300],
            about=report.about[:120],
            at=report.at,
        )
        LinkLog.objects.filter(pbx=pbx, at__lt=timezone.now() - LINK_LOG_KEPT).delete()
        tell_links()


def tell_links() -> None:
    """How all links are, for who was away hears only the last of what was told everybody. Last in a transaction."""
    tell([Tell(user_id=None, kind="link", payload=lamp())])


def write_wire_notes(notes: Sequence[tuple[str, WireNote]]) -> None:
    lines = [WireLine(pbx=pbx, at=note.at, summary=without_controls(note.summary)[:300]) for pbx, note in notes]
    WireLine.objects.bulk_create(lines)
    newest = WireLine.objects.order_by("-id").values_list("id", flat=True).first()
    if newest:
        WireLine.objects.filter(id__lte=newest - WIRE_LINES_KEPT).delete()
