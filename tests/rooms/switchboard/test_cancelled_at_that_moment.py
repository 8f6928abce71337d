"""The button is pressed while the telephone system's word of the same call is being written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from callcard.calls.models import Call
from callcard.staff.models import User
from callcard.switchboard import running
from callcard.switchboard.dialling import cancel
from callcard.switchboard.models import DialRequest
from callcard.switchboard.placed import write_progress
from callcard.switchboard.placed_rules import Progress

LONG_ENOUGH_TO_BE_OVERTAKEN = 0.3  # seconds


@pytest.mark.django_db(transaction=True)
def test_that_one_gave_up_is_not_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "execute", lambda pbx, command: None)
    now = timezone.now()
    anna = User.objects.create_user("anna")
    request = DialRequest.objects.create(command_id="press-0001", user=anna, number="+8562055512345", state="asked")
    Call.objects.create(pbx="office", key="k", direction="outbound", started_at=now, outcome="not_placed")
    thread = threading.Thread(target=lambda: _give_up(request))

    def overtaken(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if sql.startswith("SELECT") and DialRequest._meta.db_table in sql and not thread.ident:
            thread.start()
            thread.join(LONG_ENOUGH_TO_BE_OVERTAKEN)
        return found

    with connection.execute_wrapper(overtaken):
        write_progress("office", [Progress("press-0001", "k", "ringing")])
    thread.join(20)
    request.refresh_from_db()
    assert (request.state, request.problem) == ("ringing", "cancelled")
    write_progress("office", [Progress("press-0001", "k", "over", "not_placed")])
    assert Call.objects.get().outcome == "cancelled"


def _give_up(request: DialRequest) -> None:
    try:
        cancel(request=request)
    finally:
        connection.close()
