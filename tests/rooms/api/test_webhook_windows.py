"""The windows of webhooks: made, shown once, changed, tested, resent, by those in charge alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from callcard.api.webhooks.models import Delivery, Endpoint
from callcard.api.webhooks.services import make_endpoint, send_test
from callcard.staff.models import Change, User
from tests.rooms.staff.windows import Window, give, person, words

pytestmark = pytest.mark.django_db
GOOD = {"name": "Shop", "address": "https://shop.example.com/hook", "events": ["call.ended", "task.created"]}


@pytest.fixture
def mali() -> User:
    return person("mali", role=User.Role.ADMINISTRATOR)


@pytest.fixture
def endpoint(mali: User) -> Endpoint:
    return make_endpoint(by=mali, **GOOD)  # type: ignore[arg-type]


def test_it_is_made_and_its_secret_shown_once(mali: User) -> None:
    window = Window(mali)
    assert "No program is told of anything yet." in window.text("/settings/webhooks")
    shown = re.search(r"whsec_[\w+/=]{44}", words(window.post("/settings/webhooks/new", GOOD)))
    row = Endpoint.objects.get()
    assert shown
    assert (row.name, row.address, row.events, row.owner, row.is_on) == (*GOOD.values(), mali, True)
    assert row.secret == shown[0]
    assert "whsec_" not in window.text(f"/settings/webhooks/{row.pk}")
    assert "shop.example.com" in window.text("/settings/webhooks")
    renewed = words(window.post(f"/settings/webhooks/{row.pk}/secret"))
    row.refresh_from_db()
    assert row.secret in renewed
    assert (row.old_secret, row.secret == shown[0]) == (shown[0], False)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("address", "http://shop.example.com/", "Messages go over https only"),
        ("address", "ftp://shop.example.com/", "https:// and a host are wanted"),
        ("address", "https://name:secret@shop.example.com/", "https:// and a host are wanted"),
        ("address", "https://10.0.0.7/", "in an own network"),
        ("address", "https://[::1]/", "in an own network"),
        ("address", "https://localhost/", "in an own network"),
        ("events", [], "Tick at least one event."),
        ("events", ["no.such"], "no.such"),
        ("name", "", "This field is required."),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words_and_nothing_is_made(
    mali: User, endpoint: Endpoint, field: str, value: Any, problem: str
) -> None:
    for url in ("/settings/webhooks/new", f"/settings/webhooks/{endpoint.pk}"):
        answer = Window(mali).post(url, {**GOOD, field: value})
        assert answer.status_code == 422
        assert problem in words(answer)
    assert list(Endpoint.objects.values_list("name", "address", "events")) == [tuple(GOOD.values())]


def test_it_is_switched_off_and_on_and_removed_with_a_step_of_the_history(mali: User, endpoint: Endpoint) -> None:
    window, at = Window(mali), f"/settings/webhooks/{endpoint.pk}"
    window.post(f"{at}/switch", {"on": "0"})
    endpoint.refresh_from_db()
    assert endpoint.off == Endpoint.Off.PERSON
    window.post(f"{at}/test")
    assert not endpoint.deliveries.exists()
    window.post(f"{at}/switch", {"on": "1"})
    window.post(f"{at}/test")
    assert endpoint.deliveries.get().event == "webhook.test"
    window.post(f"{at}/remove")
    assert not Endpoint.objects.exists()
    steps = Change.objects.filter(about="webhook").order_by("pk").values_list("action", flat=True)
    assert list(steps) == ["created", "changed", "changed", "removed"]


def test_messages_are_listed_with_what_was_answered_and_sent_again(mali: User, endpoint: Endpoint) -> None:
    window, at = Window(mali), f"/settings/webhooks/{endpoint.pk}"
    assert "Nothing was sent yet." in window.text(f"{at}/deliveries")
    rows = [send_test(endpoint=endpoint) for _number in range(3)]
    Delivery.objects.filter(pk__in=[one.pk for one in rows[:2]]).update(
        state="dead", tries=10, status=500, problem="status", answer="<b>no</b>", milliseconds=71, next_at=None
    )
    page = window.text(f"{at}/deliveries?state=dead")
    assert "500" in page
    assert "The receiver did not take it." in page
    assert "&lt;b&gt;no" in page
    assert "71 ms" in page
    assert page.count("Send again") == 2
    window.post(f"{at}/resend", {"delivery": str(rows[0].pk)})
    assert [row.state for row in endpoint.deliveries.order_by("pk")] == ["waiting", "dead", "waiting"]
    window.post(f"{at}/resend")
    assert {row.state for row in endpoint.deliveries.all()} == {"waiting"}


def test_many_messages_are_read_page_by_page(mali: User, endpoint: Endpoint) -> None:
    for _number in range(51):
        send_test(endpoint=endpoint)
    page = Window(mali).text(f"/settings/webhooks/{endpoint.pk}/deliveries")
    after = re.search(r"after=(\d+)", page)
    assert after
    second = Window(mali).text(f"/settings/webhooks/{endpoint.pk}/deliveries?after={after[1]}")
    assert (page.count("webhook.test"), second.count("webhook.test")) == (50, 1)


def test_a_message_of_another_endpoint_is_not_sent_from_here(mali: User, endpoint: Endpoint) -> None:
    other = make_endpoint(by=mali, **GOOD)  # type: ignore[arg-type]
    foreign = send_test(endpoint=other)
    Delivery.objects.update(state="dead")
    Window(mali).post(f"/settings/webhooks/{endpoint.pk}/resend", {"delivery": str(foreign.pk)})
    foreign.refresh_from_db()
    assert foreign.state == "dead"


def test_nobody_else_sees_or_changes_any_of_it(endpoint: Endpoint) -> None:
    manager, at = person("manager"), f"/settings/webhooks/{endpoint.pk}"
    give([manager], "manager")
    window = Window(manager)
    for url in ("/settings/webhooks", at, f"{at}/deliveries", "/settings/webhooks/new"):
        assert window.get(url).status_code == 403
    for name in ("", "/secret", "/switch", "/test", "/remove", "/resend"):
        assert window.post(f"{at}{name}", GOOD).status_code == 403
    before = endpoint.secret
    endpoint.refresh_from_db()
    assert (endpoint.secret, endpoint.off, endpoint.deliveries.count()) == (before, "", 0)
