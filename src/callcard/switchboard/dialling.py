"""Calling somebody with one button: checked, written down, then asked of the PBX. Never twice for one press."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from callcard.live.services import Tell, tell
from callcard.staff.company import company_zone
from callcard.staff.history import record_change
from callcard.staff.models import Change, Extension, User
from callcard.staff.softphone.queries import account_of
from callcard.staff.veiled import legible_for
from callcard.switchboard import running
from callcard.switchboard.dial_rules import Reach, Usage, Verdict, judge_any
from callcard.switchboard.dial_settings import rules_for
from callcard.switchboard.dial_words import explain_refusal, explain_rule, is_rule, question
from callcard.switchboard.models import DialRequest, Pbx
from callcard.switchboard.one_phone import given_up_for, refuse_second
from callcard.switchboard.refusals import AskFirst, KeyUsed, NotDialled
from callcard.switchboard.whom import Whom, whom
from callcard.telephony.commands import CancelDial, CommandRefused, Dial, TryPhone

How = DialRequest.How
State = DialRequest.State
# Problems of a request whose number was certainly not dialled.
_NOTHING_DIALLED = (
    *("busy", "not_registered", "not_allowed", "no_link", "link_refused", "no_answer"),
    *("unsupported", "over", "other_stays", "never_placed", "not_made"),
)
_PHONE_AWAY = ("busy", "not_registered", "no_link", "link_refused")


def chosen_way(user: User) -> DialRequest.How:
    """How the user calls; whose phone is not ours to ring is not asked of us."""
    return How.SOFT if user.calls_with == User.CallsWith.SOFT else How.DESK


def dial(
    *,
    user: User,
    raw: str,
    command_id: str,
    is_sure: bool = False,
    instead: str = "",
    how: DialRequest.How = How.DESK,
) -> DialRequest:
    """Ring the user's phone, then call `raw`; with How.SOFT only check and write down, the page itself then calls.

    The same command_id a second time changes nothing and rings nobody: it gives what is known of the first. `instead`
    is the command_id of a call that is being placed, to be given up for this one.
    Raises NotDialled, AskFirst for emergency, dear and unusual numbers unless `is_sure`, and OtherCallFirst.
    """
    target = whom(user, raw, NotDialled)
    extension, pbx = (_softphone(user), "") if how == How.SOFT else (_own_phone(user), _own_pbx())
    refuse_own_phone(target, extension)
    try:
        request, is_new = reserve(
            user=user, target=target, command_id=command_id, is_sure=is_sure, instead=instead, how=how, pbx=pbx
        )
    except AskFirst:
        if how == How.DESK:
            _refuse_phone_away(pbx, extension, command_id)
        raise
    if is_new and how == How.DESK and not request.problem:
        _give_up_other(request, instead)
        _place(request, extension)
    if request.problem and request.problem != "unknown":
        raise NotDialled(why_not(request, user))
    return request


def _refuse_phone_away(pbx: str, extension: str, command_id: str) -> None:
    """Nobody is asked whether they mean it, only to hear that their phone is off. Raises NotDialled."""
    try:
        running.execute(pbx, TryPhone(command_id=f"{command_id}-t", extension=extension))
    except CommandRefused as refusal:
        if refusal.reason in _PHONE_AWAY:
            raise NotDialled(explain_refusal(refusal.reason)) from None


def refuse_own_phone(target: Whom, extension: str) -> None:
    """Raises NotDialled for a call to the very phone that makes it."""
    if target.destination.reach is Reach.INTERNAL and target.destination.number == extension:
        raise NotDialled(_("%(number)s is your own extension: it cannot call itself.") % {"number": extension})


def reserve(
    *,
    user: User,
    target: Whom,
    command_id: str,
    is_sure: bool,
    how: DialRequest.How,
    pbx: str = "",
    instead: str = "",
    call_key: str = "",
) -> tuple[DialRequest, bool]:
    """The request as a row, and whether it is new. What the rules refuse is a row too, with its problem.

    `call_key`: the call of `pbx` that is handed on, where one is. Raises AskFirst, OtherCallFirst and NotDialled.
    """
    if not user.may("calls.dial"):
        raise NotDialled(_("Your role does not let you call. Ask the administrator."))
    try:
        with transaction.atomic():
            # One at a time for each user, so that two presses at once cannot pass the last of a day's calls both.
            User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk").first()
            known = DialRequest.objects.filter(command_id=command_id, user=user).first()
            if known is not None:
                _refuse_other_use(known, target, how, call_key)
                return known, False
            verdict = judge_any(target.destination, rules_for(user), usage_today(user))
            if how == How.DESK and not verdict.refusal:
                refuse_second(user, target, instead)
            if (verdict.must_ask or target.refuses_calls) and not is_sure:
                raise AskFirst(_question(target, verdict, user))
            return _write(user, target, verdict, command_id, how, pbx, call_key), True
    except IntegrityError:  # somebody else's
        raise NotDialled(_("This did not work. Try again.")) from None


def _refuse_other_use(known: DialRequest, target: Whom, how: DialRequest.How, call_key: str) -> None:
    """Raises KeyUsed where the key's first press asked for anything else: its answer would be taken for this one's."""
    is_same = (known.number, known.then, known.how) == (target.destination.number, target.then, how)
    if not is_same or (call_key and known.call_key != call_key):
        raise KeyUsed(_("This press was already used for another call, so nothing was dialled. Press Call again."))


def _write(
    user: User,
    target: Whom,
    verdict: Verdict,
    command_id: str,
    how: DialRequest.How,
    pbx: str,
    call_key: str,
) -> DialRequest:
    request = DialRequest.objects.create(
        command_id=command_id,
        user=user,
        number=target.destination.number,
        problem=f"rule_{verdict.refusal}" if verdict.refusal else "",
        how=how,
        reach=target.destination.reach.value,
        country=target.destination.country,
        then=target.then,
        shown_name=target.name[:120],
        state=State.ASKED if how == How.DESK and not verdict.refusal else State.OVER,
        changed_at=timezone.now(),
        pbx=pbx,
        call_key=call_key,
    )
    if verdict.refusal:
        _keep_refusal(request, user)
    tell([Tell(user_id=user.pk, kind="dial", payload={"command": command_id})], waits_for_disk=False)
    return request


def _keep_refusal(request: DialRequest, user: User) -> None:
    """The administrator reads of it in the history and on the diagnosis page."""
    record_change(
        about="dial",
        object_id=request.pk,
        customer_id=None,
        action=Change.Action.CANCELLED,
        before={},
        after={"number": request.number, "reason": explain_refusal(request.problem)},
        by=user,
    )


def usage_today(user: User) -> Usage:
    """Since midnight on the company's clock. What the rules refused was no call, nor was what never left the house."""
    midnight = datetime.now(company_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = DialRequest.objects.filter(user=user, requested_at__gte=midnight)
    rows = rows.filter(reach__in=[Reach.NATIONAL, Reach.ABROAD]).exclude(problem__startswith="rule_")
    rows = rows.exclude(problem__in=_NOTHING_DIALLED)
    counts = list(rows.order_by().values_list("reach", "country").annotate(calls=Count("pk")))
    abroad = [(country, calls) for reach, country, calls in counts if reach == Reach.ABROAD]
    return Usage(
        calls=sum(calls for _reach, _country, calls in counts),
        abroad=sum(calls for _country, calls in abroad),
        countries=frozenset(country for country, _calls in abroad),
    )


def _question(target: Whom, verdict: Verdict, user: User) -> str:
    """All that is to be asked before this call."""
    asked = [_about_consent(target, user)] if target.refuses_calls else []
    return " ".join([*asked, _about_number(target, verdict, user)] if verdict.must_ask else asked)


def _about_consent(target: Whom, user: User) -> str:
    who = target.name or legible_for(user, target.destination.number)
    return _("%(who)s said no to calls. Call all the same?") % {"who": who}


def _about_number(target: Whom, verdict: Verdict, user: User) -> str:
    if not verdict.is_emergency:
        return question(target.destination, verdict.asks, shown=legible_for(user, target.destination.number))
    number = target.destination.number
    owner = Extension.objects.filter(number=number).select_related("user").first()
    if owner is None:
        return _("%(number)s is an emergency number. Call it?") % {"number": number}
    name = owner.user.shown_name if owner.user else _("a phone of the company")
    words = _("%(number)s is an emergency number, and here also the extension of %(name)s. Call it?")
    return words % {"number": number, "name": name}


def _own_phone(user: User) -> str:
    extension = user.extensions.order_by("pk").values_list("number", flat=True).first()
    if extension is None:
        raise NotDialled(_("You have no extension. Ask the administrator to give you one."))
    return extension


def _softphone(user: User) -> str:
    account = account_of(user)
    return account.extension.number if account else ""


def _own_pbx() -> str:
    pbx = running.dialler() or Pbx.objects.filter(is_enabled=True).order_by("pk").values_list("slug", flat=True).first()
    if not pbx:
        raise NotDialled(_("No telephone system is set up. Ask the administrator."))
    return pbx


def why_not(request: DialRequest, user: User) -> str:
    """In words, of a request with a problem."""
    if not is_rule(request.problem):
        return explain_refusal(request.problem)
    return explain_rule(request.problem, rules_for(user))


def _give_up_other(request: DialRequest, instead: str) -> None:
    """Raises NotDialled when the PBX did not give it up: two calls would ring one phone. Help is called in any case."""
    other = given_up_for(request, instead)
    if other is None:
        return
    try:
        cancel(request=other)
    except NotDialled:
        if request.reach == Reach.EMERGENCY:
            return
        _note_refusal(request, "other_stays")
        raise NotDialled(explain_refusal("other_stays")) from None


def _place(request: DialRequest, extension: str) -> None:
    command = Dial(
        command_id=request.command_id,
        extension=extension,
        number=request.number,
        shown_name=request.shown_name,
    )
    try:
        running.execute(request.pbx, command)
    except CommandRefused as refusal:
        _note_refusal(request, refusal.reason)
    else:
        if DialRequest.objects.filter(pk=request.pk, problem="cancelled").exists():
            _send(request, lambda: running.execute(request.pbx, _cancel(request)))


def _note_refusal(request: DialRequest, reason: str) -> None:
    """Whether it was placed may be unknown; what the PBX tells of it later is then believed instead."""
    rows = DialRequest.objects.filter(pk=request.pk)
    if reason != "unknown" and rows.filter(problem="cancelled").exists():
        reason = "cancelled"  # what the PBX calls its failure is only what its user asked for
    request.problem = reason
    if reason == "unknown":
        changes = {"problem": reason}
        rows = rows.filter(state=State.ASKED)
    else:
        changes = {"problem": reason, "state": State.OVER}
        request.state = State.OVER
    with transaction.atomic():
        rows.update(changed_at=timezone.now(), **changes)
        tell([Tell(user_id=request.user_id, kind="dial", payload={"command": request.command_id})])


def cancel(*, request: DialRequest) -> None:
    """Give the call up, at whatever point it is. Raises NotDialled when the PBX could not be told."""
    with transaction.atomic():
        # Before the PBX is told: while the phone is only about to ring, there is nothing yet that it could hang up.
        kept = DialRequest.objects.filter(pk=request.pk).exclude(state__in=[State.OVER, State.TALKING])
        kept.update(problem="cancelled", changed_at=timezone.now())
        tell([Tell(user_id=request.user_id, kind="dial", payload={"command": request.command_id})])
    _send(request, lambda: running.execute(request.pbx, _cancel(request)))


def _cancel(request: DialRequest) -> CancelDial:
    return CancelDial(command_id=f"{request.command_id}-x", dial_id=request.command_id)


def _send(request: DialRequest, run: Callable[[], None]) -> None:
    try:
        run()
    except CommandRefused as refusal:
        if refusal.reason == "over":
            return
        DialRequest.objects.filter(pk=request.pk, problem="cancelled").update(problem="")
        raise NotDialled(explain_refusal(refusal.reason)) from None
