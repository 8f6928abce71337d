"""Who waits to be called back: out of the log, in any order, and what people say about it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import permutations

import pytest
from django.utils import timezone

from callcard.calls.missed.following import follow
from callcard.calls.missed.history import call_key
from callcard.calls.missed.models import FollowPlace, MissedCaller
from callcard.calls.missed.queries import count_of, waiting_for
from callcard.calls.missed.services import close, leave, reopen, settle, take
from callcard.calls.models import Call
from callcard.calls.screening.services import block
from callcard.customers.models import Customer
from callcard.customers.services import create_customer
from callcard.live.models import LiveEvent
from callcard.staff.models import User
from tests.rooms.calls.missed_calls import NUMBER, Clock, ago, heard, manager, the_row, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "now", timezone.now())


@pytest.fixture
def mali() -> User:
    return manager("mali")


@pytest.fixture
def keo() -> User:
    return manager("keo")


# -- out of the log ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["missed", "cancelled"])
def test_a_call_in_vain_opens_a_row_once(outcome: str, mali: User) -> None:
    call = heard(10, outcome, rings=[mali], line="021 212 800", queue="sales")
    assert follow() is True
    row = the_row()
    assert (row.key, row.number, row.times, row.last_call_id) == (f"n:{NUMBER}", NUMBER[1:], 1, call.pk)
    assert (row.first_at, row.last_at, row.line, row.queue) == (
        call.started_at,
        call.started_at,
        "021 212 800",
        "sales",
    )
    assert [one.user for one in row.rang_for.all()] == [mali]
    assert follow() is False
    assert told() == [(f"n:{NUMBER}", 1)]


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "answered"},
        {"outcome": "busy"},
        {"outcome": "failed"},
        {"direction": "internal"},
        {"direction": "outbound"},
        {"match": "own"},
        {"ended_at": None, "outcome": ""},
    ],
)
def test_these_leave_nobody_waiting(values: dict[str, str]) -> None:
    heard(10, **values)  # type: ignore[arg-type]
    assert follow() is False
    assert not MissedCaller.objects.exists()


def test_the_third_call_adds_to_the_row() -> None:
    for minutes in (50, 40, 30):
        heard(minutes)
        follow()
    row = the_row()
    assert (row.times, row.first_at, row.last_at) == (3, ago(50), ago(30))


def test_one_row_for_a_customer_with_two_numbers() -> None:
    souk = create_customer(name="Souk")
    heard(50, customer=souk)
    heard(40, customer=souk, e164="+8562055500000")
    follow()
    assert told() == [(f"c:{souk.pk}", 2)]


@pytest.mark.parametrize(
    ("direction", "e164", "is_customers"),
    [("inbound", NUMBER, True), ("outbound", NUMBER, False), ("outbound", "+8562099999999", True)],
)
def test_a_talk_with_the_number_or_the_customer_closes(
    direction: str, e164: str, is_customers: bool, mali: User
) -> None:
    souk = create_customer(name="Souk")
    heard(50, customer=souk)
    follow()
    talk = heard(20, "answered", direction=direction, e164=e164, customer=souk if is_customers else None, rings=[mali])
    assert follow() is True
    row = the_row()
    assert (row.state, row.closing_call_id, row.closed_at) == ("reached", talk.pk, talk.ended_at)
    assert follow() is False


@pytest.mark.parametrize(
    "values", [{"talk": 4.0}, {"direction": "internal"}, {"e164": "+8562055500000"}, {"outcome": "missed"}]
)
def test_what_reached_nobody_closes_nothing(values: dict[str, object]) -> None:
    heard(50)
    follow()
    heard(20, **{"outcome": "answered", "direction": "outbound", **values})  # type: ignore[arg-type]
    follow()
    assert MissedCaller.objects.open().get(key=f"n:{NUMBER}").first_at == ago(50)


def test_a_talk_written_down_by_hand_closes_however_long_it_was() -> None:
    heard(50)
    follow()
    heard(20, "answered", direction="outbound", talk=0, origin="hand")
    follow()
    assert the_row().state == "reached"


def test_any_order_of_learning_gives_the_same_rows() -> None:
    souk = create_customer(name="Souk")
    calls = [
        (90, "missed", "inbound"),
        (60, "answered", "outbound"),
        (30, "missed", "inbound"),
        (10, "cancelled", "inbound"),
    ]
    for order in permutations(calls):
        MissedCaller.objects.all().delete()
        FollowPlace.objects.all().delete()
        Call.objects.all().delete()
        for minutes, outcome, direction in order:
            heard(minutes, outcome, direction=direction, customer=souk, origin="record")
            follow()
        row = MissedCaller.objects.open().get()
        assert (row.key, row.times, row.first_at, row.last_at) == (f"c:{souk.pk}", 2, ago(30), ago(10)), order


def test_a_talk_learned_of_late_closes_what_it_answered() -> None:
    heard(60)
    follow()
    heard(30, "answered", direction="outbound", origin="record")
    follow()
    assert told() == []


def test_a_call_that_goes_on_is_seen_when_it_ends() -> None:
    call = heard(2, "", ended_at=None)
    later = heard(1, e164="+8562055500000")
    follow()
    assert told() == [(f"n:{later.e164}", 1)]
    Call.objects.filter(pk=call.pk).update(ended_at=timezone.now(), outcome="missed")
    follow()
    assert told() == [(f"n:{later.e164}", 1), (f"n:{NUMBER}", 1)]
    assert FollowPlace.objects.get().unsettled == {}


def test_a_call_completed_from_the_record_is_looked_at_again() -> None:
    call = heard(10, "unknown", is_complete=False)
    follow()
    assert told() == []
    Call.objects.filter(pk=call.pk).update(outcome="missed")
    follow()
    assert told() == [(f"n:{NUMBER}", 1)]


def test_a_number_that_another_writer_had_taken_is_not_passed_over() -> None:
    first = heard(30, e164="+8562055500000")
    follow()
    newest = heard(5, pk=first.pk + 3)
    follow()
    late = heard(10, e164="+8562055500001", pk=newest.pk - 1)
    follow()
    assert told() == sorted([(f"n:{first.e164}", 1), (f"n:{NUMBER}", 1), (f"n:{late.e164}", 1)])


def test_a_call_that_became_part_of_another_is_forgotten() -> None:
    call = heard(2, "", ended_at=None)
    follow()
    call.delete()
    follow()
    assert FollowPlace.objects.get().unsettled == {}


def test_of_a_log_never_followed_only_the_last_day_is_read() -> None:
    heard(60 * 30)
    recent = heard(60, e164="+8562055500000")
    follow()
    assert told() == [(f"n:{recent.e164}", 1)]


def test_what_is_learned_a_week_late_opens_nothing() -> None:
    heard(5, "answered")
    follow()
    heard(60 * 24 * 8, e164="+8562055500000", origin="record")
    follow()
    assert told() == []


def test_hidden_numbers_stand_for_themselves_and_leave_after_a_day() -> None:
    calls = [heard(10, e164="", withheld=True, match="withheld") for _ in range(2)]
    follow()
    rows = list(MissedCaller.objects.open().order_by("pk"))
    assert [(row.key, row.is_withheld, row.due_at) for row in rows] == [(f"w:{call.pk}", True, None) for call in calls]
    MissedCaller.objects.update(checked_at=ago(60), last_at=ago(60 * 25))
    assert follow() is True
    assert told() == []


def test_nobody_calls_a_blocked_number_back() -> None:
    heard(10)
    heard(9, e164="+8562055500000")
    block(number=NUMBER, key=NUMBER, by=None)
    follow()
    assert told() == [("n:+8562055500000", 1)]
    block(number="+8562055500000", key="+8562055500000", by=None)
    MissedCaller.objects.update(checked_at=ago(60))
    assert follow() is True
    assert told() == []


def test_a_call_given_to_a_customer_takes_its_row_along(mali: User) -> None:
    call = heard(10)
    follow()
    take(missed=the_row(), by=mali)
    souk = create_customer(name="Souk")
    Call.objects.filter(pk=call.pk).update(customer=souk, match="chosen")
    MissedCaller.objects.update(checked_at=ago(60))
    follow()
    row = the_row()
    assert (row.key, row.customer, row.assignee, row.state) == (f"c:{souk.pk}", souk, mali, "open")


def test_a_call_that_leaves_the_log_takes_its_row_away() -> None:
    heard(10).delete()
    gone = heard(9)
    follow()
    gone.delete()
    MissedCaller.objects.update(checked_at=ago(60))
    assert follow() is True
    assert not MissedCaller.objects.exists()


# -- who calls back ----------------------------------------------------------------------------------------------------


def test_the_responsible_calls_back(mali: User, keo: User) -> None:
    souk = create_customer(name="Souk", responsible=mali)
    heard(100, "answered", customer=souk, rings=[keo])
    heard(10, customer=souk, rings=[keo])
    follow()
    assert the_row().assignee == mali


@pytest.mark.parametrize("is_customer", [True, False])
def test_else_who_spoke_last(is_customer: bool, mali: User, keo: User) -> None:
    souk = create_customer(name="Souk") if is_customer else None
    heard(200, "answered", customer=souk, rings=[keo])
    heard(100, "answered", customer=souk, rings=[mali], direction="outbound")
    heard(10, customer=souk, rings=[keo])
    follow()
    assert the_row().assignee == mali


def test_who_has_left_calls_nobody_back(mali: User, keo: User) -> None:
    souk = create_customer(name="Souk", responsible=mali)
    heard(100, "answered", customer=souk, rings=[mali])
    User.objects.filter(pk=mali.pk).update(is_active=False)
    heard(10, customer=souk, rings=[mali, keo])
    follow()
    row = the_row()
    assert (row.assignee, row.is_nobodys, [one.user for one in row.rang_for.all()]) == (None, False, [keo])


def test_a_row_goes_to_whoever_is_there_when_its_own_leaves(mali: User, keo: User) -> None:
    souk = create_customer(name="Souk", responsible=mali)
    heard(10, customer=souk, rings=[keo])
    follow()

    def whose_after(*, leaves: User | None = None, responsible: User | None = None) -> User | None:
        User.objects.filter(pk__in=[leaves.pk] if leaves else []).update(is_active=False)
        Customer.objects.update(responsible=responsible)
        MissedCaller.objects.update(checked_at=ago(60))
        follow()
        return the_row().assignee

    assert whose_after(leaves=mali, responsible=mali) is None
    assert whose_after(responsible=keo) == keo
    noy = manager("noy")
    take(missed=the_row(), by=noy)
    assert whose_after(responsible=keo) == noy
    assert (whose_after(leaves=noy, responsible=keo), the_row().taken_at) == (keo, None)


@pytest.mark.parametrize(("is_customer", "queries"), [(True, 17), (False, 16)])
def test_learning_that_somebody_waits_asks_little(
    is_customer: bool,
    queries: int,
    mali: User,
    keo: User,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    """Many who call in vain are many who ring at the same time. Beginning and end of the transaction count as well."""
    souk = create_customer(name="Souk", responsible=mali) if is_customer else None
    heard(100, "answered", customer=souk, rings=[keo])
    missed = heard(10, customer=souk, rings=[keo])
    with django_assert_max_num_queries(queries):
        assert settle(key=call_key(missed)) is True
    assert the_row().assignee == (mali if is_customer else keo)


def test_everybody_sees_whom_no_phone_rang_for(mali: User) -> None:
    heard(10)
    follow()
    assert the_row().is_nobodys is True
    assert list(waiting_for(mali, is_mine=True)) == [the_row()]


def test_managers_see_theirs_and_what_rang_for_them(mali: User, keo: User) -> None:
    heard(25, customer=create_customer(name="Souk", responsible=mali))
    heard(10, rings=[keo])
    follow()
    hers, his = MissedCaller.objects.order_by("first_at")
    assert list(waiting_for(mali, is_mine=False)) == [hers]
    assert list(waiting_for(keo, is_mine=False)) == [his]
    boss = User.objects.create_user("boss", role=User.Role.OWNER)
    assert list(waiting_for(boss, is_mine=False).order_by("first_at")) == [hers, his]
    assert list(waiting_for(boss, is_mine=True)) == []
    assert (count_of(mali), count_of(boss)) == ((1, False), (0, False))


# -- what people say ---------------------------------------------------------------------------------------------------


def test_taken_and_left_again(mali: User, keo: User) -> None:
    heard(10, customer=create_customer(name="Souk", responsible=mali), rings=[keo])
    follow()
    assert take(missed=the_row(), by=keo) is True
    assert (the_row().assignee, leave(missed=the_row(), by=mali)) == (keo, False)
    assert leave(missed=the_row(), by=keo) is True
    assert (the_row().assignee, the_row().taken_at) == (mali, None)


def test_given_up_and_undone(mali: User) -> None:
    heard(10, rings=[mali])
    follow()
    assert close(missed=the_row(), state=MissedCaller.State.GIVEN_UP, reason="A robot", by=mali) is True
    row = the_row()
    assert (row.state, row.reason, row.closed_by) == ("given_up", "A robot", mali)
    assert follow() is False
    assert told() == []
    assert reopen(missed=row, by=mali) is True
    assert told() == [(f"n:{NUMBER}", 1)]
    assert reopen(missed=row, by=mali) is False


def test_a_call_after_one_gave_up_opens_a_new_row(mali: User) -> None:
    heard(10, rings=[mali])
    follow()
    first = the_row()
    close(missed=first, state=MissedCaller.State.GIVEN_UP, by=mali)
    MissedCaller.objects.update(closed_at=ago(5))
    heard(1, rings=[mali])
    follow()
    assert told() == [(f"n:{NUMBER}", 1)]
    assert reopen(missed=first, by=mali) is True
    assert told() == [(f"n:{NUMBER}", 2)]
    assert MissedCaller.objects.count() == 1


def test_what_a_talk_closed_cannot_be_undone(mali: User) -> None:
    heard(10)
    follow()
    heard(5, "answered")
    follow()
    assert reopen(missed=the_row(), by=mali) is False
    assert the_row().state == "reached"


def test_everybody_is_told_once_that_the_list_changed(mali: User, keo: User) -> None:
    heard(10)
    follow()
    LiveEvent.objects.all().delete()
    take(missed=the_row(), by=mali)
    assert [(event.user_id, event.kind) for event in LiveEvent.objects.all()] == [(None, "calls-changed")]
