"""The windows of duplicates, as a browser uses them; what is refused changes nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callcard.customers import duplicates_lately
from callcard.customers.duplicates import are_alike, find_duplicates
from callcard.customers.merge_models import DuplicatePair, Merge
from callcard.customers.merge_services import merge_customers, say_not_the_same
from callcard.customers.models import Customer
from callcard.customers.services import add_contact, add_phone, archive_customer, create_customer
from callcard.jobs.kinds import Run
from callcard.jobs.models import Job
from callcard.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def mali() -> User:
    return User.objects.create_user("mali", records=User.Records.OWN)


@pytest.fixture
def page(client: Client, mali: User) -> Client:
    client.force_login(mali, "django.contrib.auth.backends.ModelBackend")
    return client


def look() -> None:
    job = Job.objects.create(kind="find-duplicates", free_at=timezone.now(), state=Job.State.RUNNING, holder="h")
    find_duplicates(Run(job_id=job.pk, user_id=None, arguments={}, attempt=1, holder="h", lease=timedelta(minutes=1)))


def pairs() -> list[tuple[str, str, str]]:
    rows = DuplicatePair.objects.filter(differ_at=None).order_by("why", "pk").select_related("first", "second")
    return [(row.first.name, row.second.name, row.why[1:]) for row in rows]


def test_pairs_are_found_by_the_strongest_reason_and_remembered(mali: User) -> None:
    User.objects.create_user("boss", role=User.Role.OWNER)
    anna = create_customer(name="Anna", numbers=["020 5555 1234"])
    create_customer(name="Anna", numbers=["+856 20 5555 1234"])
    ben = create_customer(name="Ben")
    add_contact(customer=ben, kind="email", value="Ben@example.com")
    bob = create_customer(name="Bob")
    add_contact(customer=bob, kind="email", value="ben@EXAMPLE.com")
    create_customer(name="Somchai Phommachanh")
    create_customer(name="Phommachan Somchai")
    create_customer(name="Archived", numbers=["020 5555 1234"], by=mali)
    Customer.objects.filter(name="Archived").update(archived_at=timezone.now())
    look()
    assert pairs() == [
        ("Anna", "Anna", "number"),
        ("Ben", "Bob", "email"),
        ("Somchai Phommachanh", "Phommachan Somchai", "alike"),
    ]
    say_not_the_same(pair=DuplicatePair.objects.get(first=anna), by=mali)
    bob.contacts.all().delete()
    look()
    assert [pair[2] for pair in pairs()] == ["alike"]
    assert DuplicatePair.objects.get(first=anna).differ_by == mali


def test_who_was_written_since_the_last_look_is_compared_when_the_window_opens(page: Client, mali: User) -> None:
    old = create_customer(name="Anna", responsible=mali, numbers=["020 5555 1234"])
    mail = create_customer(name="Ben", responsible=mali)
    add_contact(customer=mail, kind="email", value="Ben@example.com")
    done = Job.objects.create(kind="find-duplicates", free_at=timezone.now(), state=Job.State.DONE)
    Job.objects.filter(pk=done.pk).update(started_at=timezone.now(), ended_at=timezone.now())
    assert "Nobody seems to be here twice." in page.get("/customers/duplicates").content.decode()
    create_customer(name="Annie", responsible=mali, numbers=["+856 20 5555 1234"])
    add_contact(customer=create_customer(name="Bob", responsible=mali), kind="email", value="ben@EXAMPLE.com")
    create_customer(name="ANNA", responsible=mali)
    archived = create_customer(name="Ben", responsible=mali)
    archive_customer(customer=archived)
    shown = page.get("/customers/duplicates").content.decode()
    found = [("Anna", "Annie", "number"), ("Ben", "Bob", "email"), ("Anna", "ANNA", "name")]
    assert pairs() == found
    assert "compared whenever this window opens" in shown
    say_not_the_same(pair=DuplicatePair.objects.get(first=old, why="1number"), by=mali)
    page.get("/customers/duplicates")
    assert pairs() == found[1:]


def test_when_too_much_was_written_since_the_window_asks_to_look_again(
    page: Client, mali: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates_lately, "_STEPS_READ", 2)
    done = Job.objects.create(kind="find-duplicates", free_at=timezone.now(), state=Job.State.DONE)
    Job.objects.filter(pk=done.pk).update(started_at=timezone.now(), ended_at=timezone.now())
    create_customer(name="Anna", responsible=mali, numbers=["020 5555 1234"])
    shown = page.get("/customers/duplicates").content.decode()
    assert "it is not all compared: look again" in shown


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("Anna Smith", "Smith Anna", True), ("Anna", "Annabelle", False), ("Keo", "Kea", False), ("", "A", False)],
)
def test_alike_is_a_letter_not_a_beginning(one: str, other: str, alike: bool) -> None:
    assert are_alike(one, other) is alike


def test_a_pair_is_merged_in_the_window_and_the_old_card_leads_on(page: Client, mali: User) -> None:
    one = create_customer(name="Anna", responsible=mali, numbers=["021 111111"])
    two = create_customer(name="Ana", responsible=mali, note="Tea")
    phone = add_phone(customer=two, raw="021 222222")
    DuplicatePair.objects.create(first=one, second=two, why="3name", found_at=timezone.now())
    assert f"id={one.pk}&amp;id={two.pk}" in page.get("/customers/duplicates").content.decode()
    shown = page.get(f"/customers/merge?id={one.pk}&id={two.pk}").content.decode()
    assert "021 222222" in shown
    assert "Tea" in shown
    answer = page.post(
        "/customers/merge",
        {
            "id": [one.pk, two.pk],
            "kept": one.pk,
            "field:name": two.pk,
            "offered:customers.phone.customer": [phone.pk],
            "row:customers.phone.customer": [phone.pk],
        },
    )
    assert answer.headers["Location"] == f"/customers/{one.pk}/"
    one.refresh_from_db()
    assert (one.name, one.note, one.phones.count()) == ("Ana", "Tea", 2)
    merge = Merge.objects.get()
    assert "Ana" in page.get("/customers/duplicates").content.decode()
    page.post(f"/customers/merges/{merge.pk}/undo")
    one.refresh_from_db()
    assert (one.name, one.phones.count(), Customer.objects.current().count()) == ("Anna", 1, 2)


def test_what_one_may_not_see_is_not_there(page: Client, mali: User) -> None:
    own, foreign = create_customer(name="Mine", responsible=mali), create_customer(name="Foreign")
    pair = DuplicatePair.objects.create(first=own, second=foreign, why="1number", found_at=timezone.now())
    ids = {"id": [own.pk, foreign.pk], "kept": own.pk}
    assert "Foreign" not in page.get("/customers/duplicates").content.decode()
    assert page.get(f"/customers/merge?id={own.pk}&id={foreign.pk}").status_code == 404
    assert page.post("/customers/merge", ids).status_code == 404
    assert page.post(f"/customers/duplicates/{pair.pk}/differ").status_code == 404
    assert not Merge.objects.exists()
    pair.refresh_from_db()
    assert pair.differ_at is None


@pytest.mark.parametrize("given", ["?id=x", "?id=1&id=1", "?id=99999999999999999999", "?" + "&".join(["id=7"] * 11)])
def test_strange_questions_are_404(page: Client, given: str) -> None:
    create_customer(name="A")
    assert page.get(f"/customers/merge{given}").status_code in {200, 404}
    assert not Merge.objects.exists()


def test_rows_of_others_cannot_be_named(page: Client, mali: User) -> None:
    one, two = (create_customer(name=name, responsible=mali) for name in "AB")
    foreign = create_customer(name="C", numbers=["021 333333"])
    phone = foreign.phones.get()
    ids = {"id": [one.pk, two.pk], "kept": one.pk, "field:name": foreign.pk}
    page.post("/customers/merge", {**ids, "offered:customers.phone.customer": [phone.pk], "offered:staff.user.x": [1]})
    phone.refresh_from_db()
    one.refresh_from_db()
    assert (phone.customer_id, one.name) == (foreign.pk, "A")


def test_links_to_the_merged_one_lead_on(page: Client, mali: User) -> None:
    one, two = (create_customer(name=name, responsible=mali) for name in "AB")
    merge_customers(kept=one, gone=[two], by=mali)
    assert page.get(f"/customers/{two.pk}/").headers["Location"] == f"/customers/{one.pk}/"
    Customer.objects.filter(pk=one.pk).update(responsible=None)
    assert page.get(f"/customers/{two.pk}/").status_code == 200


def test_the_other_is_found_while_typing_and_is_never_the_same_or_an_archived_one(page: Client, mali: User) -> None:
    anna = create_customer(name="Anna", responsible=mali)
    other = create_customer(name="Annabel", responsible=anna.responsible)
    gone = create_customer(name="Annalena", responsible=anna.responsible)
    archive_customer(customer=gone, by=None)
    found = page.get("/customers/search", {"q": "ann", "merge": str(anna.pk)}).content.decode()
    assert re.findall(r'href="([^"]+)"', found) == [f"/customers/merge?id={anna.pk}&amp;id={other.pk}"]
    usual = page.get("/customers/search", {"q": "ann", "merge": "x"}).content.decode()
    assert f'href="/customers/{gone.pk}/"' in usual
    assert "/customers/merge" not in usual
