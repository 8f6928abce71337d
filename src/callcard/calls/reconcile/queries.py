"""Reading what the records brought."""

from __future__ import annotations

from dataclasses import dataclass

from callcard.calls.models import Call, Segment
from callcard.calls.reconcile.models import Reconciliation
from callcard.staff.models import Extension, Line
from callcard.telephony.numbers import read_number

SHOWN = 5
_CALLS_LOOKED_AT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Of one PBX. `last` may have found nothing; `finds` did, the newest first."""

    last: Reconciliation | None
    finds: list[Reconciliation]


def readings_of(pbx: str) -> Readings:
    newest = Reconciliation.objects.filter(pbx=pbx).order_by("-id")
    finds = newest.exclude(added=0, completed=0)
    return Readings(last=newest.first(), finds=list(finds[:SHOWN]))


def own_phones(pbx: str) -> frozenset[str]:
    """Extensions that people have, and those of the newest calls that were seen at this PBX."""
    newest = list(Call.objects.order_by("-pk").values_list("pk", flat=True)[:_CALLS_LOOKED_AT])
    seen = Segment.objects.filter(call__in=newest, call__pbx=pbx, call__origin=Call.Origin.LIVE).exclude(extension="")
    return frozenset(Extension.objects.values_list("number", flat=True)) | set(seen.values_list("extension", flat=True))


def own_lines(region: str) -> frozenset[str]:
    return frozenset(line.e164 or line_key(region, line.number) for line in Line.objects.all())


def line_key(region: str, line: str) -> str:
    """A line however it is written; what is no number stays as it is."""
    return read_number(line, region).e164 or line
