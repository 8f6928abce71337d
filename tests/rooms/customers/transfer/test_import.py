"""From a file to customers, and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from callcard.customers.models import Category, Contact, Customer, OwnField, Phone, Tag
from callcard.customers.search import find_customers
from callcard.customers.services import archive_customer, create_customer, update_customer
from callcard.customers.transfer import undoing
from callcard.customers.transfer.models import Import
from callcard.customers.transfer.pace import FEWEST, Pace
from callcard.customers.transfer.removing import remove, with_rows_elsewhere
from callcard.customers.transfer.services import NotNow, apply_import, check_import, settle, undo_import
from callcard.jobs.models import Job
from callcard.jobs.services import cancel_job
from callcard.staff.models import Change, User
from callcard.tasks.models import Task
from tests.rooms.customers.transfer.conftest import Take, do_job, upload

TABLE = """Name,Phone,Phone 2,E-mail,City,Birthday
Somchai Vong,020 5551 2345,021 212 345,somchai@example.la,Vientiane,31.12.1985
Мария Петрова,+7 916 123-45-67,,,Москва,
Bad Date,020 5551 9999,,,,31.02.2020
"""


def test_rows_become_customers_with_all_that_they_say(take: Take, boss: User) -> None:
    imported = take(TABLE)
    assert imported.state == Import.State.DONE
    assert imported.done_counts == {"created": 2, "updated": 0, "skipped": 0, "bad": 1}
    assert imported.counts == imported.done_counts
    somchai = Customer.objects.get(name="Somchai Vong")
    assert [(p.e164, p.is_preferred) for p in somchai.phones.order_by("pk")] == [
        ("+8562055512345", True),
        ("+85621212345", False),
    ]
    assert [(c.kind, c.value) for c in somchai.contacts.all()] == [("email", "somchai@example.la")]
    assert (somchai.city, somchai.birthday, somchai.created_by) == ("Vientiane", date(1985, 12, 31), boss)
    assert [hit.name for hit in find_customers("мария", user=boss)] == ["Мария Петрова"]
    step = Change.objects.get(object_id=somchai.pk, about="customer")
    assert (step.action, step.batch, step.after["name"]) == ("imported", imported.batch, "Somchai Vong")
    bad = imported.rows.get(is_check=False)
    assert (bad.number, bad.reason) == (4, "“31.02.2020” is not a date. Write it as 2026-12-31.")


def test_a_birthday_to_come_is_none(take: Take) -> None:
    imported = take("Name,Birthday\nNoy,2199-01-01\n")
    assert imported.done_counts == {"created": 0, "updated": 0, "skipped": 0, "bad": 1}
    assert imported.rows.get(is_check=False).reason == "A birthday is no day that is still to come."


def test_customers_who_are_here_already_are_left_alone(take: Take) -> None:
    create_customer(name="Somchai", numbers=["+856 20 5551 2345"])
    imported = take(TABLE)
    assert imported.done_counts == {"created": 1, "updated": 0, "skipped": 1, "bad": 1} == imported.counts
    assert Customer.objects.filter(city="Vientiane").count() == 0


@pytest.mark.parametrize(
    ("duplicates", "city", "name"), [("fill", "Savan", "Somchai"), ("overwrite", "Vientiane", "Somchai Vong")]
)
def test_customers_who_are_here_already_get_what_they_lack(take: Take, duplicates: str, city: str, name: str) -> None:
    somchai = create_customer(name="Somchai", numbers=["+856 20 5551 2345"], city="Savan")
    imported = take(TABLE, duplicates=duplicates)
    assert imported.done_counts == {"created": 1, "updated": 1, "skipped": 0, "bad": 1} == imported.counts
    somchai.refresh_from_db()
    assert (somchai.city, somchai.name, somchai.birthday) == (city, name, date(1985, 12, 31))
    assert sorted(somchai.phones.values_list("e164", flat=True)) == ["+8562055512345", "+85621212345"]
    undo_import(imported=imported)
    do_job()
    somchai.refresh_from_db()
    assert (somchai.city, somchai.name, somchai.birthday) == ("Savan", "Somchai", None)
    assert list(somchai.phones.values_list("e164", flat=True)) == ["+8562055512345"]
    assert list(Customer.objects.all()) == [somchai]


def test_both_keeps_both(take: Take) -> None:
    create_customer(name="Somchai", numbers=["+856 20 5551 2345"])
    assert take(TABLE, duplicates="both").done_counts["created"] == 2


def test_a_file_meets_itself(take: Take) -> None:
    """However far apart its rows are."""
    rows = "".join(f"Nobody {n},020 7000 {n:04d}\n" for n in range(100))
    imported = take(f"Name,Phone\nAnna,020 5551 2345\n{rows}Anna V.,+8562055512345\nanna,\n")
    assert imported.done_counts == {"created": 101, "updated": 0, "skipped": 2, "bad": 0} == imported.counts


def test_a_customer_whom_one_may_not_see_is_neither_changed_nor_told_of(take: Take) -> None:
    other = User.objects.create_user("other")
    theirs = create_customer(name="Theirs", numbers=["+856 20 5551 2345"], responsible=other)
    mine = User.objects.create_user("mine", records="own")
    imported = take(TABLE, by=mine, duplicates="overwrite")
    assert imported.done_counts["created"] == 2
    theirs.refresh_from_db()
    assert (theirs.name, theirs.city) == ("Theirs", "")
    assert set(Customer.objects.exclude(pk=theirs.pk).values_list("responsible", flat=True)) == {mine.pk}


def test_undo_removes_what_nobody_has_touched_and_tells_of_the_rest(take: Take, boss: User) -> None:
    imported = take("Name,Phone\nA,02055512341\nB,02055512342\nC,02055512343\nD,02055512344\n")
    _a, b, c, d = Customer.objects.order_by("pk")
    update_customer(customer=b, changes={"city": "Pakse"}, by=boss)
    Task.objects.create(title="Call", customer=c, assignee=boss)
    archive_customer(customer=d, by=boss)
    undo_import(imported=imported)
    do_job()
    imported.refresh_from_db()
    assert list(Customer.objects.order_by("pk")) == [b, c, d]
    assert imported.undo_counts["removed"] == 1
    assert set(imported.rows.filter(outcome="kept").values_list("customer_id", flat=True)) == {b.pk, c.pk, d.pk}
    assert imported.state == Import.State.UNDONE
    assert find_customers("02055512341", user=boss) == []
    with pytest.raises(NotNow):
        undo_import(imported=imported)


def test_undo_of_an_import_that_brought_nobody_says_so(take: Take) -> None:
    take("Name,Phone\nAnna,02055512345\n")
    imported = take("Name,Phone\nAnna,02055512345\n")
    undo_import(imported=imported)
    do_job()
    undone = Import.objects.get(pk=imported.pk)
    assert (undone.state, undone.undo_counts["removed"]) == (Import.State.UNDONE, 0)
    assert Customer.objects.count() == 1


def test_undo_keeps_a_customer_with_whom_somebody_begins_to_work_meanwhile(
    take: Take, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = take("Name\nAnna\nBea\n")
    anna = Customer.objects.get(name="Anna")
    looked: list[int] = []

    def look(ids: Collection[int]) -> set[int]:
        looked.append(len(ids))
        return with_rows_elsewhere(ids) if len(looked) > 1 else set()

    def taken(ids: Sequence[int]) -> None:
        if anna.pk in ids:
            raise IntegrityError("a task points at her")
        remove(ids)

    Task.objects.create(customer=anna, title="Call back", assignee=boss)
    monkeypatch.setattr(undoing, "with_rows_elsewhere", look)
    monkeypatch.setattr(undoing, "remove", taken)
    undo_import(imported=imported)
    do_job()
    assert list(Customer.objects.values_list("name", flat=True)) == ["Anna"]
    assert Import.objects.get(pk=imported.pk).undo_counts["kept"] == 1


def test_writes_grow_short_when_rows_are_slow_and_long_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, pace = [0.0], Pace()
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    def written(each: float) -> int:
        with pace.write(pace.rows):
            clock[0] += each * pace.rows
        return pace.rows

    assert written(0.1) == FEWEST
    for _ in range(80):
        written(0.0001)
    assert pace.rows == pace.most


def test_undo_leaves_what_was_changed_meanwhile(take: Take, boss: User) -> None:
    somchai = create_customer(name="Somchai", numbers=["+856 20 5551 2345"])
    imported = take(TABLE, duplicates="fill")
    somchai.refresh_from_db()
    update_customer(customer=somchai, changes={"city": "Pakse"}, by=boss)
    undo_import(imported=imported)
    do_job()
    somchai.refresh_from_db()
    assert (somchai.city, somchai.birthday) == ("Pakse", None)
    assert [row.reason for row in imported.rows.filter(outcome="kept")] == ["Changed since: city."]


def test_after_a_week_an_import_stays(take: Take) -> None:
    imported = take(TABLE)
    imported.applied_at = timezone.now() - timedelta(days=8)
    imported.save()
    with pytest.raises(NotNow, match="week"):
        undo_import(imported=imported)
    assert Customer.objects.count() == 2


def test_two_imports_are_not_written_at_once(boss: User) -> None:
    one, two = (upload(boss, f"Name\nA{n}\n", f"{n}.csv") for n in range(2))
    for imported in (one, two):
        check_import(imported=imported, mapping=["name"], choices={})
        do_job()
    apply_import(imported=one)
    with pytest.raises(NotNow, match=r"Another import is at work: “0.csv” by boss"):
        apply_import(imported=two)
    do_job()
    apply_import(imported=two)
    do_job()
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["A0", "A1"]


def test_own_fields_tags_and_lists_by_name(take: Take) -> None:
    OwnField.objects.create(key="tier", name="Tier", kind="choice", options=[{"value": "g", "name": "Gold"}])
    Tag.objects.create(name="VIP")
    category = Category.objects.create(name="Hotel")
    imported = take("Name;Tier;Tags;Category\nA;gold;vip;hotel\nB;silver;;\nC;;new one;Bar\n", add_entries=True)
    assert imported.done_counts["created"] == 2
    a, c = Customer.objects.order_by("pk")
    assert (a.own_fields, list(a.tags.values_list("name", flat=True)), a.category) == ({"tier": "g"}, ["VIP"], category)
    assert (c.category.name if c.category else "", [t.name for t in c.tags.all()]) == ("Bar", ["new one"])
    assert imported.rows.get(is_check=False).reason == "“silver” is not in the list."


def test_only_administrators_add_to_lists(take: Take) -> None:
    manager = User.objects.create_user("manager")
    imported = take("Name,Tags\nA,fresh\n", by=manager, add_entries=True)
    assert imported.done_counts == {"created": 0, "updated": 0, "skipped": 0, "bad": 1}
    assert not Tag.objects.exists()


def test_cancelled_in_the_middle_is_taken_back(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = upload(boss, "Name\n" + "".join(f"P{n}\n" for n in range(200)))
    check_import(imported=imported, mapping=["name"], choices={})
    do_job()
    apply_import(imported=imported)
    job = Job.objects.get(pk=Import.objects.get(pk=imported.pk).job_id or 0)
    from callcard.customers.transfer import work

    fresh = Import.objects.select_related("user").get(pk=imported.pk)

    class Killed(BaseException):
        pass

    def die(done: int) -> None:
        if done > 100:
            raise Killed

    with pytest.raises(Killed):
        work.write_rows(fresh, die)
    half = Customer.objects.count()
    assert 0 < half < 200
    cancel_job(job=job)
    settled = settle(Import.objects.select_related("user").get(pk=imported.pk))
    assert settled.state == Import.State.UNDOING
    do_job()
    assert Customer.objects.count() == 0
    assert not Import.objects.get(pk=imported.pk).is_at_work


def test_killed_in_the_middle_goes_on_and_takes_no_row_twice(boss: User) -> None:
    imported = upload(boss, "Name,Phone\n" + "".join(f"P{n},0205551{n:04d}\n" for n in range(150)))
    check_import(imported=imported, mapping=["name", "phone"], choices={"duplicates": "both"})
    do_job()
    apply_import(imported=imported)
    from callcard.customers.transfer import work

    class Killed(BaseException):
        pass

    def die(done: int) -> None:
        if done > 50:
            raise Killed

    with pytest.raises(Killed):
        work.write_rows(Import.objects.select_related("user").get(pk=imported.pk), die)
    do_job()
    assert Customer.objects.count() == 150
    assert Phone.objects.values("e164").distinct().count() == 150
    assert Import.objects.get(pk=imported.pk).done_counts["created"] == 150


def test_the_next_file_with_these_headers_is_read_as_the_last_one(boss: User) -> None:
    first = upload(boss, "Name,B\nAnna,Paris\n")
    check_import(imported=first, mapping=["name", "city"], choices={"duplicates": "fill"})
    do_job()
    second = upload(boss, "Name,B\nOtto,Rom\n")
    assert (second.mapping, second.choices["duplicates"]) == (["name", "city"], "fill")


@pytest.mark.parametrize("day", ["--0229", "--02-29", "1604-02-29"])
def test_a_birthday_without_its_year_is_noted_and_its_card_taken(take: Take, day: str) -> None:
    take(f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Sok\r\nBDAY:{day}\r\nNOTE:Tea\r\nEND:VCARD\r\n")
    assert Customer.objects.values_list("name", "birthday", "note").get() == ("Sok", None, "Birthday: February 29\nTea")


def test_a_number_that_is_none_in_the_chosen_country_is_read_in_that_of_its_row(take: Take) -> None:
    take("Name,Phone,Country\nIvan,89161234599,RU\nNoy,020 5551 2345,RU\nBo,12,RU\n", region="LA")
    numbers = dict(Phone.objects.values_list("customer__name", "e164"))
    assert numbers == {"Ivan": "+79161234599", "Noy": "+8562055512345", "Bo": ""}


def test_vcards(take: Take) -> None:
    take(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\nTEL;TYPE=CELL:020 5551 2345\r\nitem1.EMAIL:a@example.com\r\n"
        "CATEGORIES:VIP\r\nADR;TYPE=home:;;Setthathirath 1;Vientiane;;01000;Laos\r\nEND:VCARD\r\n",
        add_entries=True,
    )
    anna = Customer.objects.get()
    assert (anna.name, anna.city, anna.country, anna.address) == ("Anna", "Vientiane", "LA", "Setthathirath 1")
    assert [(p.raw, p.label) for p in anna.phones.all()] == [("020 5551 2345", "mobile")]
    assert Contact.objects.get().value == "a@example.com"
