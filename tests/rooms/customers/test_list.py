"""The list of customers: filters that combine, groups, views, columns, and changes to many."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcard.customers import list_query, list_views
from callcard.customers.bulk_jobs import CHANGE_MANY, UNDO_MANY, change_found, undo_found
from callcard.customers.models import Category, Customer, OwnField, Tag
from callcard.customers.services import archive_customer, create_customer, update_customer
from callcard.jobs.kinds import Result, Run
from callcard.jobs.models import Job
from callcard.jobs.services import claim_job
from callcard.sales.services import record_order
from callcard.staff.models import Change, User
from callcard.ui import list_walk
from callcard.ui.models import ListLayout, SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Client:
    return signed_in(User.objects.create_user("owner", role="owner"))


@pytest.fixture
def mali() -> User:
    return User.objects.create_user("mali", records="own")


def signed_in(user: User) -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def listed(client: Client, question: str) -> list[str]:
    response = client.get(f"/customers/?{question}")
    assert response.status_code == 200
    return [customer.name for customer in response.context["page"].rows]


@pytest.fixture
def base(mali: User) -> dict[str, int]:
    vip, late = Category.objects.create(name="VIP"), Tag.objects.create(name="Pays late")
    OwnField.objects.create(key="level", name="Level", kind="choice", options=[{"value": "g", "name": "Gold"}])
    OwnField.objects.create(key="limit", name="Limit", kind="number")
    create_customer(name="Anna", category=vip, tags=[late], city="Pakse", own_fields={"level": "g", "limit": "100"})
    create_customer(name="Bounmy", category=vip, city="Luang Prabang", birthday="1990-05-01", responsible=mali)
    create_customer(name="Chan", tags=[late], city="pakse", own_fields={"limit": "20"})
    archive_customer(customer=create_customer(name="Gone", category=vip))
    return {"vip": vip.pk, "late": late.pk, "mali": mali.pk}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", ["Anna", "Bounmy", "Chan"]),
        ("sort=-name", ["Chan", "Bounmy", "Anna"]),
        ("letter=b", ["Bounmy", "Chan"]),
        ("f.category={vip}", ["Anna", "Bounmy"]),
        ("f.category={vip}&f.tags={late}", ["Anna"]),
        ("f.category.empty=1", ["Chan"]),
        ("f.tags.empty=1", ["Bounmy"]),
        ("f.city=Pakse", ["Anna", "Chan"]),
        ("f.city=Luang+Prabang", ["Bounmy"]),
        ("f.responsible={mali}", ["Bounmy"]),
        ("f.birthday.from=1990-01-01&f.birthday.to=1990-12-31", ["Bounmy"]),
        ("f.own-level=g", ["Anna"]),
        ("f.own-limit.from=21", ["Anna"]),
        ("f.own-limit.to=100&f.tags={late}", ["Anna", "Chan"]),
        ("f.own-level.empty=1", ["Bounmy", "Chan"]),
        ("f.archived=yes", ["Gone"]),
        ("q=ann&f.category={vip}", ["Anna"]),
        ("q=chan&f.category={vip}", []),
        ("f.category=99999", []),
        ("f.category=abc&f.nonsense=1&sort=own_fields__x&group=pk", []),
    ],
)
def test_filters_combine(owner: Client, base: dict[str, int], question: str, found: list[str]) -> None:
    assert listed(owner, question.format(**base)) == found


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch, base: dict[str, int]) -> dict[str, int]:
    """More customers than are read and ordered at once, and a walk that ends soon."""
    monkeypatch.setattr(list_query, "COUNTED_UP_TO", 10)
    monkeypatch.setattr(list_walk, "CHECKED_AT_MOST", 25)
    monkeypatch.setattr(list_walk, "_FIRST", 5)
    limit = OwnField.objects.get(key="limit")
    for number in range(48):
        create_customer(
            name=f"Name {number:03}",
            category=Category.objects.get(pk=base["vip"]) if number % 2 else None,
            tags=[Tag.objects.get(pk=base["late"])] if number >= 24 else [],
            city="Thakhek",
            own_fields={"limit": str(number)} if number % 3 == 0 else {},
        )
    return {**base, "limit": limit.pk}


def _walked(client: Client, question: str, *, back: bool = False) -> list[str]:
    """Names of all pages, from the one that is asked for to the end."""
    names: list[str] = []
    place = "last=1" if back else ""
    for _page in range(30):
        page = client.get(f"/customers/?{question}&{place}").context["page"]
        names = [one.name for one in page.rows] + names if back else names + [one.name for one in page.rows]
        further = page.previous if back else page.next
        place = f"before={further}" if back else f"after={further}"
        if not further:
            break
    return names


_FITTING: dict[str, Callable[[int], bool]] = {
    "f.city=thak": lambda number: True,
    "f.category={vip}&f.city=Thakhek": lambda number: number % 2 == 1,
    "f.tags={late}&f.city=Thakhek": lambda number: number >= 24,
    "f.tags={late}&f.category={vip}&f.city=Thakhek": lambda number: number >= 24 and number % 2 == 1,
    "f.category.empty=1&f.city=Thakhek": lambda number: number % 2 == 0,
    "f.own-limit.from=20&f.city=Thakhek": lambda number: number % 3 == 0 and number >= 20,
}


def test_pages_of_many_hold_everybody_who_fits_once_and_in_order(owner: Client, many: dict[str, int]) -> None:
    for asked, fits in _FITTING.items():
        question = asked.format(**many)
        wanted = [f"Name {number:03}" for number in range(48) if fits(number)]
        for back in (False, True):
            assert _walked(owner, question, back=back) == wanted, (asked, back)
            assert _walked(owner, f"{question}&sort=-created", back=back) == wanted[::-1], (asked, back)


def test_whoever_has_both_of_two_tags_stands_in_the_list_once(owner: Client, many: dict[str, int]) -> None:
    tags = [Tag.objects.get(pk=many["late"]), Tag.objects.create(name="Buys much")]
    for number in range(12):
        create_customer(name=f"Pair {number:02}", tags=tags, city="Vang Vieng")
    question = f"f.tags={tags[0].pk}&f.tags={tags[1].pk}&f.city=Vang"
    assert _walked(owner, question) == [f"Pair {number:02}" for number in range(12)]
    assert _walked(owner, f"{question}&sort=-created") == [f"Pair {number:02}" for number in reversed(range(12))]


def test_a_walk_that_finds_nobody_soon_says_so_and_goes_on(owner: Client, many: dict[str, int]) -> None:
    """The only one who fits stands behind more customers than are looked at for one page."""
    Customer.objects.exclude(name="Name 047").update(birthday="1990-01-01")
    response = owner.get("/customers/?f.birthday.empty=1")
    assert response.context["page"].rows == []
    assert response.context["page"].is_cut
    assert "not everybody has been looked at" in response.content.decode()
    assert _walked(owner, "f.birthday.empty=1") == ["Name 047"]


def test_an_order_by_an_own_number_lists_those_who_have_one(owner: Client, many: dict[str, int]) -> None:
    assert listed(owner, "sort=-own-limit")[:3] == ["Anna", "Name 045", "Name 042"]
    assert listed(owner, "sort=own-limit&f.own-limit.from=43") == ["Name 045", "Anna"]


def test_a_new_name_tag_or_value_is_in_its_place_at_once(owner: Client, many: dict[str, int]) -> None:
    customer = Customer.objects.get(name="Name 040")
    update_customer(customer=customer, changes={"name": "Aaron", "own:limit": "999"})
    assert listed(owner, f"f.tags={many['late']}")[0] == "Aaron"
    assert listed(owner, "sort=-own-limit")[0] == "Aaron"
    archive_customer(customer=customer)
    assert "Aaron" not in listed(owner, f"f.tags={many['late']}") + listed(owner, "sort=-own-limit")
    assert listed(owner, f"f.tags={many['late']}&f.archived=yes") == ["Aaron"]


def test_a_user_who_sees_few_walks_those_alone(mali: User, many: dict[str, int]) -> None:
    for customer in Customer.objects.filter(name__in=[f"Name {number:03}" for number in range(30, 42)]):
        update_customer(customer=customer, changes={"responsible": mali})
    client = signed_in(mali)
    assert _walked(client, f"f.tags={many['late']}") == [f"Name {number:03}" for number in range(30, 42)]
    assert _walked(client, "") == ["Bounmy", *(f"Name {number:03}" for number in range(30, 42))]


def test_a_group_counts_and_leads_to_its_customers(owner: Client, base: dict[str, int]) -> None:
    groups = owner.get("/customers/?group=category&f.city=Pakse").context["groups"]
    assert [(group["words"], group["number"], group["is_exact"]) for group in groups] == [
        ("VIP", 1, True),
        ("No category", 1, True),
    ]
    assert listed(owner, groups[0]["address"].lstrip("?")) == ["Anna"]
    nobodys = groups[1]["address"].lstrip("?")
    assert listed(owner, nobodys) == ["Chan"]
    chosen = owner.get(f"/customers/?{nobodys}").context["groups"]
    assert [(group["words"], group["is_chosen"]) for group in chosen] == [("VIP", False), ("No category", True)]


def test_a_group_of_nobody_is_not_offered(owner: Client, base: dict[str, int]) -> None:
    vip, tagged = f"f.category={base['vip']}", f"f.tags={base['late']}"
    for question, words in (
        (f"group=tags&{tagged}", ["Pays late", "No tags"]),  # how the list would be without the tag
        (f"group=own-level&{tagged}", ["Gold", "Level: none"]),
        (f"group=responsible&{vip}&{tagged}", ["Nobody responsible"]),
        ("group=kind", ["Person"]),
        ("group=category&f.responsible={mali}".format(**base), ["VIP"]),
    ):
        groups = owner.get(f"/customers/?{question}").context["groups"]
        assert [group["words"] for group in groups] == words, question


@pytest.mark.parametrize("question", ["", "f.city=Thakhek"])
def test_each_option_of_a_group_of_many_is_counted_for_itself(
    owner: Client, many: dict[str, int], monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    """As far as few have it; of the others no exact number is given out."""
    monkeypatch.setattr(list_query, "COUNTED_UP_TO", 20)
    monkeypatch.setattr(list_query, "counted", lambda rows: (20, False))
    create_customer(name="Rare one", category=Category.objects.create(name="Rare"), city="Thakhek")
    groups = {one["words"]: one for one in owner.get(f"/customers/?group=category&{question}").context["groups"]}
    assert (groups["Rare"]["number"], groups["Rare"]["is_exact"]) == (1, True)
    assert groups["VIP"]["is_exact"] is False


def test_nobody_counts_those_without_among_many(
    owner: Client, base: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_query, "COUNTED_UP_TO", 1)
    monkeypatch.setattr(list_query, "counted", lambda rows: (1, False))
    groups = owner.get("/customers/?group=category").context["groups"]
    assert (groups[-1]["words"], groups[-1]["number"]) == ("No category", None)


def test_only_customers_whom_one_may_see_are_listed_and_counted(mali: User, base: dict[str, int]) -> None:
    client = signed_in(mali)
    assert listed(client, "") == listed(client, f"f.category={base['vip']}") == ["Bounmy"]
    assert listed(client, f"f.tags={base['late']}") == []
    groups = client.get("/customers/?group=tags").context["groups"]
    assert [(group["words"], group["number"]) for group in groups] == [("No tags", 1)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    name=st.sampled_from(
        ["q", "sort", "after", "before", "letter", "group", "view", "f.city", "f.category", "f.birthday.from"]
    ),
    value=st.text(max_size=40) | st.sampled_from(["WzEsMV0", "W251bGwsIDFd", "9" * 30, "-1", "0001-01-01", "bnVsbA"]),
)
def test_no_address_breaks_the_list(owner: Client, name: str, value: str) -> None:
    assert owner.get("/customers/", {name: value, "sort": "birthday"}).status_code == 200


def test_many_are_changed_at_once_and_all_of_it_is_undone(owner: Client, base: dict[str, int]) -> None:
    pks = list(Customer.objects.filter(name__in=["Anna", "Chan"]).values_list("pk", flat=True))
    done = owner.post("/customers/change", {"customer": pks, "change": f"responsible:{base['mali']}"})
    assert listed(owner, f"f.responsible={base['mali']}") == ["Anna", "Bounmy", "Chan"]
    assert Change.objects.filter(batch=done.context["batch"]).count() == 2
    owner.post("/customers/change/undo", {"batch": done.context["batch"]})
    assert listed(owner, f"f.responsible={base['mali']}") == ["Bounmy"]


def test_all_that_the_filter_finds_are_changed(owner: Client, base: dict[str, int]) -> None:
    tag = Tag.objects.create(name="Fair")
    question = f"f.category={base['vip']}"
    done = owner.post("/customers/change", {"all": "1", "question": question, "change": f"add_tag:{tag.pk}"})
    assert listed(owner, f"f.tags={tag.pk}") == ["Anna", "Bounmy"]
    assert set(Customer.objects.get(name="Anna").tags.values_list("name", flat=True)) == {"Pays late", "Fair"}
    owner.post("/customers/change/undo", {"batch": done.context["batch"]})
    assert listed(owner, f"f.tags={tag.pk}") == []
    assert list(Customer.objects.get(name="Anna").tags.values_list("name", flat=True)) == ["Pays late"]


def test_only_those_are_counted_who_were_not_like_that_already(owner: Client, mali: User, base: dict[str, int]) -> None:
    change = {"all": "1", "question": "", "change": f"category:{base['vip']}"}
    assert owner.post("/customers/change", change).context["words"] == "1 customer was changed."
    again = owner.post("/customers/change", change)
    assert (again.context["words"], again.context["batch"]) == ("0 customers were changed.", "")
    anna = Customer.objects.get(name="Anna")
    hidden = signed_in(mali).post("/customers/change", {"customer": [anna.pk], "change": "archive:"})
    assert hidden.context["words"] == "0 customers were changed."


def test_archiving_many_is_undone_too(owner: Client, base: dict[str, int]) -> None:
    done = owner.post("/customers/change", {"all": "1", "question": "", "change": "archive:"})
    assert listed(owner, "") == []
    owner.post("/customers/change/undo", {"batch": done.context["batch"]})
    assert listed(owner, "") == ["Anna", "Bounmy", "Chan"]


def test_a_customer_of_others_is_not_changed(mali: User, base: dict[str, int]) -> None:
    anna = Customer.objects.get(name="Anna")
    signed_in(mali).post("/customers/change", {"customer": [anna.pk], "change": "archive:"})
    anna.refresh_from_db()
    assert anna.archived_at is None


@pytest.mark.parametrize("change", ["", "category:abc", "category:99999", "add_tag:", "name:x", "archive_all:1"])
def test_a_change_that_is_none_changes_nothing(owner: Client, base: dict[str, int], change: str) -> None:
    before = Change.objects.count()
    owner.post("/customers/change", {"all": "1", "question": "", "change": change})
    assert Change.objects.count() == before


def test_a_view_is_saved_shared_opened_first_renamed_and_removed_with_undo(owner: Client, base: dict[str, int]) -> None:
    question = f"f.category={base['vip']}&sort=-name"
    owner.post("/customers/views/new", {"name": "VIPs", "question": question, "is_shared": "1", "is_default": "1"})
    view = SavedView.objects.get()
    assert [customer.name for customer in owner.get("/customers/", follow=True).context["page"].rows] == [
        "Bounmy",
        "Anna",
    ]
    colleague = signed_in(User.objects.create_user("colleague"))
    assert colleague.get(f"/customers/views/{view.pk}").status_code == 302
    assert colleague.post(f"/customers/views/{view.pk}/change", {"action": "remove"}).status_code == 404
    owner.post(f"/customers/views/{view.pk}/change", {"action": "rename", "name": "Best"})
    owner.post(f"/customers/views/{view.pk}/change", {"action": "remove"})
    assert owner.get(f"/customers/views/{view.pk}").status_code == 404
    assert listed(owner, "") == ["Anna", "Bounmy", "Chan"]
    owner.post(f"/customers/views/{view.pk}/change", {"action": "restore"})
    assert [one.name for one in owner.get("/customers/?q=").context["views"]] == ["Best"]


def test_a_view_of_ones_own_is_nobody_elses(owner: Client) -> None:
    owner.post("/customers/views/new", {"name": "Mine", "question": "f.city=Pakse"})
    other = signed_in(User.objects.create_user("other"))
    assert other.get(f"/customers/views/{SavedView.objects.get().pk}").status_code == 404
    assert list(other.get("/customers/").context["views"]) == []


def test_columns_are_chosen_ordered_and_widened_for_oneself(owner: Client, base: dict[str, int]) -> None:
    owner.post(
        "/customers/columns",
        {"column": ["city", "name", "own-limit", "nonsense"], "width-city": "240", "width-name": "-5"},
    )
    assert ListLayout.objects.get().columns == [["city", 240], ["name", 0], ["own-limit", 0]]
    response = owner.get("/customers/?q=anna")
    assert [(head.column.key, head.width) for head in response.context["columns"]] == [
        ("city", 240),
        ("name", 0),
        ("own-limit", 0),
    ]
    assert [cell for _key, cell in response.context["rows"][0].cells] == ["Pakse", "Anna", "100"]


def test_the_search_box_says_who_and_why(owner: Client) -> None:
    customer = create_customer(name="<b>Anna</b>", numbers=["020 5551 2345"])
    text = owner.get("/customers/search?q=5551").content.decode()
    assert f'href="/customers/{customer.pk}/"' in text
    assert "+8562055512345" in text
    assert "&lt;b&gt;Anna&lt;/b&gt;" in text
    assert "Nobody is found" in owner.get("/customers/search?q=zzz").content.decode()
    assert owner.get("/customers/search?q=").content.decode().strip() == ""


def test_a_row_says_why_it_was_found_where_one_would_not_see_it(owner: Client) -> None:
    OwnField.objects.create(key="contract", name="Contract", kind="text")
    anna = create_customer(name="Anna", numbers=["020 5551 2345"], own_fields={"contract": "K-0034"})
    record_order(customer=anna, number="2026-0034", total=Decimal(1), currency="USD")
    create_customer(name="Ben", numbers=["020 5550 3477"])
    create_customer(name="0034 Spain")
    rows = owner.get("/customers/?q=0034").context["rows"]
    why = {row.customer.name: row.reason and (row.reason.words, row.reason.text) for row in rows}
    assert why == {"Anna": ("order", "2026-0034"), "0034 Spain": None}
    assert '<span class="quiet search-why">order <bdi>2026-0034</bdi></span>' in html(owner, "q=0034")
    assert "search-why" not in html(owner, "q=5551 2345")
    assert html(owner, "q=k-0034").count("Contract <bdi>K-0034</bdi>") == 1


def html(client: Client, question: str) -> str:
    return client.get(f"/customers/?{question}").content.decode()


def worked(kind: str, function: Callable[[Run], Result]) -> Result:
    """What the worker would do with the waiting job."""
    lease = timedelta(seconds=60)
    job = claim_job(leases={kind: lease}, holder="test", now=timezone.now())
    assert job is not None
    return function(Run(job.pk, job.user_id, job.arguments, 1, "test", lease))


def test_more_than_a_few_are_changed_in_the_background_and_undone_there(
    owner: Client, base: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_views, "_AT_ONCE", 2)
    new = Category.objects.create(name="New")
    done = owner.post("/customers/change", {"all": "1", "question": "f.city=a", "change": f"category:{new.pk}"})
    assert done.context["job"].arguments["action"] == "category"
    assert Customer.objects.filter(category=new).count() == 0
    told = worked(CHANGE_MANY, change_found)
    assert (told["words"], Job.objects.get().done) == ("3 customers were changed.", 3)
    assert listed(owner, f"f.category={new.pk}") == ["Anna", "Bounmy", "Chan"]
    batch = owner.get(told["url"]).context["batch"]
    stranger = signed_in(User.objects.create_user("stranger", role="owner"))
    assert stranger.get(told["url"]).context["batch"] == ""
    stranger.post("/customers/change/undo", {"batch": batch})
    assert Customer.objects.filter(category=new).count() == 3
    owner.post("/customers/change/undo", {"batch": batch})
    assert worked(UNDO_MANY, undo_found)["words"] == "3 customers are as before."
    assert listed(owner, f"f.category={base['vip']}") == ["Anna", "Bounmy"]
    assert Customer.objects.filter(category=new).count() == 0


def test_a_page_reads_each_of_the_companys_lists_once(owner: Client, base: dict[str, int]) -> None:
    OwnField.objects.update(on_list=True)
    with CaptureQueriesContext(connection) as asked:
        page = owner.get("/customers/").content.decode()
    assert "<bdi>Gold</bdi>" in page
    assert "Pays late" in page
    own_lists = ("category", "customerstage", "customersource", "tag", "ownfield")
    reads = [re.match(r'SELECT .*? FROM "customers_(\w+)"', query["sql"]) for query in asked.captured_queries]
    told = [read[1] for read in reads if read]
    assert {name: told.count(name) for name in own_lists} == dict.fromkeys(own_lists, 1)
