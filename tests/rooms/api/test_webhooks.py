"""Webhooks: what is told to whom, signed so that others can check it, at least once, and nowhere else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from callcard.api.webhooks import sending
from callcard.api.webhooks.delivering import deliver
from callcard.api.webhooks.events import EVENTS
from callcard.api.webhooks.following import collect
from callcard.api.webhooks.mails import mail_off
from callcard.api.webhooks.models import Delivery, Endpoint, Place
from callcard.api.webhooks.rules import MOST_TRIES
from callcard.api.webhooks.services import (
    change_endpoint,
    forget_deliveries,
    make_endpoint,
    remove_endpoint,
    renew_secret,
    resend,
    send_test,
    switch_endpoint,
)
from callcard.calls.models import Call, Segment
from callcard.customers.models import Phone
from callcard.customers.services import archive_customer, create_customer
from callcard.jobs.models import Job
from callcard.staff.models import Change, User
from callcard.tasks.services import add_task
from tests.rooms.api.program import Program, told
from tests.rooms.api.receiver import A_RUN, Receiver, due_now, receiving, says, tell_all
from tests.rooms.staff.windows import give, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_network(settings: Any) -> None:
    settings.WEBHOOKS_PRIVATE = True


@pytest.fixture
def mali() -> User:
    return person("mali", role=User.Role.ADMINISTRATOR)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def endpoint_of(user: User, receiver: Receiver, *events: str) -> Endpoint:
    return make_endpoint(name="Shop", address=receiver.address, events=events or EVENTS, by=user)


def call(**columns: Any) -> Call:
    now = timezone.now()
    return Call.objects.create(**{"pbx": "p", "key": str(now), "direction": "inbound", "started_at": now, **columns})


def state_of(endpoint: Endpoint) -> list[tuple[str, int]]:
    return list(endpoint.deliveries.order_by("pk").values_list("state", "tries"))


# -- what is told ------------------------------------------------------------------------------------------------------


def test_a_message_is_what_the_api_shows_and_is_signed_for_anybody_to_check(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver, "customer.created")
    customer = create_customer(name="Boun ບຸນ", responsible=mali, numbers=["+856 20 5551 2345"])
    tell_all()
    (message,) = receiver.verified(endpoint.secret)
    assert message["type"] == "customer.created"
    assert message["data"] == told(Program(mali).get(f"/customers/{customer.pk}"))
    headers, body = receiver.heard[0]
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"].startswith("msg_")
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    for changed in (body + b" ", body.replace(b"Boun", b"Bonn")):
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoint.secret).verify(changed, headers)
    old = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 600)}
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(body, old)
    assert state_of(endpoint) == [("delivered", 1)]


def test_a_call_is_told_from_its_beginning_to_its_end_each_step_once(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver)
    ringing = call(number="+8562055512345")
    tell_all()
    now = timezone.now()
    Segment.objects.create(call=ringing, key="s", role="called", user=mali, rang_at=now)
    tell_all()
    tell_all()
    Call.objects.filter(pk=ringing.pk).update(answered_at=now, ended_at=now, outcome="answered")
    tell_all()
    tell_all()
    told = {one["type"]: one["data"]["outcome"] for one in receiver.verified(endpoint.secret)}
    assert told == {"call.began": "", "call.rang": "", "call.answered": "answered", "call.ended": "answered"}
    assert len(receiver.verified(endpoint.secret)) == len(told)
    assert str(ringing.pk) not in Place.objects.get().open_calls


def test_a_missed_call_is_told_and_a_late_record_says_only_how_it_ended(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver)
    now = timezone.now()
    missed = call(ended_at=now, outcome="missed", origin="record")
    call(ended_at=now, outcome="missed", started_at=now - timedelta(days=3), origin="record")
    tell_all()
    messages = receiver.verified(endpoint.secret)
    assert sorted((one["type"], one["data"]["id"]) for one in messages) == [
        ("call.ended", missed.pk),
        ("call.missed", missed.pk),
    ]


def test_what_is_done_to_records_is_told_by_its_type(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver)
    customer = create_customer(name="Boun", responsible=mali, numbers=["+8562055512345", "+8562055512346"])
    tell_all()
    Phone.objects.filter(customer=customer).update(label="x")
    Change.objects.create(about="phone", object_id=1, customer_id=customer.pk, action="changed")
    task = add_task(title="Ring back", assignee=mali, by=mali, customer=customer)
    tell_all()
    archive_customer(customer=customer, by=mali)
    tell_all()
    heard = [(one["type"], one["data"]["id"]) for one in receiver.verified(endpoint.secret)]
    assert heard[0] == ("customer.created", customer.pk)
    assert sorted(heard[1:3]) == [("customer.changed", customer.pk), ("task.created", task.pk)]
    assert heard[3:] == [("customer.removed", customer.pk)]
    assert receiver.verified(endpoint.secret)[3]["data"]["archived_at"]


def test_only_what_was_asked_for_and_only_from_then_on(mali: User, receiver: Receiver) -> None:
    create_customer(name="Before", responsible=mali)
    endpoint = endpoint_of(mali, receiver, "task.created")
    create_customer(name="After", responsible=mali)
    tell_all()
    assert receiver.heard == []
    switch_endpoint(endpoint=endpoint, on=False, by=mali)
    assert not Place.objects.exists()
    add_task(title="While off", assignee=mali, by=mali)
    switch_endpoint(endpoint=endpoint, on=True, by=mali)
    task = add_task(title="While on", assignee=mali, by=mali)
    tell_all()
    assert [one["data"]["id"] for one in receiver.verified(endpoint.secret)] == [task.pk]


# -- whose eyes --------------------------------------------------------------------------------------------------------


def test_an_owner_is_told_of_nothing_that_they_may_not_see(mali: User, receiver: Receiver) -> None:
    listener, boss = person("listener"), endpoint_of(mali, receiver, "customer.created")
    give([listener], "manager", records="own")
    own = make_endpoint(name="Own", address=receiver.address, events=["customer.created"], by=listener)
    foreign = create_customer(name="Foreign", responsible=mali)
    theirs = create_customer(name="Theirs", responsible=listener)
    tell_all()
    assert list(boss.deliveries.order_by("pk").values_list("subject_id", flat=True)) == [foreign.pk, theirs.pk]
    assert list(own.deliveries.values_list("subject_id", flat=True)) == [theirs.pk]


def test_numbers_are_veiled_for_an_owner_who_sees_them_veiled(mali: User, receiver: Receiver) -> None:
    operator = person("operator")
    give([operator], "manager", records="all")
    operator.rights = operator.rights.replace(" phones.whole ", " ")
    operator.save()
    endpoint = make_endpoint(name="Veiled", address=receiver.address, events=["customer.created"], by=operator)
    customer = create_customer(name="Boun", responsible=mali, numbers=["+8562055512345"])
    tell_all()
    (message,) = receiver.verified(endpoint.secret)
    assert message["data"] == told(Program(operator).get(f"/customers/{customer.pk}"))
    assert b"55512345" not in receiver.heard[0][1]


def test_what_an_owner_may_not_see_any_more_is_not_sent_and_not_kept(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver, "customer.created")
    create_customer(name="Boun", responsible=mali)
    collect()
    give([mali], "listener")
    User.objects.filter(pk=mali.pk).update(is_active=False)
    tell_all()
    assert receiver.heard == []
    assert endpoint.deliveries.get().state == Delivery.State.WITHHELD
    assert endpoint.deliveries.get().body == ""


def test_who_enters_another_address_is_the_owner_and_gets_nothing_of_before(mali: User, receiver: Receiver) -> None:
    endpoint, other = endpoint_of(mali, receiver, "customer.created"), person("other")
    create_customer(name="Boun", responsible=mali)
    collect()
    assert endpoint.deliveries.count() == 1
    change_endpoint(
        endpoint=endpoint, name="Shop", address=f"{receiver.address}&x=1", events=["task.created"], by=other
    )
    assert (endpoint.owner, endpoint.deliveries.count()) == (other, 0)
    change_endpoint(endpoint=endpoint, name="Renamed", address=endpoint.address, events=["task.created"], by=mali)
    assert endpoint.owner == other


# -- secrets -----------------------------------------------------------------------------------------------------------


def test_for_a_day_both_secrets_sign_and_then_the_new_one_alone(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver)
    before = endpoint.secret
    renew_secret(endpoint=endpoint, by=mali)
    send_test(endpoint=endpoint)
    tell_all()
    assert receiver.verified(before) == receiver.verified(endpoint.secret)
    Endpoint.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    receiver.heard.clear()
    send_test(endpoint=endpoint)
    tell_all()
    assert receiver.verified(endpoint.secret)[0]["type"] == "webhook.test"
    with pytest.raises(WebhookVerificationError):
        receiver.verified(before)


def test_secrets_and_messages_lie_sealed_and_in_no_history(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver, "customer.created")
    renew_secret(endpoint=endpoint, by=mali)
    create_customer(name="Boun", responsible=mali)
    collect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, old_secret FROM webhooks_endpoint")
        kept = [*cursor.fetchone()]
        cursor.execute("SELECT body FROM webhooks_delivery")
        kept += cursor.fetchone()
    assert [value[:7] for value in kept] == ["sealed:"] * 3
    assert "whsec_" not in json.dumps(list(Change.objects.values("before", "after")))


# -- receivers that fail -----------------------------------------------------------------------------------------------


def test_what_was_refused_is_sent_again_later_under_the_same_id_until_it_arrives(
    mali: User, receiver: Receiver
) -> None:
    endpoint = endpoint_of(mali, receiver)
    send_test(endpoint=endpoint)
    receiver.answer = says(500, b"<p>down \x00 &amp; out</p>" + b"x" * 5000)
    tell_all()
    waiting = endpoint.deliveries.get()
    assert (waiting.state, waiting.tries, waiting.status, waiting.problem) == ("waiting", 1, 500, "status")
    assert waiting.next_at is not None
    assert timedelta(0) < waiting.next_at - timezone.now() < timedelta(seconds=7)
    assert (waiting.answer[:5], len(waiting.answer)) == ("<p>do", 500)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    tell_all()
    assert len(receiver.heard) == 1
    receiver.answer = says(200, b"ok")
    due_now(endpoint)
    tell_all()
    assert len(set(receiver.ids())) == 1
    assert receiver.heard[0][1] == receiver.heard[1][1]
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    assert state_of(endpoint) == [("delivered", 2)]


def test_after_the_last_try_it_is_dead_and_can_be_sent_again(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver)
    send_test(endpoint=endpoint)
    receiver.answer = says(503)
    for _try in range(MOST_TRIES):
        due_now(endpoint)
        tell_all()
    assert state_of(endpoint) == [("dead", MOST_TRIES)]
    due_now(endpoint)
    tell_all()
    assert len(receiver.heard) == MOST_TRIES
    receiver.answer = says(200)
    assert resend(deliveries=endpoint.deliveries.all()) == 1
    tell_all()
    assert state_of(endpoint) == [("delivered", 1)]
    assert len(set(receiver.ids())) == 1


def test_who_is_gone_is_switched_off_at_once_and_its_owner_told(mali: User, receiver: Receiver, settings: Any) -> None:
    settings.EMAIL_FROM, mali.email = "callcard@example.com", "mali@example.com"
    mali.save()
    endpoint = endpoint_of(mali, receiver)
    send_test(endpoint=endpoint)
    send_test(endpoint=endpoint)
    receiver.answer = says(410)
    tell_all()
    endpoint.refresh_from_db()
    assert endpoint.off == Endpoint.Off.GONE
    assert {state for state, _tries in state_of(endpoint)} == {"dead"}
    assert not Place.objects.exists()
    job = Job.objects.get(kind="mail-webhook-off")
    A_RUN.arguments = job.arguments
    mail_off(A_RUN)
    assert (mail.outbox[0].to, "Shop" in mail.outbox[0].subject) == (["mali@example.com"], True)


def test_where_nothing_arrives_for_days_it_is_switched_off(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver)
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=5, seconds=1))
    send_test(endpoint=endpoint)
    receiver.answer = says(500)
    tell_all()
    endpoint.refresh_from_db()
    assert (endpoint.off, state_of(endpoint)) == (Endpoint.Off.FAILING, [("waiting", 1)])
    assert Change.objects.filter(about="webhook", by=None).latest("pk").after == {"off": "failing"}


def test_a_redirect_is_not_followed(mali: User, receiver: Receiver) -> None:
    with receiving() as other:
        endpoint = endpoint_of(mali, receiver)
        receiver.answer = says(307, Location=other.address)
        send_test(endpoint=endpoint)
        tell_all()
        assert other.heard == []
    assert endpoint.deliveries.get().problem == "redirect"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::ffff:127.0.0.1]:{port}/"]
)
def test_own_networks_are_not_connected_to_unless_the_installation_allows_it(
    mali: User, receiver: Receiver, settings: Any, address: str
) -> None:
    settings.WEBHOOKS_PRIVATE = False
    port = receiver.address.split(":")[2].split("/")[0]
    endpoint = make_endpoint(name="X", address=address.format(port=port), events=EVENTS, by=mali)
    send_test(endpoint=endpoint)
    tell_all()
    assert receiver.heard == []
    assert endpoint.deliveries.get().problem == "forbidden"


def test_a_name_that_means_an_own_address_among_open_ones_is_not_connected_to(
    receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOKS_PRIVATE = False
    message = sending.Message("https://shop.example.com/", "msg_1", b"{}", ("whsec_AAAA",))
    outcome = sending.send(message, lambda _host, _port: ["93.184.215.14", "169.254.169.254"])
    assert (outcome.problem, outcome.status) == ("forbidden", None)
    settings.WEBHOOKS_PRIVATE = True  # where clouds tell their secrets is forbidden even then
    assert sending.send(message, lambda _host, _port: ["169.254.169.254"]).problem == "forbidden"


def test_one_that_hangs_or_dribbles_ends_in_time_and_keeps_no_other_waiting(
    mali: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 1.0)

    def dribble(request: BaseHTTPRequestHandler) -> None:
        for mark in b"HTTP/1.1 200 OK\r\n" + b"X-Long: y\r\n" * 50:
            request.wfile.write(bytes([mark]))
            request.wfile.flush()
            time.sleep(0.1)

    with receiving() as quick:
        slow_one, quick_one = (
            endpoint_of(mali, receiver),
            make_endpoint(name="Quick", address=quick.address, events=EVENTS, by=mali),
        )
        receiver.answer = dribble
        for _number in range(4):
            send_test(endpoint=slow_one)
            send_test(endpoint=quick_one)
        began = time.monotonic()
        tell_all()
        assert time.monotonic() - began < 20
        assert len(quick.heard) == 4
    assert {one.problem for one in slow_one.deliveries.all()} == {"slow"}
    assert {state for state, _tries in state_of(quick_one)} == {"delivered"}


def test_of_a_huge_answer_only_the_beginning_is_read(mali: User, receiver: Receiver) -> None:
    sent: list[int] = []

    def huge(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _part in range(2000):
            sent.append(request.wfile.write(b"z" * 65536))

    endpoint = endpoint_of(mali, receiver)
    receiver.answer = huge
    send_test(endpoint=endpoint)
    tell_all()
    one = endpoint.deliveries.get()
    assert (one.state, one.answer) == ("delivered", "z" * 500)
    assert sum(sent) < 50_000_000


# -- nothing is lost ---------------------------------------------------------------------------------------------------


def test_a_number_that_is_committed_late_is_told_all_the_same(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver, "customer.created", "call.ended")
    first = create_customer(name="First", responsible=mali)
    collect()
    step = Change.objects.latest("pk")
    late, later = step.pk + 1, step.pk + 2
    Change.objects.create(pk=later, about="customer", object_id=first.pk, customer_id=first.pk, action="changed")
    collect()
    assert list(Place.objects.get().open_steps) == [str(late)]
    other = create_customer(name="Late", responsible=mali)
    Change.objects.filter(about="customer", object_id=other.pk).update(id=late)
    tell_all()
    told = receiver.verified(endpoint.secret)  # several are sent at once, so either may come first
    assert sorted(one["data"]["name"] for one in told) == ["First", "Late"]
    assert Place.objects.get().open_steps == {}


def test_two_nodes_that_look_at_once_tell_once(mali: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    from callcard.api.webhooks import following

    endpoint = endpoint_of(mali, receiver, "customer.created")
    create_customer(name="Boun", responsible=mali)
    write = following._write

    def overtaken(place: Place, messages: Any) -> None:
        monkeypatch.setattr(following, "_write", write)
        collect()
        write(place, messages)

    monkeypatch.setattr(following, "_write", overtaken)
    collect()
    assert endpoint.deliveries.count() == 1


def test_old_messages_go_and_with_an_endpoint_all_of_them(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver)
    now = timezone.now()
    for state, days in (("delivered", 8), ("delivered", 6), ("dead", 31), ("dead", 29)):
        one = send_test(endpoint=endpoint)
        Delivery.objects.filter(pk=one.pk).update(state=state, made_at=now - timedelta(days=days))
    assert forget_deliveries(now=now) == 2
    remove_endpoint(endpoint=endpoint, by=mali)
    assert (Endpoint.objects.count(), Delivery.objects.count(), Place.objects.count()) == (0, 0, 0)


def test_the_job_runs_for_its_time_and_looks_again_and_again(mali: User, receiver: Receiver) -> None:
    endpoint = endpoint_of(mali, receiver)
    send_test(endpoint=endpoint)
    began = time.monotonic()
    deliver(A_RUN, seconds=0.5)
    assert 0.5 <= time.monotonic() - began < 10
    assert state_of(endpoint) == [("delivered", 1)]
