"""What the links to the PBXs did, kept for the administrator's page "Why did nothing pop?"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from callcard.kit.controls import without_controls
from callcard.live.services import Tell, tell
from callcard.staff.audit.lately import Lately
from callcard.staff.audit.models import Entry
from callcard.staff.audit.services import write
from callcard.switchboard.models import LinkLog, Pbx
from callcard.switchboard.queries import lamp
from callcard.telephony.connector import LinkReport, WireNote

WIRE_LINES_KEPT = 5000
LINK_LOG_KEPT = timedelta(days=30)
_refused_lately = Lately()
_INSERT_LINE = "INSERT INTO switchboard_wireline (pbx, at, summary) VALUES (%s, %s, %s)"
_FORGET_LINES = "DELETE FROM switchboard_wireline WHERE id <= (SELECT MAX(id) FROM switchboard_wireline) - %s"


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


def write_hook_refused(slug: str, problem: str, address: str) -> None:
    """Into the audit; the same from the same address within ten minutes is one entry."""
    if _refused_lately.is_new((slug, problem, address)):
        write(
            kind=Entry.Kind.FAILED,
            act="wrong-hook",
            is_deed=True,
            user_id=None,
            who=slug,
            address=address,
            detail=problem,
        )


def write_wire_notes(notes: Sequence[tuple[str, WireNote]]) -> None:
    """Without the ORM and in one commit: who writes them writes ringing calls as well."""
    rows = [
        (pbx, connection.ops.adapt_datetimefield_value(note.at), without_controls(note.summary)[:300])
        for pbx, note in notes
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_INSERT_LINE, rows)
        cursor.execute(_FORGET_LINES, [WIRE_LINES_KEPT])
