"""Reading how the links to the PBXs are."""

from __future__ import annotations

from dataclasses import dataclass

from callcard.calls.reconcile.queries import Readings, readings_of
from callcard.switchboard.models import LinkLog, Pbx
from callcard.switchboard.words import explain


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
    newest = {log.pbx_id: log for log in LinkLog.objects.order_by("at", "id").select_related("pbx")}
    return [LinkNow(pbx=pbx, last=newest.get(pbx.pk)) for pbx in Pbx.objects.order_by("name")]


def link_of(pbx: Pbx) -> LinkNow:
    return LinkNow(pbx=pbx, last=LinkLog.objects.filter(pbx=pbx).order_by("-at", "-id").first())


def pbx_names() -> dict[str, str]:
    """Slug -> name."""
    return dict(Pbx.objects.order_by("name").values_list("slug", "name"))
