"""What open windows fetch when a recording comes: the same rights as in the window itself, nothing more."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from callcard.calls.models import Call
from callcard.calls.recordings.models import Recording
from callcard.calls.recordings.services import add_recording, remove_recording
from callcard.customers.services import create_customer
from callcard.live.models import LiveEvent
from callcard.staff.models import User
from tests.rooms.calls.recorded_calls import recorded, tone

pytestmark = pytest.mark.django_db


def person(name: str, **more: Any) -> User:
    return User.objects.create_user(name, **{"records": User.Records.OWN, **more})


@pytest.fixture
def mali() -> User:
    return person("mali")


@pytest.fixture
def call(mali: User) -> Call:
    return recorded(mali)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_window_of_a_call_and_lists_get_what_came(mali: User, call: Call) -> None:
    client = as_user(mali)
    assert b"<call-recording" not in client.get(f"/calls/{call.pk}/recordings/shown").content
    assert client.get(f"/calls/{call.pk}/recordings/mark").content == b""
    row = add_recording(call=call, name="a.wav", chunks=[tone()], by=None)
    shown = client.get(f"/calls/{call.pk}/recordings/shown").content.decode()
    assert (shown.count("<call-recording "), f"/recordings/{row.pk}/play" in shown) == (1, True)
    mark = client.get(f"/calls/{call.pk}/recordings/mark").content.decode()
    assert (f'data-play="/recordings/{row.pk}/play"' in mark, "tabindex" in mark) == (True, False)
    assert 'tabindex="-1"' in client.get(f"/calls/{call.pk}/recordings/mark?list").content.decode()
    assert [event.payload for event in LiveEvent.objects.filter(kind="recordings")] == [{"call": call.pk}]
    remove_recording(recording=row, by=mali)
    assert LiveEvent.objects.filter(kind="recordings").count() == 2
    assert client.get(f"/calls/{call.pk}/recordings/mark").content == b""


def test_others_learn_nothing_of_it(call: Call) -> None:
    add_recording(call=call, name="a.wav", chunks=[tone()], by=None)
    noy = person("noy")
    for what in ("shown", "mark"):
        assert as_user(noy).get(f"/calls/{call.pk}/recordings/{what}").status_code == 404
    sees = person("sees", records=User.Records.ALL)
    shown = as_user(sees).get(f"/calls/{call.pk}/recordings/shown").content.decode()
    assert ("not for you to hear" in shown, "<call-recording" in shown) == (True, False)
    assert as_user(sees).get(f"/calls/{call.pk}/recordings/mark").content == b""


def test_the_timeline_and_recent_calls_have_the_button_of_who_may_hear(mali: User, call: Call) -> None:
    customer = create_customer(name="Boun", by=mali, responsible=mali)
    Call.objects.filter(pk=call.pk).update(customer=customer)
    call.notices.create(user=mali, rang_at=call.started_at, state="over")
    addresses = (f"/customers/{customer.pk}/timeline", "/calls/recent/", "/calls/")
    client, sees = as_user(mali), as_user(person("sees", records=User.Records.ALL))
    place = f'data-recordings-of="{call.pk}"'
    for address in addresses:
        page = client.get(address).content.decode()
        assert (place in page, "recording-play" in page) == (True, False), address
    row = add_recording(call=call, name="a.wav", chunks=[tone()], by=None)
    for address in addresses:
        assert f"/recordings/{row.pk}/play" in client.get(address).content.decode(), address
    for address in (addresses[0], addresses[2]):
        page = sees.get(address).content.decode()
        assert (place in page, "recording-play" in page) == (True, False), address


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.amr", b"#!AMR\n" + (b"\x3c" + bytes(range(31))) * 50, "AMR"),
        ("a.g729", bytes(range(10)) * 100, "G729"),
    ],
)
def test_of_a_kind_that_nobody_plays_it_is_said_which_and_what_to_do(
    mali: User, call: Call, name: str, data: bytes, kind: str
) -> None:
    chief = person("chief", role=User.Role.ADMINISTRATOR)
    row = add_recording(call=call, name=name, chunks=[data], by=None)
    words, advice = f"{kind} is a kind of sound that browsers do not play", "Let the telephone system write WAV instead"
    file = reverse("recording-file", args=[row.pk])
    shown = as_user(chief).get(f"/calls/{call.pk}/recordings/shown").content.decode()
    assert (words in shown, advice in shown, file in shown) == (True, True, True)
    shown = as_user(mali).get(f"/calls/{call.pk}/recordings/shown").content.decode()
    assert (words in shown, advice in shown, file in shown) == (True, False, False)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [("a.gsm", b"\xd2" * 330, "gsm"), ("a.g722", b"\xfa" * 800, "g722"), ("a.amr", b"#!AMR\n" + b"\x3c" * 320, "")],
)
def test_what_browsers_do_not_play_the_page_decodes_or_says_so(
    mali: User, call: Call, name: str, data: bytes, kind: str
) -> None:
    row = add_recording(call=call, name=name, chunks=[data], by=None)
    assert (row.is_playable, row.decoded_as, Recording.objects.get().seconds) == (
        False,
        kind,
        {"gsm": 0.2, "g722": 0.1, "": None}[kind],
    )
    shown = as_user(mali).get(f"/calls/{call.pk}/recordings/shown").content.decode()
    log = as_user(mali).get("/calls/").content.decode()
    is_played = bool(kind)
    assert (f'data-decode="{kind}"' in shown, "AMR is a kind of sound" in shown) == (is_played, not is_played)
    assert (f'data-decode="{kind}"' in log, "recording-play" in log) == (is_played, is_played)
