"""Reading what the records brought."""

from __future__ import annotations

from dataclasses import dataclass

from callcard.calls.reconcile.models import Reconciliation

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Of one PBX. `last` may have found nothing; `finds` did, the newest first."""

    last: Reconciliation | None
    finds: list[Reconciliation]


def readings_of(pbx: str) -> Readings:
    newest = Reconciliation.objects.filter(pbx=pbx).order_by("-id")
    finds = newest.exclude(added=0, completed=0)
    return Readings(last=newest.first(), finds=list(finds[:SHOWN]))
