"""A program listens with a token: it hears that something happened, and nothing that its token does not allow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from callcard.api.program_door import EVENTS
from callcard.api.sign_in import rate
from callcard.api.tokens.services import revoke_token
from callcard.calls.models import Notice
from callcard.customers.models import Customer
from callcard.live.models import LiveEvent
from callcard.live.services import Tell, tell
from callcard.staff.models import User
from tests.rooms.api.program import Program
from tests.stories.product import Product, Stream

SOON_SECONDS = 5.0


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()
    rate.forget()


@pytest.fixture
def streams() -> Iterator[list[Stream]]:
    made: list[Stream] = []
    yield made
    for stream in made:
        stream.close()


def listen(product: Product, streams: list[Stream], token: str, *, last: int | None = None, cookie: str = "") -> Stream:
    streams.append(Stream(product.port, cookie, path=EVENTS, token=token, last_event_id=last))
    return streams[-1]


def test_a_ring_is_told_by_its_number_only(
    product: Product, office_people: dict[str, User], mali: Customer, streams: list[Stream]
) -> None:
    program = Program(office_people["anna"], ["calls.see"])
    stream = listen(product, streams, program.token)
    assert stream.next()[0] == "hello"
    product.run(product.simulator.ring("+8562055512345", ["301"]))
    kind, data = stream.next()
    assert (kind, list(data)) == ("call", ["call"])
    notice = Notice.objects.get(call=data["call"], user=office_people["anna"])
    assert notice.told_at is None


def test_what_was_missed_comes_after_and_what_is_not_allowed_never(
    product: Product, office_people: dict[str, User], streams: list[Stream]
) -> None:
    anna = office_people["anna"]
    tell([Tell(user_id=anna.pk, kind="reminder")])
    last = LiveEvent.objects.latest("id").id
    tell([Tell(user_id=anna.pk, kind="dial", payload={"command": "one", "secret": "x"})])
    tell([Tell(user_id=anna.pk, kind="tasks-changed"), Tell(user_id=office_people["chan"].pk, kind="tasks-changed")])
    both = listen(product, streams, Program(anna, ["tasks.see", "calls.see", "calls.dial"]).token, last=last)
    assert [both.next() for _event in range(3)][1:] == [("placed-call", {"command": "one"}), ("tasks", {})]
    tasks = listen(product, streams, Program(anna, ["tasks.see"]).token, last=last)
    assert [tasks.next()[0] for _event in range(2)] == ["hello", "tasks"]
    assert tasks.is_silent(0.5)


def test_who_has_no_token_hears_nothing_and_who_loses_it_no_more(
    product: Product, office_people: dict[str, User], streams: list[Stream]
) -> None:
    refused = listen(product, streams, "callcard_1_nonsense").response
    assert (refused.status, refused.headers["Content-Type"]) == (401, "application/problem+json")
    assert listen(product, streams, "", cookie="sessionid=x").response.status == 401
    program = Program(office_people["anna"])
    stream = listen(product, streams, program.token)
    assert stream.next()[0] == "hello"
    revoke_token(token=program.row, by=program.user)
    assert stream.ends_within(SOON_SECONDS)
