"""Big files are read by a process of its own: what it sends is what would have been read here."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest
from django.conf import LazySettings

from callcard.customers.models import Category, Customer, OwnField
from callcard.customers.search import find_customers
from callcard.customers.services import create_customer
from callcard.customers.transfer import planned, store, work
from callcard.customers.transfer.models import Import
from callcard.customers.transfer.services import apply_import, check_import
from callcard.jobs.models import Job
from callcard.staff.models import Change, User
from tests.databases import url_of_the_run
from tests.rooms.customers.transfer.conftest import Take, do_job, upload

pytestmark = pytest.mark.django_db(transaction=True)

FILE = """Name,Phone,E-mail,City,Birthday,Category,Size,Tags
Somchai Vong,020 5551 2345,somchai@example.la,Vientiane,31.12.1985,Gold,41,new;old
Мария Петрова,+7 916 123-45-67,,Москва,,Silver,,
Bad Date,020 5551 9999,,,31.02.2020,,,
Mali,020 5551 7777,,Pakse,,Gold,,
"""
MAPPING = ["name", "phone", "contact:email", "city", "birthday", "category", "own:size", "tags"]
NOT_COMPARED = ("id", "created_at", "changed_at", "customer_id", "search_name")


@pytest.fixture(autouse=True)
def every_file_is_big(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    monkeypatch.setattr(planned, "WORTH_A_PROCESS", 0)
    monkeypatch.setenv("CALLCARD_DATABASE_URL", url_of_the_run())
    monkeypatch.setenv("CALLCARD_DATA_DIR", str(settings.DATA_DIR))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "callcard.config.settings")


def test_the_same_customers_as_without_it(take: Take, boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    OwnField.objects.create(key="size", name="Size", kind=OwnField.Kind.NUMBER)
    choices = {"add_entries": True, "duplicates": "both"}
    first = take(FILE, MAPPING, **choices)
    assert first.done_counts == first.counts == {"created": 3, "updated": 0, "skipped": 0, "bad": 1}
    there = kept(first)
    assert [row["name"] for row in there["customers"]] == ["Mali", "Somchai Vong", "Мария Петрова"]
    assert sorted(hit.name for hit in find_customers("55512345", user=boss)) == ["Somchai Vong"]
    monkeypatch.setattr(planned, "WORTH_A_PROCESS", 1000)
    assert kept(take(FILE, MAPPING, **choices)) == there
    assert Category.objects.filter(name__in=["Gold", "Silver"]).count() == 2


def kept(imported: Import) -> dict[str, Any]:
    steps = Change.objects.filter(batch=imported.batch).order_by("after__name")
    customers = Customer.objects.filter(pk__in=steps.values("object_id")).order_by("name")
    tags = [list(one.tags.order_by("name").values_list("name", flat=True)) for one in customers]
    parts = [list(one.phones.values("e164", "raw", "label")) + list(one.contacts.values("value")) for one in customers]
    rows = [{k: v for k, v in row.items() if k not in NOT_COMPARED} for row in customers.values()]
    reasons = list(imported.rows.filter(is_check=False).values_list("number", "reason", "cells"))
    return {"customers": rows, "parts": parts, "tags": tags, "steps": [s.after for s in steps], "told": reasons}


def test_customers_who_are_here_already_are_filled_in(take: Take) -> None:
    known = create_customer(name="Somchai", numbers=["+856 20 5551 2345"])
    imported = take("Name,Phone,City\nSomchai Vong,020 5551 2345,Vientiane\n", duplicates="fill")
    assert imported.done_counts == {"created": 0, "updated": 1, "skipped": 0, "bad": 0}
    known.refresh_from_db()
    assert (known.name, known.city) == ("Somchai", "Vientiane")


def test_twins_in_the_file_are_one_customer(take: Take) -> None:
    rows = "".join(f"P{n % 3},0205551{n % 3:04d}\n" for n in range(9))
    assert take("Name,Phone\n" + rows).done_counts == {"created": 3, "updated": 0, "skipped": 6, "bad": 0}


def test_rows_come_in_the_order_of_the_file_from_several_of_them(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planned, "_AT_MOST", 3)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    imported = ready(boss, "\n\nName\n" + "".join(f"P{n}\n" if n % 7 else "\n" for n in range(400)))
    imported.rows_done = 0
    with planned.planned(imported, writes=True) as rows:
        assert [row.cells[0] for row in rows] == [f"P{n}" for n in range(400) if n % 7]


def test_what_goes_wrong_there_is_told_here(boss: User) -> None:
    imported = ready(boss)
    store.rows_of(imported).unlink()
    job = do_job()
    assert job is not None
    assert (job.state, job.problem) == (
        Job.State.FAILED,
        "The file is not here any more. Begin again by uploading it.",
    )
    assert Customer.objects.count() == 0


def test_a_process_that_dies_ends_the_attempt_and_the_next_one_goes_on(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = ready(boss)
    monkeypatch.setattr(planned, "_MODULE", "callcard.there_is_no_such_module")
    with pytest.raises(RuntimeError, match="has died"):
        work.write_rows(imported, lambda done: None)
    monkeypatch.undo()
    do_job()
    assert Import.objects.get(pk=imported.pk).done_counts["created"] == 3


def test_it_ends_with_whoever_reads_from_it(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    class Remembered(subprocess.Popen[bytes]):
        def __init__(self, command: list[str], stdout: int) -> None:
            super().__init__(command, stdout=stdout)
            begun.append(self)

    monkeypatch.setattr(subprocess, "Popen", Remembered)
    with planned.planned(ready(boss), writes=True) as rows:
        assert next(rows).number == 2
    assert [process.returncode is not None for process in begun] == [True] * len(begun)
    assert len(begun) > 1


def ready(boss: User, content: str = "Name\nP0\nP1\nP2\n") -> Import:
    imported = upload(boss, content)
    check_import(imported=imported, mapping=["name"], choices={})
    do_job()
    apply_import(imported=imported)
    return Import.objects.select_related("user").get(pk=imported.pk)
