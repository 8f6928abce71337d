"""What every telephone system that calls us must hold. A failure says in words what is missing."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcard.telephony.call import Call, Role
from callcard.telephony.hook_calls import HookCalls
from callcard.telephony.hooks import HookFormat, HookRefused, HookRequest, HookTold, HookUnreadable
from callcard.telephony.tracker import CallTracker
from tests.connectors.contract.hook_formats import FOLDER, FORMATS, NEEDED, Sample, samples

ALL = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
WRONG_SECRET = "whsec_" + base64.b64encode(b"another key, which is not theirs").decode()


def calls_of(form: HookFormat, requests: Iterable[HookRequest]) -> list[Call]:
    """As the log has them in the end."""
    calls, tracker, last = HookCalls(), CallTracker("pbx"), dict[str, Call]()
    for request in requests:
        notice = form.read(request).notice
        if notice is not None:
            for change in tracker.feed_many(calls.take(notice)):
                last[change.call.key] = change.call
    return list(last.values())


def told(call: Call) -> dict[str, Any]:
    return {
        "key": call.key,
        "direction": call.direction.value,
        "number": call.outside.number,
        "line": call.line,
        "outcome": call.outcome.value if call.outcome else None,
        "talk_seconds": round(call.talk_seconds),
        "phones": {s.party.extension: s.outcome.value for s in call.segments if s.party.extension and s.outcome},
    }


@pytest.mark.parametrize("kind", FORMATS)
def test_it_has_a_sample_of_each_flow(kind: str) -> None:
    there = {path.stem for path in (FOLDER / kind / "samples").glob("*.json")}
    missing = [f"{kind}/samples/{name}.json is missing" for name in NEEDED if name not in there]
    assert missing == []


@ALL
def test_it_tells_the_call_that_was(sample: Sample) -> None:
    assert [told(call) for call in calls_of(sample.format(), sample.requests)] == [sample.call]


@ALL
def test_in_any_order_and_twice_it_is_the_same_call(sample: Sample) -> None:
    (right,) = calls_of(sample.format(), sample.requests)
    for seed in range(30):
        requests = [*sample.requests, *random.Random(seed).choices(sample.requests, k=2)]
        random.Random(seed).shuffle(requests)
        (call,) = calls_of(sample.format(), requests)
        assert told(call) == told(right), f"told otherwise in the order of seed {seed}"
        assert (call.started_at, call.answered_at, call.ended_at) == (
            right.started_at,
            right.answered_at,
            right.ended_at,
        )


@ALL
def test_a_phone_rings_as_soon_as_that_is_told(sample: Sample) -> None:
    if sample.call["direction"] != "inbound":
        return
    form, calls, tracker = sample.format(), HookCalls(), CallTracker("pbx")
    rang = set[str]()
    for request in sample.requests[:-1]:
        notice = form.read(request).notice
        assert notice is not None
        for change in tracker.feed_many(calls.take(notice)):
            rang |= {s.party.extension for s in change.call.segments if s.role is Role.CALLED and s.is_ringing}
    assert rang == set(sample.call["phones"]), "these phones were never seen ringing while they rang"


@ALL
def test_only_who_has_the_secret_is_believed(sample: Sample) -> None:
    for request in sample.requests:
        sample.format().check(request)
        with pytest.raises(HookRefused, match="wrong_signature"):
            sample.format(WRONG_SECRET).check(request)
        with pytest.raises(HookRefused, match="unsigned"):
            sample.format().check(replace(request, headers={}))


@ALL
def test_each_request_has_a_key_of_its_own_that_stays(sample: Sample) -> None:
    keys = [sample.format().read(request).key for request in sample.requests]
    assert len(set(keys)) == len(keys), "two requests have one key: the second would be taken for a repetition"
    assert all(keys), "a request without a key"
    assert keys == [sample.format().read(request).key for request in sample.requests]


@ALL
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_bytes_whatever_break_it(sample: Sample, data: st.DataObject) -> None:
    """Torn, with bytes put in, or not of it at all: understood, or refused in words."""
    request = data.draw(st.sampled_from(sample.requests))
    body, cut = request.body, data.draw(st.integers(0, len(request.body)))
    noise = data.draw(st.binary(max_size=30))
    body = data.draw(st.sampled_from([body[:cut], body[:cut] + noise + body[cut:], noise, body[cut:]]))
    spoilt = replace(request, body=body)
    with suppress(HookRefused):
        sample.format().check(spoilt)
    read = HookTold(key="unreadable")
    with suppress(HookUnreadable):
        read = sample.format().read(spoilt)
    if read.notice is not None:
        assert CallTracker("pbx").feed_many(HookCalls().take(read.notice)) is not None
