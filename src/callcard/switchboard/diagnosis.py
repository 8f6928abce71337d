"""Why did nothing pop? For each call: whom it rang, what was matched, who was told, whether their browser had it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from callcard.calls.demo import PBX as DEMO_PBX
from callcard.calls.models import Call, Notice, Segment
from callcard.staff.models import Extension
from callcard.switchboard.dial_words import explain_refusal
from callcard.switchboard.models import DialRequest
from callcard.telephony.call import Role

CALLS_SHOWN = 40
REFUSED_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One own phone that rang. `is_fine`: its user's browser had the pop-up on the screen."""

    extension: str
    user_name: str
    notice: Notice | None
    verdict: str
    is_fine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDiagnosis:
    call: Call
    rung: list[Rung]
    verdict: str
    is_fine: bool


def diagnose_recent_calls() -> list[CallDiagnosis]:
    """The newest calls first, without the demo company's past, in which no phone rang."""
    calls = Call.objects.exclude(pbx=DEMO_PBX).select_related("customer").prefetch_related("segments", "notices__user")
    owned = set(Extension.objects.exclude(user=None).values_list("number", flat=True))
    return [diagnose(call, owned) for call in calls.order_by("-started_at")[:CALLS_SHOWN]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCall:
    """A Call button that placed no call, with the reason as its user read it."""

    request: DialRequest
    words: str


def refused_calls() -> list[RefusedCall]:
    """The newest first. What the user cancelled is no failure."""
    rows = DialRequest.objects.exclude(problem__in=["", "cancelled"]).select_related("user")
    return [
        RefusedCall(request=row, words=explain_refusal(row.problem)) for row in rows.order_by("-pk")[:REFUSED_SHOWN]
    ]


def diagnose(call: Call, owned: set[str]) -> CallDiagnosis:
    """`owned`: extensions that belong to a user now."""
    notices = {notice.user_id: notice for notice in call.notices.all()}
    rang = [s for s in call.segments.all() if s.role == Role.CALLED and s.extension and s.rang_at]
    rung = [_rung(segment, notices, owned) for segment in sorted(rang, key=lambda s: s.extension)]
    return CallDiagnosis(
        call=call,
        rung=rung,
        verdict=_call_verdict(call, rung),
        is_fine=bool(rung) and all(each.is_fine for each in rung),
    )


def _rung(segment: Segment, notices: dict[int, Notice], owned: set[str]) -> Rung:
    notice = notices.get(segment.user_id) if segment.user_id else None
    verdict, is_fine = _phone_verdict(segment, notice, owned)
    name = notice.user.shown_name if notice else ""
    return Rung(extension=segment.extension, user_name=name, notice=notice, verdict=verdict, is_fine=is_fine)


def _phone_verdict(segment: Segment, notice: Notice | None, owned: set[str]) -> tuple[str, bool]:
    if notice is None and segment.extension not in owned:
        return _("This extension belongs to nobody. Give it to a user under Settings, People."), False
    if notice is None:
        return _("The user placed this call, or got the extension only later, so no pop-up was due."), False
    if notice.shown_at:
        return _("The pop-up was on the screen."), True
    if notice.told_at:
        return _("Sent to the browser, which did not confirm it: the tab was asleep or just closing."), False
    return _("No browser of this user had Callcard open."), False


def _call_verdict(call: Call, rung: list[Rung]) -> str:
    if rung:
        fine = sum(each.is_fine for each in rung)
        return _("%(fine)s of %(all)s phones had the pop-up on a screen.") % {"fine": fine, "all": len(rung)}
    if call.direction == Call.Direction.OUTBOUND:
        return _("An outgoing call: whoever places a call gets no pop-up for it.")
    return _("No phone of ours rang: the call ended in a menu, a queue without free phones, or was not let in.")
