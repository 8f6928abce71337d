"""Files and portraits over the API."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from callcard.api.sign_in import rate
from callcard.calls.recordings.models import Recording
from callcard.customers.models import Customer, CustomerFile
from callcard.customers.services import create_customer
from callcard.sales.models import Order, OrderState
from callcard.staff.models import User
from tests.rooms.api.program import API, Program, told
from tests.rooms.api.test_calls_api import call_of
from tests.rooms.calls.recorded_calls import tone
from tests.rooms.staff.windows import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_asked_yet(settings: Any, tmp_path: Path) -> None:
    rate.forget()
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def mali() -> User:
    return person("mali", records="own")


@pytest.fixture
def boun(mali: User) -> Customer:
    return create_customer(name="Boun", responsible=mali)


def send(program: Program, path: str, name: str = "offer.txt", content: bytes = b"An offer", key: str = "") -> Any:
    file, headers = SimpleUploadedFile(name, content), program.headers | ({"Idempotency-Key": key} if key else {})
    return Client(raise_request_exception=False).post(API + path, {"file": file}, headers=headers)


def test_a_file_is_added_taken_removed_and_brought_back(mali: User, boun: Customer) -> None:
    program, path = Program(mali), f"/customers/{boun.pk}/files"
    added = send(program, path)
    assert (added.status_code, told(added)["name"], told(added)["size_bytes"]) == (201, "offer.txt", 8)
    one = f"{path}/{told(added)['id']}"
    assert [row["address"] for row in told(program.get(path))["items"]] == [API + one]
    taken = program.get(one)
    assert (b"".join(taken.streaming_content), taken.headers["Cache-Control"]) == (b"An offer", "private, no-store")
    assert program.ask("DELETE", one).status_code == 204
    assert (told(program.get(path))["items"], program.get(one).status_code) == ([], 404)
    assert told(program.post(f"{one}/restore"))["name"] == "offer.txt"
    assert program.post(f"{one}/restore").status_code == 409
    assert program.get(one).status_code == 200


def test_an_upload_that_is_repeated_with_its_key_is_one_file(mali: User, boun: Customer) -> None:
    program, path = Program(mali), f"/customers/{boun.pk}/files"
    first, again = (send(program, path, key="offer-1") for _ in "ab")
    assert (first.status_code, again.status_code, told(again)) == (201, 201, told(first))
    assert again.headers["Idempotency-Replayed"] == "true"
    for other in ({"content": b"An Offer"}, {"name": "other.txt"}):
        assert send(program, path, key="offer-1", **other).status_code == 422
    assert CustomerFile.objects.get().size_bytes == 8
    assert send(program, path, content=b"x" * 30, key="offer-2").status_code == 201
    assert CustomerFile.objects.count() == 2


def test_a_file_of_an_order_is_the_customers_too(mali: User, boun: Customer) -> None:
    state = OrderState.objects.create(name="Open")
    order = Order.objects.create(
        number="A-1", customer=boun, state=state, currency="USD", total=5, ordered_at=timezone.now()
    )
    program = Program(mali)
    pk = told(send(program, f"/orders/{order.pk}/files"))["id"]
    assert [row["id"] for row in told(program.get(f"/orders/{order.pk}/files"))["items"]] == [pk]
    assert [row["id"] for row in told(program.get(f"/customers/{boun.pk}/files"))["items"]] == [pk]


def test_files_of_others_and_without_the_right_are_refused(mali: User, boun: Customer) -> None:
    other = create_customer(name="Foreign", responsible=person("other"))
    program, reads = Program(mali), Program(mali, {"customers.see"})
    pk = told(send(program, f"/customers/{boun.pk}/files"))["id"]
    asked = [
        program.get(f"/customers/{other.pk}/files"),
        send(program, f"/customers/{other.pk}/files"),
        program.get(f"/customers/{other.pk}/files/{pk}"),
        program.get(f"/customers/{other.pk}/portrait"),
        send(reads, f"/customers/{boun.pk}/files"),
        reads.ask("DELETE", f"/customers/{boun.pk}/files/{pk}"),
    ]
    assert [answer.status_code for answer in asked] == [404, 404, 404, 404, 403, 403]
    assert CustomerFile.objects.filter(removed_at=None).count() == 1


def test_a_portrait_is_given_read_and_taken_away(mali: User, boun: Customer) -> None:
    program, path = Program(mali), f"/customers/{boun.pk}/portrait"
    assert program.get(path).status_code == 404
    picture = io.BytesIO()
    Image.new("RGB", (80, 60), "red").save(picture, "PNG")
    assert send(program, path, "me.png", picture.getvalue()).status_code == 204
    read = program.get(path)
    assert (read.status_code, read.headers["Content-Type"]) == (200, "image/webp")
    wrong = send(program, path, "me.png", b"no picture")
    assert (wrong.status_code, told(wrong)["errors"][0]["field"]) == (422, "file")
    assert program.ask("DELETE", path).status_code == 204
    assert program.get(path).status_code == 404


def test_a_recording_is_added_removed_and_brought_back(mali: User) -> None:
    call = call_of(mali)
    path = f"/calls/{call.pk}/recordings"
    program, chief = Program(mali), Program(person("chief", role="administrator"))
    added = send(program, path, "talk.wav", tone())
    assert (added.status_code, told(added)["state"]) == (201, "here")
    assert send(program, path, "again.wav", tone()).status_code == 422, "the call has it already"
    assert send(program, path, "words.wav", b"no sound").status_code == 422
    assert send(Program(person("other", records="own")), path, "talk.wav", tone()).status_code == 404
    one = f"/recordings/{told(added)['id']}"
    assert told(chief.post(f"{one}/keep", {"keep": True}))["is_kept"] is True
    assert told(program.post(f"{one}/remove"))["state"] == "removed"
    assert program.get(f"{one}/sound").status_code == 404
    assert program.post(f"{one}/erase").status_code == 404, "only those in charge"
    assert told(program.post(f"{one}/restore"))["state"] == "here"
    assert chief.post(f"{one}/erase").status_code == 409, "it is not removed"
    assert Program(person("third", records="own")).post(f"{one}/remove").status_code == 404
    assert Recording.objects.get().state == "here"
