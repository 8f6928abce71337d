"""Hearing: only who may, each time written down, in parts as browsers ask; and what one does with a recording."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call, Notice, Segment
from callcard.calls.recordings import storing
from callcard.calls.recordings.models import Listening, Recording, RecordingSource, RetentionRule
from callcard.calls.recordings.queries import heard_calls
from callcard.calls.recordings.retention import apply_rules, erase_removed
from callcard.calls.recordings.services import add_recording, remove_recording
from callcard.calls.recordings.setting import decide, recording_settings
from callcard.customers.services import create_customer
from callcard.jobs.models import Job
from callcard.staff.models import Team, User
from tests.rooms.calls.recorded_calls import recorded, tone
from tests.rooms.staff.windows import give

pytestmark = pytest.mark.django_db
State = Recording.State
SOUND = tone(1.0)


def person(name: str, **more: Any) -> User:
    return User.objects.create_user(name, **{"records": User.Records.OWN, **more})


@pytest.fixture
def mali() -> User:
    return person("mali", first_name="Mali")


@pytest.fixture
def noy() -> User:
    return person("noy")


@pytest.fixture
def chief() -> User:
    return person("chief", role=User.Role.ADMINISTRATOR)


@pytest.fixture
def call(mali: User) -> Call:
    return recorded(mali)


@pytest.fixture
def recording(call: Call) -> Recording:
    return add_recording(call=call, name="talk é.wav", chunks=[SOUND], by=None)


SignIn = Callable[[User], Client]


@pytest.fixture
def sign_in() -> SignIn:
    def as_user(user: User) -> Client:
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return as_user


def opened(client: Client, recording: Recording) -> str:
    response = client.post(f"/recordings/{recording.pk}/play")
    assert response.status_code == 200
    return str(response.json()["sound"])


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_one_listening_is_one_row_however_many_parts_are_asked_for(
    mali: User, recording: Recording, sign_in: SignIn
) -> None:
    client = sign_in(mali)
    address = opened(client, recording)
    whole = client.get(address)
    assert (whole.status_code, body(whole)) == (200, SOUND)
    assert whole["Content-Length"] == str(len(SOUND))
    part = client.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, body(part), part["Content-Length"]) == (206, SOUND[100:200], "100")
    assert part["Content-Range"] == f"bytes 100-199/{len(SOUND)}"
    assert body(client.get(address, headers={"Range": "bytes=-7"})) == SOUND[-7:]
    beyond = client.get(address, headers={"Range": f"bytes={len(SOUND)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(SOUND)}")
    several = client.get(address, headers={"Range": "bytes=0-1,5-6"})
    assert (several.status_code, body(several)) == (200, SOUND)
    other = client.get(address, headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert (other.status_code, body(other)) == (200, SOUND)
    assert client.get(address, headers={"Range": "bytes=0-1", "If-Range": whole["ETag"]}).status_code == 206
    head = client.head(address)
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(len(SOUND)))
    listening = Listening.objects.get()
    assert (listening.user, listening.recording, listening.address, listening.is_download) == (
        mali,
        recording,
        "127.0.0.1",
        False,
    )


def test_what_is_sent_can_do_nothing_and_is_kept_nowhere(mali: User, recording: Recording, sign_in: SignIn) -> None:
    client = sign_in(mali)
    response = client.get(opened(client, recording))
    assert response["Content-Type"] == "audio/wav"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Disposition"] == "inline; filename*=UTF-8''talk%20%C3%A9.wav"
    assert response["Accept-Ranges"] == "bytes"


def test_nobody_hears_without_a_listening_of_their_own(
    mali: User, chief: User, recording: Recording, sign_in: SignIn
) -> None:
    client = sign_in(mali)
    for question in ("", "?listening=", "?listening=1x", "?listening=99999999999999999999", "?listening=-1"):
        assert client.get(f"/recordings/{recording.pk}/sound{question}").status_code == 404
    address = opened(client, recording)
    assert sign_in(chief).get(address).status_code == 404  # somebody else's
    other = add_recording(call=recorded(mali), name="b.wav", chunks=[tone(0.5)], by=None)
    assert client.get(address.replace(f"/{recording.pk}/", f"/{other.pk}/")).status_code == 404
    Listening.objects.update(at=timezone.now() - timedelta(days=1))
    assert client.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def refused_everything(client: Client, recording: Recording) -> bool:
    asked = [client.get(f"/recordings/{recording.pk}/{what}").status_code for what in ("sound?listening=1", "file")]
    said = [
        client.post(f"/recordings/{recording.pk}/{what}").status_code
        for what in ("play", "remove", "restore", "keep", "again")
    ]
    row = Recording.objects.get(pk=recording.pk)
    return (
        {*asked, *said} == {404}
        and (row.state, row.is_kept) == (State.HERE, False)
        and not Listening.objects.filter(recording=recording).exists()
    )


def test_who_may_not_hear_it_finds_nothing_and_changes_nothing(
    noy: User, call: Call, recording: Recording, sign_in: SignIn
) -> None:
    assert refused_everything(sign_in(noy), recording)
    Notice.objects.create(call=call, user=noy, rang_at=call.started_at, state="elsewhere")  # was shown its pop-up
    assert refused_everything(sign_in(noy), recording)
    Segment.objects.create(call=call, key="rang", role="called", user=noy, rang_at=call.started_at)
    assert refused_everything(sign_in(noy), recording)
    page = sign_in(noy).get(f"/calls/{call.pk}/").content.decode()
    assert "not for you to hear" in page
    assert "data-peaks" not in page
    assert "talk é" not in page


def test_what_managers_hear_is_decided_by_the_administrator(mali: User, noy: User, call: Call) -> None:
    team = Team.objects.create(name="Sales")
    User.objects.filter(pk__in=[mali.pk, noy.pk]).update(team=team)
    leader = person("leader", team=team, records=User.Records.TEAM)
    customer = create_customer(name="Lamps", responsible=noy)
    Call.objects.filter(pk=call.pk).update(customer=customer)
    everybody = person("all", records=User.Records.ALL)

    def hears(choice: str) -> list[bool]:
        decide(hears=choice)
        return [bool(heard_calls(user, [call.pk])) for user in (mali, noy, leader, everybody)]

    assert hears("nobody") == [False, False, False, False]
    assert hears("own") == [True, False, False, False]
    assert hears("team") == [True, False, True, True]
    assert hears("seen") == [True, True, True, True]
    User.objects.filter(pk=mali.pk).update(is_active=False)
    assert not heard_calls(User.objects.get(pk=mali.pk), [call.pk])


def test_downloads_are_a_right_of_their_own_and_written_down(
    mali: User, chief: User, recording: Recording, sign_in: SignIn
) -> None:
    client = sign_in(mali)
    assert client.get(f"/recordings/{recording.pk}/file").status_code == 404
    assert "/file" not in client.get(f"/calls/{recording.call_id}/").content.decode()
    decide(may_download=True)
    response = client.get(f"/recordings/{recording.pk}/file")
    assert (body(response), response["Content-Disposition"][:11]) == (SOUND, "attachment;")
    assert body(sign_in(chief).get(f"/recordings/{recording.pk}/file")) == SOUND
    assert list(Listening.objects.order_by("pk").values_list("user__username", "is_download")) == [
        ("mali", True),
        ("chief", True),
    ]


def test_the_window_of_a_call_has_its_player_and_says_who_listened(
    mali: User, chief: User, recording: Recording, sign_in: SignIn
) -> None:
    opened(sign_in(mali), recording)
    page = sign_in(mali).get(f"/calls/{recording.call_id}/").content.decode()
    assert f'data-play="/recordings/{recording.pk}/play"' in page
    assert f'data-peaks="{base64.b64encode(bytes(recording.peaks)).decode()}"' in page
    assert 'data-seconds="1.00"' in page
    assert "Who listened" not in page
    assert "Who listened" in sign_in(chief).get(f"/calls/{recording.call_id}/").content.decode()


def test_no_page_tells_where_a_recording_came_from(chief: User, call: Call, sign_in: SignIn) -> None:
    source = RecordingSource.objects.create(
        kind="web", address="https://pbx.example.com/{id}.wav", username="u", secret="s3cret-word"
    )
    Recording.objects.create(
        call=call,
        pbx="office",
        began_at=call.started_at,
        due_at=timezone.now(),
        origin="provider",
        source=source,
        place="https://provider/1.mp3?token=t0ken-word",
    )
    for address in (
        f"/calls/{call.pk}/",
        "/settings/recordings",
        f"/settings/recordings/sources/{source.pk}",
        "/calls/",
    ):
        page = sign_in(chief).get(address).content.decode()
        assert "s3cret-word" not in page
        assert "t0ken-word" not in page


def test_the_log_has_a_button_for_what_one_may_hear(
    mali: User, noy: User, recording: Recording, sign_in: SignIn
) -> None:
    address = f'data-play="/recordings/{recording.pk}/play"'
    assert address in sign_in(mali).get("/calls/").content.decode()
    give(User.objects.filter(pk=noy.pk), records=User.Records.ALL)
    page = sign_in(noy).get("/calls/").content.decode()
    assert f"/calls/{recording.call_id}/" in page
    assert address not in page


def test_a_file_that_is_gone_from_the_disk_is_said(mali: User, recording: Recording, sign_in: SignIn) -> None:
    storing.erase(recording.path)
    response = sign_in(mali).post(f"/recordings/{recording.pk}/play")
    assert (response.status_code, "not on the disk" in response.json()["words"]) == (410, True)
    assert not Listening.objects.exists()


def test_adding_by_hand(mali: User, noy: User, call: Call, sign_in: SignIn) -> None:
    def send(user: User, name: str, data: bytes) -> int:
        file = SimpleUploadedFile(name, data)
        return sign_in(user).post(f"/calls/{call.pk}/recordings", {"files": [file]}).status_code

    assert send(noy, "a.wav", SOUND) == 404
    assert not Recording.objects.exists()
    assert send(mali, "page.wav", b"<html>") == 302
    assert not Recording.objects.exists()
    assert send(mali, "talk.wav", SOUND) == 302
    row = Recording.objects.get()
    assert (row.added_by, row.name, row.state) == (mali, "talk.wav", State.HERE)
    client = sign_in(mali)
    assert client.post(f"/recordings/{row.pk}/remove").status_code == 302
    assert client.post(f"/recordings/{row.pk}/play").status_code == 404
    assert "Bring it back" in client.get(f"/calls/{call.pk}/").content.decode()
    assert client.post(f"/recordings/{row.pk}/restore").status_code == 302
    assert client.post(f"/recordings/{row.pk}/play").status_code == 200
    decide(may_add=False)
    assert send(mali, "other.wav", tone(0.3)) == 404


def test_what_those_in_charge_removed_its_adder_does_not_bring_back(
    mali: User, chief: User, call: Call, sign_in: SignIn
) -> None:
    row = add_recording(call=call, name="a.wav", chunks=[SOUND], by=mali)
    remove_recording(recording=row, by=chief)
    assert sign_in(mali).post(f"/recordings/{row.pk}/restore").status_code == 404
    assert Recording.objects.get().state == State.REMOVED


def test_erasing_for_good_is_a_second_step_of_those_in_charge(
    mali: User, chief: User, call: Call, sign_in: SignIn
) -> None:
    row = add_recording(call=call, name="a.wav", chunks=[SOUND], by=mali)
    client = sign_in(chief)
    client.post(f"/recordings/{row.pk}/erase")
    assert storing.size_of(row.path) == len(SOUND)  # it is not removed yet
    remove_recording(recording=row, by=mali)
    assert sign_in(mali).post(f"/recordings/{row.pk}/erase").status_code == 404
    assert storing.size_of(row.path) == len(SOUND)
    assert client.post(f"/recordings/{row.pk}/erase").status_code == 302
    assert client.post(f"/recordings/{row.pk}/restore").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.is_erased, bytes(row.peaks), storing.size_of(row.path)) == (State.REMOVED, True, b"", None)
    page = client.get(f"/calls/{call.pk}/").content.decode()
    assert "Bring it back" not in page
    assert "Erase for good" not in page


# -- how long they stay ------------------------------------------------------------------------------------------------


def old(mali: User, days: int, **more: Any) -> Recording:
    call = recorded(mali, minutes=days * 1440, **more)
    return add_recording(call=call, name="a.wav", chunks=[tone(0.1 + days / 1000)], by=None)


def test_rules_erase_what_is_too_old_and_nothing_else(mali: User) -> None:
    decide(days=90)
    RetentionRule.objects.create(direction="outbound", days=30)
    RetentionRule.objects.create(line="100", days=0)
    gone = [old(mali, 91), old(mali, 31, direction="outbound")]
    kept = [old(mali, 89), old(mali, 29, direction="outbound"), old(mali, 400, line="100"), old(mali, 400)]
    Recording.objects.filter(pk=kept[-1].pk).update(is_kept=True)
    assert apply_rules(now=timezone.now()) == 2
    assert apply_rules(now=timezone.now()) == 0
    for row in gone:
        row.refresh_from_db()
        assert (row.state, row.is_erased, storing.size_of(row.path), bytes(row.peaks)) == (
            State.REMOVED,
            True,
            None,
            b"",
        )
    for row in kept:
        row.refresh_from_db()
        assert row.state == State.HERE
        assert storing.size_of(row.path)


def test_without_rules_nothing_goes(mali: User) -> None:
    old(mali, 4000)
    assert apply_rules(now=timezone.now()) == 0


def test_what_was_removed_by_hand_goes_for_good_after_a_month(mali: User, chief: User) -> None:
    row, later = old(mali, 1), old(mali, 2)
    for one in (row, later):
        remove_recording(recording=one, by=chief)
    Recording.objects.filter(pk=row.pk).update(removed_at=timezone.now() - timedelta(days=31))
    assert erase_removed(before=timezone.now() - timedelta(days=30)) == 1
    assert (storing.size_of(row.path), storing.size_of(later.path) is None) == (None, False)


FORM = {"hears": "own", "may_add": "on", "days": "30", "largest_mb": "200"}


def test_the_administrator_is_asked_before_recordings_would_be_erased(mali: User, chief: User, sign_in: SignIn) -> None:
    old(mali, 40)
    client = sign_in(chief)
    asked = client.post("/settings/recordings", FORM)
    assert (asked.status_code, recording_settings().days) == (422, 0)
    assert "With these days 1 recording would be erased." in asked.content.decode()
    assert 'name="sure" value="30"' in asked.content.decode()
    assert client.post("/settings/recordings", {**FORM, "sure": "30"}).status_code == 302
    assert recording_settings().days == 30
    assert client.post("/settings/recordings", FORM).status_code == 302  # nothing new

    rule = {"direction": "inbound", "line": "", "rule_days": "0"}
    assert client.post("/settings/recordings/rules/new", rule).status_code == 302
    kept = RetentionRule.objects.get()
    assert client.post(f"/settings/recordings/rules/{kept.pk}/remove").status_code == 422
    assert client.post(f"/settings/recordings/rules/{kept.pk}/remove", {"sure": "1"}).status_code == 302
    assert not RetentionRule.objects.exists()
    assert client.post("/settings/recordings/rules/new", {**rule, "rule_days": "10"}).status_code == 422
    assert not RetentionRule.objects.exists()


def test_a_yes_is_for_the_days_that_were_asked_about(mali: User, chief: User, sign_in: SignIn) -> None:
    old(mali, 40)
    old(mali, 4)
    client = sign_in(chief)
    again = client.post("/settings/recordings", {**FORM, "days": "2", "sure": "30"})
    assert (again.status_code, recording_settings().days) == (422, 0)
    assert "With these days 2 recordings would be erased." in again.content.decode()
    rule = {"direction": "inbound", "line": "", "rule_days": "2"}
    asked = client.post("/settings/recordings/rules/new", {**rule, "sure": "30 inbound "})
    assert (asked.status_code, RetentionRule.objects.exists()) == (422, False)
    answer = re.search(r'type="checkbox" name="sure" value="([^"]*)"', asked.content.decode())
    assert answer
    assert client.post("/settings/recordings/rules/new", {**rule, "sure": answer[1]}).status_code == 302
    assert RetentionRule.objects.get().days == 2


# -- the administrator's window ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "folder", "folder": "monitor"}, "folder"),
        ({"kind": "folder", "folder": "/"}, "folder"),
        ({"kind": "folder", "folder": "/var/../etc"}, "folder"),
        ({"kind": "web", "address": "https://pbx/a.wav"}, "address"),
        ({"kind": "web", "address": "file:///etc/{id}"}, "address"),
        ({"kind": "provider", "address": "https://u:p@host/"}, "address"),
        ({"kind": "nothing"}, "kind"),
    ],
)
def test_sources_that_make_no_sense_are_refused(
    chief: User, sign_in: SignIn, values: dict[str, str], field: str
) -> None:
    response = sign_in(chief).post("/settings/recordings/sources/new", values)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not RecordingSource.objects.exists()


def test_a_secret_is_kept_but_never_sent_to_another_server(chief: User, sign_in: SignIn) -> None:
    client = sign_in(chief)
    values = {"kind": "web", "address": "https://pbx.example.com/{id}.wav", "username": "u", "is_enabled": "on"}
    assert client.post("/settings/recordings/sources/new", {**values, "secret": "word"}).status_code == 302
    source = RecordingSource.objects.get()
    address = f"/settings/recordings/sources/{source.pk}"
    assert client.post(address, {**values, "address": "https://pbx.example.com/x/{id}.wav"}).status_code == 302
    moved = client.post(address, {**values, "address": "https://other.example.com/{id}.wav"})
    assert (moved.status_code, list(moved.context["form"].errors)) == (422, ["secret"])
    source.refresh_from_db()
    assert (source.secret, source.address) == ("word", "https://pbx.example.com/x/{id}.wav")


def test_a_source_is_removed_only_after_a_question(chief: User, call: Call, sign_in: SignIn, tmp_path: Path) -> None:
    source = RecordingSource.objects.create(kind="folder", folder=str(tmp_path))
    values = {"call": call, "pbx": "office", "began_at": call.started_at, "due_at": timezone.now(), "source": source}
    Recording.objects.create(origin="folder", **values)
    client = sign_in(chief)
    assert client.post(f"/settings/recordings/sources/{source.pk}/remove").status_code == 200
    assert RecordingSource.objects.exists()
    assert client.post(f"/settings/recordings/sources/{source.pk}/remove", {"sure": "1"}).status_code == 302
    assert not RecordingSource.objects.exists()
    assert not Recording.objects.exists()


def test_looking_now_is_a_job_with_a_limit(chief: User, sign_in: SignIn) -> None:
    for asked in ("30", "9999", "-1", "x"):
        assert sign_in(chief).post("/settings/recordings/look", {"days": asked}).status_code == 302
    days = [job.arguments["days"] for job in Job.objects.filter(kind="fetch-recordings").order_by("pk")]
    assert days == [30, 365, 0, 0]


def test_that_calls_are_recorded_is_said_where_the_administrator_wants_it(
    noy: User, call: Call, sign_in: SignIn
) -> None:
    give(User.objects.filter(pk=noy.pk), records=User.Records.ALL)
    client = sign_in(noy)
    assert "Calls are recorded." not in client.get(f"/calls/{call.pk}/").content.decode()
    decide(says_recorded=True)
    assert "Calls are recorded." in client.get(f"/calls/{call.pk}/").content.decode()
