"""Real calls, recorded, against what the phones measured while they were made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from callcard.telephony.call import Call, Party, Segment
from tests.connectors.asterisk.replay import FLOWS, calls_of

TRUTH: dict[str, dict[str, Any]] = json.loads((FLOWS / "truth.json").read_text(encoding="utf-8"))
WHOLE = [flow for flow in TRUTH if not flow.startswith("resync_")]
# What the phones cannot know, or Asterisk does not tell.
OTHERWISE: dict[str, dict[str, object]] = {
    "restricted": {"caller": "+99365123456", "withheld": False},  # AMI has no word of a caller's privacy
    "button": {"line": "+85621000100"},
    "button_local": {"line": "+85621000100"},
    "button_customer_busy": {"line": "+85621000100"},
}
# The phones' clocks begin at their own messages; Asterisk hears and tells of them a little later.


def near(seconds: float) -> object:
    return pytest.approx(seconds, abs=0.12)


def name_of(party: Party) -> str:
    return party.extension or party.number


def facts_of(call: Call) -> dict[str, object]:
    return {
        "direction": call.direction.value,
        "caller": name_of(call.caller),
        "dialled": call.dialled,
        "line": call.line,
        "queue": call.queue,
        "outcome": call.outcome and call.outcome.value,
        "answered_by": name_of(call.answered_by.party) if call.answered_by else "",
        "withheld": call.caller.withheld,
        "recorded": call.recorded,
        "by_button": bool(call.placed_by_button),
        "ring_seconds": near(call.ring_seconds),
        "talk_seconds": near(call.talk_seconds),
        "hold_seconds": near(call.hold_seconds),
    }


def legs_of(call: Call) -> list[tuple[str, str, str, float]]:
    return sorted(leg_of(segment) for segment in call.segments)


def leg_of(segment: Segment) -> tuple[str, str, str, float]:
    assert segment.outcome is not None
    return name_of(segment.party), segment.role.value, segment.outcome.value, segment.talk_seconds


@pytest.mark.parametrize("flow", WHOLE)
def test_the_calls_are_as_the_phones_tell(flow: str) -> None:
    calls = calls_of(FLOWS / f"{flow}.raw")
    truths = TRUTH[flow]["calls"]
    assert len(calls) == len(truths)
    for call, truth in zip(calls, truths, strict=True):
        facts = facts_of(call)
        assert ({key: truth[key] for key in facts} | OTHERWISE.get(flow, {})) == facts
        assert call.complete is True


@pytest.mark.parametrize("flow", WHOLE)
def test_the_segments_are_as_the_phones_tell(flow: str) -> None:
    for call, truth in zip(calls_of(FLOWS / f"{flow}.raw"), TRUTH[flow]["calls"], strict=True):
        told = sorted(
            (
                leg["party"] or name_of(call.caller),
                leg["role"],
                leg["outcome"],
                leg["talk_seconds"],
            )
            for leg in truth["legs"]
        )
        seen = legs_of(call)
        assert [leg[:3] for leg in seen] == [leg[:3] for leg in told]
        assert [near(leg[3]) for leg in seen] == [leg[3] for leg in told]
