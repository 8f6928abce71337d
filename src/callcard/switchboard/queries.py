"""Reading how the links to the PBXs are."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from callcard.calls.reconcile.queries import Readings, readings_of
from callcard.switchboard.models import LinkLog, Pbx
from callcard.switchboard.words import explain
from callcard.telephony.connector import LinkState


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkNow:
    """A PBX with the newest line of its link's log, if it ever had one."""

    pbx: Pbx
    last: LinkLog | None

    @property
    def readings(self) -> Readings | None:
        """What its own records brought; None when none are set."""
        return readings_of(self.pbx.slug) if self.pbx.options.get("records") else None

    @property
    def explanation(self) -> str:
        """What is wrong and what to do about it, in words; empty when nothing is."""
        return explain(self.last.problem) if self.last and self.last.problem else ""


def links() -> list[LinkNow]:
    pbxs = list(Pbx.objects.order_by("name").annotate(newest=_newest("pk")))
    logs = LinkLog.objects.in_bulk([pbx.newest for pbx in pbxs if pbx.newest])
    return [LinkNow(pbx=pbx, last=logs.get(pbx.newest)) for pbx in pbxs]


def lamp() -> dict[str, list[str]]:
    """`links`: the states (LinkState) of those that are switched on. It is for everybody, so it names none and says no
    reason."""
    states = Pbx.objects.filter(is_enabled=True).order_by("name").values_list(_newest("state"), flat=True)
    return {"links": [state or LinkState.CONNECTING.value for state in states]}


def _newest(field: str) -> Subquery:
    """Of each PBX, this field of the last line of its link's log; None when it has none."""
    return Subquery(LinkLog.objects.filter(pbx=OuterRef("pk")).order_by("-at", "-id").values(field)[:1])


def link_of(pbx: Pbx) -> LinkNow:
    return LinkNow(pbx=pbx, last=LinkLog.objects.filter(pbx=pbx).order_by("-at", "-id").first())


def pbx_names() -> dict[str, str]:
    """Slug -> name."""
    return dict(Pbx.objects.order_by("name").values_list("slug", "name"))
