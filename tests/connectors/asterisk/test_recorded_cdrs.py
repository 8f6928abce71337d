"""Real CDRs of every flow of the lab become the calls that the phones themselves measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from callcard.telephony.call import Call
from tests.connectors.asterisk.cdr_scene import RECORDS, calls, copied, entries, portions, record

TRUTHS: dict[str, dict[str, Any]] = json.loads((RECORDS / "truth.json").read_text(encoding="utf-8"))
# What a CDR does not tell. Its clock runs from when Asterisk answered, which a menu and a button's own phone do too.
OTHERWISE: dict[str, dict[str, object]] = {
    "menu": {"talk": pytest.approx(3.51, abs=0.5)},
    "button": {"talk": pytest.approx(2.01, abs=0.5)},
    "button_local": {"talk": pytest.approx(2.01, abs=0.5)},
    "restricted": {
        "caller": "+99365123456",
        "withheld": False,
        "legs": [("+99365123456", "caller", "answered"), ("301", "called", "answered")],
    },
    "outbound_wrong_number": {
        "outcome": "missed",
        "legs": [("+99365777888", "called", "missed"), ("301", "caller", "missed")],
    },
}
# A consultation that was never answered shares no leg with the customer's call.
TOLD_AS_TWO = "blonde_unanswered"


def told(name: str, folder: Path, kind: str) -> list[Call]:
    read = record(copied(name, folder, kind), copied(name, folder, "queue_log"))
    return calls(entries(portions(read)))


@pytest.mark.parametrize(("kind", "slack"), [("csv", 0.25), ("plain.csv", 1.0)])
@pytest.mark.parametrize("name", sorted(TRUTHS.keys() - {TOLD_AS_TWO}))
def test_every_flow(name: str, kind: str, slack: float, tmp_path: Path) -> None:
    found = [_facts(call) for call in told(name, tmp_path, kind)]
    assert found == [_true_facts(truth, slack) | OTHERWISE.get(name, {}) for truth in TRUTHS[name]["calls"]]


def test_a_consultation_that_nobody_answered_is_a_call_of_its_own(tmp_path: Path) -> None:
    found = [(call.direction.value, call.outcome) for call in told(TOLD_AS_TWO, tmp_path, "csv")]
    assert found == [("inbound", "answered"), ("internal", "cancelled")]


def test_all_flows_in_one_file_stay_apart(tmp_path: Path) -> None:
    """The file as Asterisk leaves it at the end of the day, with transfers, groups and queues side by side."""
    files = [tmp_path / "day.csv", tmp_path / "day.queue_log"]
    for path, kind in zip(files, ("csv", "queue_log"), strict=True):
        path.write_text("".join(copied(name, tmp_path, kind).read_text(encoding="utf-8") for name in TRUTHS))
    found = calls(entries(portions(record(*files))))
    buttons = sum(name.startswith("button") for name in TRUTHS)
    ids = {call.key for call in found}
    assert len(found) == len(ids)
    # The lab gives the calls by button one and the same id, so they are one here; and one more is told as two.
    assert len(found) - 1 == sum(len(truth["calls"]) for truth in TRUTHS.values()) + 1 - buttons


def _facts(call: Call) -> dict[str, object]:
    by = call.answered_by
    parties = [(s.party.extension or s.party.number, s.role.value, s.outcome) for s in call.segments]
    return {
        "direction": call.direction.value,
        "caller": call.caller.extension or call.caller.number,
        "outcome": call.outcome.value if call.outcome else "",
        "answered_by": (by.party.extension or by.party.number) if by else "",
        "queue": call.queue,
        "withheld": call.caller.withheld,
        "talk": call.talk_seconds,
        "legs": sorted((party, role, outcome.value if outcome else "") for party, role, outcome in parties),
        "button": bool(call.placed_by_button),
    }


def _true_facts(truth: dict[str, Any], slack: float) -> dict[str, object]:
    return {
        **{name: truth[name] for name in ("direction", "caller", "outcome", "answered_by", "queue", "withheld")},
        "talk": pytest.approx(truth["talk_seconds"], abs=slack),
        "legs": sorted((leg["party"], leg["role"], leg["outcome"]) for leg in truth["legs"]),
        "button": truth["by_button"],
    }
