"""What people do with calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from callcard.calls.models import AddedNumber, Call, CallNote, CallTagging, Notice
from callcard.calls.queries import users_of_extensions
from callcard.calls.rows import call_value
from callcard.calls.rules import NoticeState, notice_states
from callcard.customers.merge_queries import held_for_writing
from callcard.customers.models import Customer, Phone
from callcard.customers.services import add_number_to_customer, remove_phone
from callcard.live.services import Tell, tell
from callcard.staff.models import User

NOTE_LENGTH = 5000  # characters
_SHOWN_AGO_AT_MOST = timedelta(minutes=1)
_MARK = "UPDATE calls_notice SET {0} = %s WHERE call_id = %s AND user_id = %s AND {0} IS NULL"


def close_notice(*, call_id: int, user: User) -> None:
    """The user does not want to see this pop-up any more, in any of their tabs."""
    with transaction.atomic():
        closed = Notice.objects.filter(call_id=call_id, user=user, closed_at=None).update(closed_at=timezone.now())
        if closed:
            tell([Tell(user_id=user.pk, kind="popup-closed", payload={"call": call_id})])


def mark_told(told: Mapping[tuple[int, int], datetime]) -> None:
    """Written to a browser of the user, for the first time. `told`: (call id, user id) -> when."""
    _mark("told_at", dict(sorted(told.items())))


def mark_shown(*, ages_ms: Mapping[int, int], user: User) -> None:
    """The user's browser says which calls' pop-ups are on its screen, and since how many milliseconds."""
    now = timezone.now()
    ages = {call_id: min(timedelta(milliseconds=age), _SHOWN_AGO_AT_MOST) for call_id, age in sorted(ages_ms.items())}
    _mark("shown_at", {(call_id, user.pk): now - age for call_id, age in ages.items()})


def _mark(column: str, moments: Mapping[tuple[int, int], datetime]) -> None:
    """Without the ORM and in one commit: the next ringing phone may be waiting for this connection or its lock."""
    rows = [(connection.ops.adapt_datetimefield_value(at), *pair) for pair, at in moments.items()]
    if rows:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_MARK.format(column), rows)


def choose_customer(*, call: Call, customer: Customer) -> None:
    """A person says who it is; nobody's guess replaces that. Everyone who sees the call sees it at once."""
    with transaction.atomic():
        Call.objects.filter(pk=call.pk).update(customer=customer, match=Call.Match.CHOSEN)
        _tell_who_sees(call)


def give_number(*, call: Call, customer: Customer, by: User) -> None:
    """The caller is this customer, who gets the number they call from. `unchoose_customer` takes both back."""
    with transaction.atomic():
        customer = held_for_writing(customer)
        _take_number_back(call, by)
        if call.number and not call.withheld:
            known = set(customer.phones.values_list("pk", flat=True))
            phone = add_number_to_customer(customer=customer, raw=call.e164 or call.number, by=by)
            if phone.pk not in known:
                AddedNumber.objects.create(call=call, phone=phone)
        choose_customer(call=call, customer=customer)


def unchoose_customer(*, call: Call, by: User) -> None:
    """It was not the one whom a person chose: the same customers are offered again, and a number that was added from
    the card of this call is taken back. A customer made during the call stays."""
    with transaction.atomic():
        if call.customer is not None:
            held_for_writing(call.customer)  # before the call, as a merge holds them
        chosen = Call.objects.select_for_update().filter(pk=call.pk, match=Call.Match.CHOSEN).first()
        match = _match_before(chosen) if chosen else None
        if match is None:
            return
        _take_number_back(call, by)
        Call.objects.filter(pk=call.pk).update(customer=None, match=match)
        _tell_who_sees(call)


def _match_before(chosen: Call) -> Call.Match | None:
    """What was known before a person chose; None where there is nothing to go back to."""
    if chosen.candidates:
        added = AddedNumber.objects.filter(call=chosen).values("phone")
        owners = Phone.objects.filter(customer__in=chosen.candidates, e164=chosen.e164).exclude(e164="")
        return Call.Match.SEVERAL if owners.exclude(pk__in=added).exists() else Call.Match.POSSIBLE
    if chosen.withheld:
        return Call.Match.WITHHELD
    is_told = chosen.number and not AddedNumber.objects.filter(call=chosen).exists()
    return None if is_told else Call.Match.NONE


def _take_number_back(call: Call, by: User) -> None:
    for added in AddedNumber.objects.filter(call=call).select_related("phone"):
        remove_phone(phone=added.phone, by=by)  # this row goes with it


