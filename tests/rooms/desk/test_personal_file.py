"""Everything about a person in one file, and nothing of anybody else."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.test import Client

from callcard.calls.recordings.models import Listening, Recording
from callcard.customers.services import create_customer
from callcard.kit.streamed_zip import streamed_zip
from callcard.staff.audit.models import Entry
from callcard.staff.models import User
from tests.rooms.desk.test_erasing import CANARY, NUMBER, boss, somebody
from tests.rooms.staff.windows import Window

__all__ = ["boss"]


def taken(client: Client, pk: int) -> zipfile.ZipFile:
    response = client.get(f"/customers/{pk}/personal/file")
    assert response.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_the_file_is_whole_and_has_nobody_else(boss: User) -> None:
    customer = somebody(boss)
    create_customer(name="Somebody else", by=boss, numbers=["+8562055509999"], note="foreign")
    Window(boss).get(f"/customers/{customer.pk}/")
    archive = taken(Window(boss), customer.pk)
    sound = Recording.objects.get()
    assert archive.testzip() is None
    names = {name.rpartition("/")[0] or name for name in archive.namelist()}
    assert names == {"person.json", "person.html", "photo", "files", "recordings"}
    told = json.loads(archive.read("person.json"))
    assert [row["name"] for row in told["customer"]] == [f"{CANARY} One"]
    assert told["customer"][0]["own_fields"] == {"hobby": CANARY}
    assert [row["e164"] for row in told["numbers"]] == [NUMBER, "+8562055505678"]
    assert {row["number"] for row in told["calls"]} == {NUMBER}
    assert len(told["calls"]) == 2
    for section in ("contacts", "persons", "addresses", "tags", "notes", "files", "orders", "payments", "tasks"):
        assert len(told[section]) >= 1, section
    for section in ("call_notes", "recordings", "history", "looks", "imported", "missed", "balances"):
        assert len(told[section]) >= 1, section
    assert b"foreign" not in archive.read("person.json") + archive.read("person.html")
    assert archive.read(f"recordings/{sound.pk}.wav") == b"sound"
    assert Listening.objects.get().is_download is True
    assert Entry.objects.filter(act="personal-data-file", object_id=customer.pk).count() == 1


@pytest.mark.django_db
def test_the_page_has_no_markup_of_anybodys(boss: User) -> None:
    customer = create_customer(name="<script>alert(1)</script>", by=boss, note="<img src=x onerror=y>")
    page = taken(Window(boss), customer.pk).read("person.html").decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;img src=x onerror=y&gt;" in page


def test_a_long_file_leaves_in_pieces() -> None:
    largest = 0
    whole = io.BytesIO()
    for piece in streamed_zip([("long", (bytes(range(256)) * 256 for _ in range(200))), ("empty", ())]):
        largest = max(largest, len(piece))
        whole.write(piece)
    archive = zipfile.ZipFile(whole)
    assert [(one.filename, one.file_size) for one in archive.infolist()] == [("long", 200 * 65536), ("empty", 0)]
    assert archive.testzip() is None
    assert largest < 200_000


@pytest.mark.django_db
def test_from_whom_a_field_is_hidden_the_file_is_refused(boss: User) -> None:
    customer = create_customer(name="One", by=boss)
    boss.rights = boss.rights.replace(" addresses.see ", " ")
    boss.save()
    assert Window(boss).get(f"/customers/{customer.pk}/personal/file").status_code == 403
