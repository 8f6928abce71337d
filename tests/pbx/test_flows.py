"""Everything people do on their phones, on a real Asterisk: one row of the log each, and the right pop-ups."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.asterisk.plan import PHONES
from lab.exchange import OTHER_CUSTOMER
from lab.flows.catalogue import FLOWS
from lab.flows.truth import CallTruth, LegTruth
from tests.pbx.company import KNOWN, OTHER_KNOWN, user_of
from tests.pbx.conftest import Day
from tests.pbx.playing import Played
from tests.pbx.watching import Logged, Told, name_of

pytestmark = [pytest.mark.pbx, pytest.mark.django_db]

# What the phones cannot know, or Asterisk does not tell.
OTHERWISE: dict[str, dict[str, object]] = {
    "restricted": {"caller": "+99365123456", "withheld": False},  # AMI has no word of a caller's privacy
    "button": {"line": "+85621000100"},
    "button_local": {"line": "+85621000100"},
    "button_customer_busy": {"line": "+85621000100"},
}
RANG = {"answered": ("ringing", "talking", "over"), "elsewhere": ("ringing", "elsewhere")}
RANG_IN_VAIN = ("ringing", "over")
NEVER_RANG = ("busy", "failed", "forwarded")
REFUSED_AT_ONCE = ("dnd",)
# By phone: what its user is shown, in order. "gone" is a call that was found to be part of another.
SHOWN_OTHERWISE = {
    "attended": {
        "301": ["ringing 0", "talking 0", "over 0"],
        "302": ["ringing gone", "talking gone", "popup-closed gone", "talking 0", "over 0"],
    },
    "blonde": {
        "301": ["ringing 0", "talking 0", "over 0"],
        "302": ["ringing gone", "popup-closed gone", "ringing 0", "talking 0", "over 0"],
    },
    "blonde_unanswered": {
        "301": ["ringing 0", "talking 0", "over 0"],
        "302": ["ringing gone", "popup-closed gone", "ringing 0", "over 0"],
    },
    "pickup_group": {"301": ["ringing 0", "elsewhere 0"], "302": ["talking 0", "over 0"]},
    "pickup_directed": {"301": ["ringing 0", "elsewhere 0"], "302": ["talking 0", "over 0"]},
    "two_calls": {"301": ["ringing 0", "talking 0", "ringing 1", "talking 1", "over 1", "over 0"]},
}
REFUSED = {"button_agent_busy": ["busy"]}


def near(seconds: float) -> object:
    """The phones' clocks begin at their own messages; the machine may be busy."""
    return pytest.approx(seconds, abs=0.3)


@pytest.fixture(params=FLOWS)
def flow(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def played(day: Day, flow: str) -> Played:
    return day.played[flow]


def test_each_conversation_is_one_row_of_the_log(flow: str, played: Played) -> None:
    assert len(played.calls) == len(played.truth.calls)
    for call, truth in _pairs(played):
        assert _facts(call) == _true_facts(truth) | OTHERWISE.get(flow, {})
        assert call.row.is_complete is True
        assert call.row.ended_at is not None


def test_each_phone_in_it_is_one_segment(played: Played) -> None:
    for call, truth in _pairs(played):
        told = sorted((leg.party or call.caller, leg.role, leg.outcome, leg.talk_seconds) for leg in truth.legs)
        seen = sorted((name_of(s), s.role, s.outcome, s.talk_seconds) for s in call.segments)
        assert [leg[:3] for leg in seen] == [leg[:3] for leg in told]
        assert [leg[3] for leg in seen] == [near(leg[3]) for leg in told]


def test_who_answered_is_the_user_of_the_phone(played: Played) -> None:
    for call, truth in _pairs(played):
        user = user_of(truth.answered_by) if truth.answered_by in PHONES else None
        assert (call.row.answered_by.username if call.row.answered_by else None) == user


def test_the_right_people_are_shown_it_and_nobody_else(flow: str, played: Played) -> None:
    due = {} if flow in REFUSED_AT_ONCE else _due(flow, played)
    assert _shown(played) == {user_of(phone): shown for phone, shown in due.items()}


def test_pop_ups_name_the_customer(flow: str, played: Played) -> None:
    titles = {
        event.data["title"]
        for events in played.told.values()
        for event in events
        if event.kind == "popup" and _call_of(played, event) == "0"
    }
    assert titles == ({_title(flow, played.truth.calls[0])} if titles else set())


def test_a_known_customer_is_in_the_log(played: Played) -> None:
    for call, truth in _pairs(played):
        known = {OTHER_CUSTOMER: OTHER_KNOWN, "+99365123456": KNOWN, "99365123456": KNOWN}
        outside = call.row.number if truth.direction != "internal" else ""
        assert (call.row.customer.name if call.row.customer else None) == known.get(outside)


def test_a_button_that_could_not_ring_the_phone_says_why(flow: str, played: Played) -> None:
    assert played.refused == REFUSED.get(flow, [])


def test_nothing_else_is_in_the_log(day: Day) -> None:
    assert day.strays == []


def _pairs(played: Played) -> Iterator[tuple[Logged, CallTruth]]:
    return zip(played.calls, played.truth.calls, strict=True)


def _facts(call: Logged) -> dict[str, object]:
    row = call.row
    return {
        "direction": row.direction,
        "caller": call.caller,
        "dialled": row.dialled,
        "line": row.line,
        "queue": row.queue,
        "outcome": row.outcome,
        "answered_by": call.answered_by,
        "withheld": row.withheld,
        "recorded": row.is_recorded,
        "by_button": bool(row.command_id),
        "ring_seconds": row.ring_seconds,
        "talk_seconds": row.talk_seconds,
        "hold_seconds": row.hold_seconds,
    }


def _true_facts(truth: CallTruth) -> dict[str, object]:
    return {
        **{name: getattr(truth, name) for name in ("direction", "caller", "dialled", "line", "queue", "outcome")},
        **{name: getattr(truth, name) for name in ("answered_by", "withheld", "recorded", "by_button")},
        **{name: near(getattr(truth, name)) for name in ("ring_seconds", "talk_seconds", "hold_seconds")},
    }


def _due(flow: str, played: Played) -> dict[str, list[str]]:
    """By phone: what its user must be shown."""
    if flow in SHOWN_OTHERWISE:
        return SHOWN_OTHERWISE[flow]
    due: dict[str, list[str]] = {}
    for number, truth in enumerate(played.truth.calls):
        for leg in truth.legs:
            if _is_shown(leg):
                states = RANG.get(leg.outcome, RANG_IN_VAIN)
                due.setdefault(leg.party, []).extend(f"{state} {number}" for state in states)
    return due


def _is_shown(leg: LegTruth) -> bool:
    return leg.role == "called" and leg.party in PHONES and leg.outcome not in NEVER_RANG


def _shown(played: Played) -> dict[str, list[str]]:
    return {
        user: [f"{event.state or event.kind} {_call_of(played, event)}" for event in events]
        for user, events in played.told.items()
    }


def _call_of(played: Played, event: Told) -> str:
    for number, call in enumerate(played.calls):
        if call.row.pk == event.call:
            return str(number)
    return "gone"


def _title(flow: str, truth: CallTruth) -> str:
    if truth.direction == "internal":
        return f"Agent{truth.caller}"  # as the company calls its people, not as their phones do
    if flow == "restricted" or truth.caller.endswith("99365123456"):
        return KNOWN
    if truth.withheld:
        return "Number withheld"
    if flow == "caller_like_extension":
        return "From outside, with a number of ours"
    return truth.caller or "No number"
