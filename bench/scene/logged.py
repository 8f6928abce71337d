"""The call log of the bench's exchange as JSON. Run as a program, in the served database."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import django


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A row of the log. `answered_on`: the extension that took it, or empty."""

    key: str
    number: str
    line: str
    direction: str
    outcome: str
    customer_id: int | None
    answered_on: str
    ring_seconds: float
    talk_seconds: float
    is_complete: bool
    segments: int


def main() -> None:
    django.setup()
    from callcard.calls.models import Call

    calls = Call.objects.filter(pbx="asterisk").prefetch_related("segments")
    print(json.dumps([asdict(_logged(call)) for call in calls]))


def _logged(call: object) -> LoggedCall:
    from callcard.calls.models import Call

    assert isinstance(call, Call)
    segments = list(call.segments.all())
    answered = [each.extension for each in segments if each.role == "called" and each.answered_at]
    return LoggedCall(
        key=call.key,
        number=call.number,
        line=call.line,
        direction=call.direction,
        outcome=call.outcome,
        customer_id=call.customer_id,
        answered_on=",".join(answered),
        ring_seconds=call.ring_seconds,
        talk_seconds=call.talk_seconds,
        is_complete=call.is_complete and call.ended_at is not None,
        segments=len(segments),
    )


if __name__ == "__main__":
    main()
