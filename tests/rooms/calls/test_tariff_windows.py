"""Windows of price lists and budgets: for those in charge only, and what is typed there decides what calls cost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from callcard.calls.models import Call
from callcard.calls.tariffs.jobs import PREVIEW_PERIOD, RATE_PERIOD, preview_job, rate_period_job
from callcard.calls.tariffs.models import Budget, Price, PriceList
from callcard.jobs.kinds import Result, Run
from callcard.jobs.models import Job
from callcard.staff.models import Change, Company, User

LIST = {"name": "Abroad", "direction": "outbound", "currency": "USD", "rounding": "up", "decimals": "2"}
ROWS = """prefix;name;per_minute;first_step;next_step;from;until
+856;Laos;0.30;60;60;;
+856;Evening;0.10;1;1;18:00;24:00
"""


@pytest.fixture
def owner(db: None) -> User:
    Company.objects.create(name="Lamps", region="LA", currency="USD", time_zone="UTC")
    return User.objects.create_user("owner", role="owner")


@pytest.fixture
def office(owner: User) -> Client:
    return browser(owner)


def browser(user: User) -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def prices(office: Client) -> PriceList:
    office.post("/tariffs/new", LIST)
    made = PriceList.objects.get()
    assert office.post(f"/tariffs/{made.pk}/rows", {"rows": ROWS}).status_code == 302
    return PriceList.objects.get()


def test_a_list_is_made_and_has_its_rows(prices: PriceList) -> None:
    assert (prices.name, prices.currency, prices.decimals, prices.edition) == ("Abroad", "USD", 2, 1)
    assert list(Price.objects.order_by("pk").values_list("prefix", "name", "per_minute")) == [
        ("+856", "Laos", Decimal("0.3")),
        ("+856", "Evening", Decimal("0.1")),
    ]
    assert list(Change.objects.order_by("pk").values_list("about", "action")) == [
        ("price-list", "created"),
        ("price-list", "changed"),
    ]


def test_one_sees_what_a_call_would_cost_and_by_which_row(office: Client, prices: PriceList) -> None:
    asked = {"number": "+8562055501234", "lasted": "3:20", "on": "2026-11-18"}
    noon = office.get("/tariffs/", {**asked, "at": "12:00"}).content.decode()
    evening = office.get("/tariffs/", {**asked, "at": "19:00"}).content.decode()
    assert "<b>$1.20</b> · row +856 of “Abroad” (<bdi>Laos</bdi>) · billed 4:00" in noon
    assert "<b>$0.34</b> · row +856 of “Abroad” (<bdi>Evening</bdi>) · billed 3:20" in evening
    elsewhere = office.get("/tariffs/", {**asked, "number": "+1555"}).content.decode()
    assert "No price list says anything about such a call" in elsewhere
    as_dialled = office.get("/tariffs/", {**asked, "number": "020 5550 1234"}).content.decode()
    assert "row +856 of" in as_dialled  # read as the calls' numbers are
    assert "Write minutes, such as 5" in office.get("/tariffs/", {**asked, "lasted": "long"}).content.decode()


def test_with_a_wrong_line_nothing_is_changed(office: Client, prices: PriceList) -> None:
    sent = office.post(f"/tariffs/{prices.pk}/rows", {"rows": "prefix;per_minute\n+1;1\n+2;dear\n"})
    assert sent.status_code == 422
    page = sent.content.decode()
    assert "Line 3: This is not an amount: dear" in page
    assert "+2;dear" in page
    prices.refresh_from_db()
    assert (prices.edition, Price.objects.count()) == (1, 2)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00\x01", b""])
def test_a_file_that_is_no_table_is_refused(office: Client, prices: PriceList, content: bytes) -> None:
    file = SimpleUploadedFile("rows.csv", content)
    assert office.post(f"/tariffs/{prices.pk}/rows", {"rows": "", "file": file}).status_code == 422
    assert Price.objects.count() == 2


def test_a_file_takes_the_place_of_all_rows_and_can_be_taken_back(office: Client, prices: PriceList) -> None:
    file = SimpleUploadedFile("rows.csv", "\ufeffprefix,per_minute\r\n+1,0.5\r\n".encode())
    assert office.post(f"/tariffs/{prices.pk}/rows", {"rows": ROWS, "file": file}).status_code == 302
    out = f"/tariffs/{prices.pk}/rows/file"
    assert b"+1;;0.5;0;60;60;0;;;" in office.get(out).content
    office.post(f"/tariffs/{prices.pk}/rows/undo")
    assert b"+856;Laos;0.3" in office.get(out).content
    office.post(f"/tariffs/{prices.pk}/rows/undo")
    assert b"+1;;0.5" in office.get(out).content
    office.post(f"/tariffs/{prices.pk}/rows", {"rows": "prefix;per_minute\n+2;1\n"})
    assert set(Price.objects.values_list("prefix", flat=True)) == {"+1", "+2"}


def test_prefixes_that_no_number_begins_with_are_said(office: Client, prices: PriceList) -> None:
    rows = "prefix;per_minute\n+856;1\n85620;2\n020;3\n1800;4\n"
    page = office.post(f"/tariffs/{prices.pk}/rows", {"rows": rows}, follow=True).content.decode()
    assert "4 rows are saved." in page
    assert "No other number begins so: 020, 85620." in page
    page = office.post(f"/tariffs/{prices.pk}/rows", {"rows": ROWS}, follow=True).content.decode()
    assert "No other number begins so" not in page


def test_a_removed_list_prices_nothing_and_comes_back_whole(office: Client, prices: PriceList) -> None:
    assert office.post(f"/tariffs/{prices.pk}/remove").status_code == 302
    assert office.get(f"/tariffs/{prices.pk}").status_code == 404
    asked = {"number": "+856205", "lasted": "1"}
    assert "No price list says anything" in office.get("/tariffs/", asked).content.decode()
    assert office.post(f"/tariffs/{prices.pk}/restore").status_code == 302
    assert "“Abroad”" in office.get("/tariffs/", asked).content.decode()


def talk(number: str = "1", **more: object) -> Call:
    at = datetime(2026, 11, 18, 12, tzinfo=UTC)
    told = {"pbx": "office", "key": number, "direction": "outbound", "e164": "+85620555", **more}
    return Call.objects.create(started_at=at, answered_at=at, ended_at=at, talk_seconds=61.0, **told)


def work(owner: User, job: Job) -> Result:
    """What its worker does."""
    does = {PREVIEW_PERIOD: preview_job, RATE_PERIOD: rate_period_job}[job.kind]
    Job.objects.filter(pk=job.pk).update(state="running", holder="me")
    result = does(Run(job.pk, owner.pk, job.arguments, 1, "me", timedelta(seconds=60)))
    Job.objects.filter(pk=job.pk).update(state="done", result=result)
    return result


def previewed(office: Client, owner: User) -> Job:
    assert office.post("/tariffs/rate", {"since": "2026-11-18", "until": "2026-11-18"}).status_code == 302
    job = Job.objects.get(kind=PREVIEW_PERIOD)
    assert f'data-job="{job.pk}" data-url' in office.get(f"/tariffs/rate/{job.pk}").content.decode()
    assert office.post(f"/tariffs/rate/{job.pk}").status_code == 409  # nothing is counted yet
    work(owner, job)
    return job


def test_a_period_is_rated_anew_after_one_saw_what_that_changes(office: Client, owner: User, prices: PriceList) -> None:
    assert office.post("/tariffs/rate", {"since": "2026-11-18", "until": "2026-11-17"}).status_code == 422
    assert not Job.objects.exists()
    call = talk(cost=Decimal("0.90"), cost_currency="USD")
    talk("2", cost=Decimal(500), cost_currency="LAK")
    talk("3", cost=Decimal("0.60"), cost_currency="USD")  # as it should be
    talk("4", e164="+1555", cost=Decimal("0.10"), cost_currency="USD")  # of a list that is gone
    preview = previewed(office, owner)
    preview.refresh_from_db()
    assert preview.result["words"] == "3 calls would have another cost. Nothing was written yet."
    page = re.sub("<[^>]+>", " ", office.get(preview.result["url"]).content.decode())
    page = " ".join(page.split())
    assert "4 calls · 3 would have another cost." in page
    assert "LAK LAK 500 LAK 0 USD $1.60 $1.80" in page
    assert "Abroad · +856 ( Laos ) 1 $0.90 $0.60" in page
    assert "No list says anything of them 1 $0.10 no cost" in page
    call.refresh_from_db()
    assert call.cost == Decimal("0.90")
    assert office.post(preview.result["url"]).status_code == 302
    assert office.post(preview.result["url"]).status_code == 409  # the second press
    job = Job.objects.get(kind=RATE_PERIOD)
    assert f'data-job="{job.pk}"' in office.get(preview.result["url"]).content.decode()
    assert work(owner, job)["words"] == "3 calls have another cost now."
    call.refresh_from_db()
    assert (call.cost, call.cost_currency) == (Decimal("0.60"), "USD")
    page = office.get(f"/calls/{call.pk}/").content.decode()
    assert "<dt>Cost</dt><dd>$0.60</dd>" in page
    assert "job-progress" in office.get("/tariffs/").content.decode()


def test_what_was_counted_with_other_prices_is_not_written(office: Client, owner: User, prices: PriceList) -> None:
    call = talk()
    preview = previewed(office, owner)
    office.post(f"/tariffs/{prices.pk}/rows", {"rows": "prefix;per_minute\n+856;9.00\n"})
    assert "Count again" in office.get(f"/tariffs/rate/{preview.pk}").content.decode()
    assert office.post(f"/tariffs/rate/{preview.pk}").status_code == 409
    assert not Job.objects.filter(kind=RATE_PERIOD).exists()
    call.refresh_from_db()
    assert call.cost is None
    other = browser(User.objects.create_user("another", role="owner"))
    assert other.get(f"/tariffs/rate/{preview.pk}").status_code == 404


def test_a_budget_shows_what_is_spent_of_it(office: Client, owner: User) -> None:
    now = timezone.now()
    told = {"pbx": "office", "key": "1", "direction": "outbound", "cost": Decimal("42.5"), "cost_currency": "USD"}
    Call.objects.create(started_at=now, ended_at=now, **told)
    given = {"name": "All calls", "amount": "50", "currency": "USD", "scope": "company", "user": owner.pk}
    assert "-----" not in office.get("/budgets/new").content.decode()
    assert office.post("/budgets/new", {**given, "scope": "team"}).status_code == 422
    assert office.post("/budgets/new", {**given, "amount": "-5"}).status_code == 422
    assert not Budget.objects.exists()
    assert office.post("/budgets/new", given).status_code == 302
    made = Budget.objects.get()
    assert (made.user, made.spent, made.amount) == (None, Decimal("42.5"), Decimal(50))
    page = office.get("/budgets/").content.decode()
    assert 'max="100" value="85"' in page
    assert "$42.50 of $50 this month (85 %)" in page
    assert "Nearly spent" in page
    office.post(f"/budgets/{made.pk}/remove")
    assert "Nearly spent" not in office.get("/budgets/").content.decode()
    office.post(f"/budgets/{made.pk}/restore")
    assert "Nearly spent" in office.get("/budgets/").content.decode()


@pytest.mark.parametrize(
    ("spent", "bar", "badge", "over"),
    [
        ("39.99", '"job-bar" max="100" value="79"', "", ""),
        ("40", '"job-bar tone-orange" max="100" value="80"', "Nearly spent", ""),
        ("50", '"job-bar tone-red" max="100" value="100"', "Spent", ""),
        ("50.10", '"job-bar tone-red" max="100" value="100"', "Overspent", "$0.10 more than the budget"),
        ("4000", '"job-bar tone-red" max="100" value="100"', "Overspent", "$3,950 more than the budget"),
    ],
)
def test_a_budget_that_is_overspent_says_so_in_words_and_by_its_bar(
    office: Client, spent: str, bar: str, badge: str, over: str
) -> None:
    Budget.objects.create(name="Calls", amount=Decimal(50), spent=Decimal(spent), currency="USD")
    page = office.get("/budgets/").content.decode()
    assert f"<progress class={bar}" in page
    assert re.findall(r'badge-state tone-\w+">(?:<i .*?</i>)?(.*?)<', page) == ([badge] if badge else [])
    assert re.findall(r'budget-over">(.*?)<', page) == ([over] if over else [])


def test_who_is_not_in_charge_sees_and_changes_nothing(prices: PriceList) -> None:
    manager = browser(User.objects.create_user("manager"))
    made = Budget.objects.create(name="All", amount=Decimal(5), currency="USD")
    for address in ("/tariffs/", "/tariffs/new", f"/tariffs/{prices.pk}", f"/tariffs/{prices.pk}/rows/file"):
        assert manager.get(address).status_code == 403
    sent = {**LIST, "rows": "prefix;per_minute\n+1;1\n", "since": "2026-11-18", "until": "2026-11-18", "amount": "9"}
    for address in (
        "new",
        f"{prices.pk}",
        f"{prices.pk}/rows",
        f"{prices.pk}/rows/undo",
        f"{prices.pk}/remove",
        "rate",
    ):
        assert manager.post(f"/tariffs/{address}", sent).status_code == 403
    for address in ("new", f"{made.pk}", f"{made.pk}/remove"):
        assert manager.post(f"/budgets/{address}", {**sent, "scope": "company"}).status_code == 403
    assert not Job.objects.exists()
    assert list(PriceList.objects.values_list("edition", "removed_at")) == [(1, None)]
    assert list(Budget.objects.values_list("amount", "removed_at")) == [(Decimal(5), None)]
