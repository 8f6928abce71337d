"""What is done with many customers of a list besides changing them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from callcard.customers.bulk import change_many, undo_many
from callcard.customers.bulk_jobs import CHANGE_MANY, change_found
from callcard.customers.mail_views import portions
from callcard.customers.models import Category, Customer, Tag
from callcard.customers.services import add_contact, create_customer, update_customer
from callcard.jobs.kinds import JobCancelled, Run
from callcard.jobs.models import Job
from callcard.jobs.services import claim_job, end_job, enqueue
from callcard.staff.models import Change, User
from tests.rooms.staff.windows import Window, person, words

pytestmark = pytest.mark.django_db
_LEASE = timedelta(minutes=1)


@pytest.fixture
def owner() -> Window:
    return Window(person("owner", role="owner"))


def customer(name: str, email: str = "", responsible: User | None = None) -> Customer:
    made = create_customer(name=name, responsible=responsible)
    if email:
        add_contact(customer=made, kind="email", value=email)
    return made


def test_each_button_leads_to_its_window_with_those_who_are_selected(owner: Window) -> None:
    anna, chan = customer("Anna"), customer("Chan")
    ids = [str(anna.pk), str(chan.pk), "x"]
    selected = {"customer": ids, "change": "archive:"}
    asked = f"customer={anna.pk}&customer={chan.pk}"
    for doing, address in {
        "mail": f"/customers/mail?{asked}",
        "task": f"/tasks/many?{asked}",
        "export": f"/customers/export?id={anna.pk}&id={chan.pk}",
    }.items():
        assert owner.post("/customers/change", {**selected, "do": doing}).headers["Location"] == address
    all_found = {"all": "1", "question": "q=an", "do": "task"}
    assert owner.post("/customers/change", all_found).headers["Location"] == "/tasks/many?all=1&question=q%3Dan"
    assert owner.post("/customers/change", {"do": "task"}).headers["Location"] == "/customers/?"
    assert not Change.objects.filter(action=Change.Action.REMOVED).exists()


def test_a_mail_has_everybodys_first_address_once_and_says_who_has_none(owner: Window) -> None:
    anna = customer("Anna", "anna@example.com")
    add_contact(customer=anna, kind="email", value="second@example.com")
    home = customer("Anna's home", "anna@example.com")
    odd = customer("Odd", "a b@example.com")
    ids = [anna.pk, home.pk, odd.pk, customer("Bo").pk]
    response = owner.get("/customers/mail", {"customer": ids})
    assert response.context["addresses"] == ["anna@example.com"]
    assert [one.link for one in response.context["portions"]] == ["mailto:?bcc=anna@example.com"]
    assert [one.name for one in response.context["without"]] == ["Bo", "Odd"]
    assert "2 customers have no e-mail address." in words(response)


def test_a_mail_goes_to_nobody_whom_one_may_not_see(owner: Window) -> None:
    hidden = customer("Anna", "anna@example.com")
    manager = Window(person("mali", records="own"))
    assert manager.get("/customers/mail", {"customer": [hidden.pk]}).context["addresses"] == []


def test_all_that_are_found_are_written_to_by_who_may_export_only(owner: Window) -> None:
    customer("Anna", "anna@example.com")
    asked = {"all": "1", "question": "q=anna"}
    assert owner.get("/customers/mail", asked).context["addresses"] == ["anna@example.com"]
    assert Window(person("mali")).get("/customers/mail", asked).headers["Location"] == "/customers/?q=anna"


def test_very_many_addresses_are_several_mails_that_a_link_can_hold() -> None:
    addresses = [f"customer-{number}@example.com" for number in range(200)]
    found = list(portions(addresses))
    assert [one.first for one in found] == [1, *(one.last + 1 for one in found[:-1])]
    assert found[-1].last == 200
    assert max(len(one.link) for one in found) < 2000
    assert ",".join(one.link.removeprefix("mailto:?bcc=") for one in found) == ",".join(addresses)
    assert next(iter(portions(["o'neil+a&b@example.com"]))).link == "mailto:?bcc=o%27neil%2Ba%26b@example.com"


def test_an_undo_leaves_what_somebody_changed_since(owner: Window) -> None:
    vip, other = Category.objects.create(name="VIP"), Category.objects.create(name="Other")
    mine, theirs = Tag.objects.create(name="mine"), Tag.objects.create(name="theirs")
    anna, chan = customer("Anna"), customer("Chan")
    ids = [anna.pk, chan.pk]
    batch = change_many(customer_ids=ids, action="category", value=str(vip.pk), by=owner.user)
    update_customer(customer=chan, changes={"category": other})
    assert undo_many(batch=batch, by=owner.user) == 1
    assert list(Customer.objects.order_by("pk").values_list("category", flat=True)) == [None, other.pk]
    batch = change_many(customer_ids=ids, action="add_tag", value=str(mine.pk), by=owner.user)
    update_customer(customer=chan, changes={"tags": [mine.pk, theirs.pk]})
    assert undo_many(batch=batch, by=owner.user) == 2
    assert (list(anna.tags.all()), list(chan.tags.all())) == ([], [theirs])


class _CancelledAfter(Run):
    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        super().progress(done, total, message)
        if done >= 50:
            raise JobCancelled


def test_what_was_done_before_a_job_was_cancelled_can_be_undone(owner: Window) -> None:
    vip = Category.objects.create(name="VIP")
    Customer.objects.bulk_create(Customer(name=f"Customer {number}", search_name="x") for number in range(120))
    arguments = {"question": "", "action": "category", "value": str(vip.pk)}
    enqueue(kind=CHANGE_MANY, arguments=arguments, user_id=owner.user.pk, title="Change of many customers")
    job = claim_job(leases={CHANGE_MANY: _LEASE}, holder="w", now=timezone.now())
    assert job is not None
    with pytest.raises(JobCancelled):
        change_found(_CancelledAfter(job.pk, owner.user.pk, job.arguments, 1, "w", _LEASE))
    end_job(job_id=job.pk, holder="w", state=Job.State.CANCELLED)
    assert Customer.objects.filter(category=vip).count() == 50
    shown = owner.text(f"/jobs/{job.pk}")
    address = f"/customers/change/done?batch=bulk:job{job.pk}"
    assert f'href="{address}"' in shown
    assert "Stopped after 50 of 120." in shown
    batch = owner.get(address).context["batch"]
    owner.post("/customers/change/undo", {"batch": batch})
    assert Customer.objects.filter(category=vip).count() == 0