def forget_customer(*, call: Call) -> None:
    """A person says that it was nobody of the customers."""
    with transaction.atomic():
        Call.objects.filter(pk=call.pk).update(customer=None, match=Call.Match.NONE)
        _tell_who_sees(call)


def write_note(*, call: Call, note: str, author: User) -> None:
    """Each person has a note of their own; an empty one is none. `Call.note` is all of them together."""
    text = note.replace("\x00", "").strip()[:NOTE_LENGTH]  # PostgreSQL knows no NUL
    with transaction.atomic():
        held = Call.objects.select_for_update().get(pk=call.pk)
        if held.note and not held.notes.exists():  # from before notes had authors
            CallNote.objects.create(call=held, author=held.answered_by, text=held.note)
        if text:
            CallNote.objects.update_or_create(call=held, author=author, defaults={"text": text})
        else:
            held.notes.filter(author=author).delete()
        _put_notes_together(held.pk)


def keep_notes(*, absorbed: Call, call_id: int) -> None:
    """A call turned out to be part of another one, which gets what people said about it."""
    _keep_subject(absorbed, call_id)
    result, earlier = absorbed.result, list(absorbed.notes.all())
    if absorbed.note and not earlier:
        earlier = [CallNote(author_id=absorbed.answered_by_id, text=absorbed.note)]
    for note in earlier:
        there = CallNote.objects.filter(call_id=call_id, author_id=note.author_id).first()
        text = f"{there.text}\n{note.text}" if there else note.text
        CallNote.objects.update_or_create(call_id=call_id, author_id=note.author_id, defaults={"text": text})
    if earlier:
        _put_notes_together(call_id)
    if result:
        Call.objects.filter(pk=call_id, result="").update(result=result)


def _keep_subject(absorbed: Call, call_id: int) -> None:
    if absorbed.order_id is not None:
        Call.objects.filter(pk=call_id, order=None).update(order=absorbed.order_id)
    taggings = [
        CallTagging(call_id=call_id, tag_id=one.tag_id, began_at=one.began_at) for one in absorbed.taggings.all()
    ]
    CallTagging.objects.bulk_create(taggings, ignore_conflicts=True)


def _put_notes_together(call_id: int) -> None:
    notes = list(CallNote.objects.filter(call_id=call_id).select_related("author").order_by("pk"))
    texts = [note.text if len(notes) == 1 else note.signed for note in notes]
    Call.objects.filter(pk=call_id).update(note="\n".join(texts))


def give_up_call(*, call: Call) -> None:
    """Nobody will ever tell how this call ended."""
    now = timezone.now()
    outcome = Call.Outcome.ANSWERED if call.answered_at else Call.Outcome.UNKNOWN
    with transaction.atomic():
        call.segments.filter(ended_at=None).update(ended_at=now)
        Call.objects.filter(pk=call.pk).update(ended_at=now, outcome=outcome, is_complete=False, tracking=None)
        Notice.objects.filter(call=call).update(state=Notice.State.OVER)
        _tell_who_sees(call)


def show_line_lost(*, pbx: str) -> None:
    """Nothing is heard from this PBX: whoever sees a call of it is told that it may be over by now."""
    _change_notices(pbx, (Notice.State.RINGING, Notice.State.TALKING), lambda call: {})


def show_line_back(*, pbx: str) -> None:
    """The PBX has told how its calls stand: that is shown again."""
    _change_notices(pbx, (Notice.State.LOST,), _states_now)


def _change_notices(pbx: str, shown_as: Collection[str], states: Callable[[Call], Mapping[int, NoticeState]]) -> None:
    """Of those calls that go on."""
    with transaction.atomic():
        notices = Notice.objects.filter(call__pbx=pbx, call__ended_at=None, state__in=shown_as)
        rows = list(notices.select_related("call").prefetch_related("call__segments"))
        for notice in rows:
            notice.state = states(notice.call).get(notice.user_id, NoticeState.LOST).value
        Notice.objects.bulk_update(rows, ["state"])
        seen = [notice for notice in rows if notice.closed_at is None]
        tell([Tell(user_id=notice.user_id, kind="popup", payload={"call": notice.call_id}) for notice in seen])


def _states_now(call: Call) -> Mapping[int, NoticeState]:
    value = call_value(call)
    extensions = {segment.party.extension for segment in value.segments if segment.party.extension}
    return notice_states(value, users_of_extensions(extensions))


def _tell_who_sees(call: Call) -> None:
    """The call changed for everybody who has not closed its card. The last thing of a transaction."""
    users = Notice.objects.filter(call=call, closed_at=None).values_list("user_id", flat=True)
    tell([Tell(user_id=user_id, kind="popup", payload={"call": call.pk}) for user_id in users])
