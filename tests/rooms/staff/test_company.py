"""The company's own settings, and the page that makes it out of an empty database."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcard.calls.models import CallResult
from callcard.customers.models import Category, CustomerSource, CustomerStage
from callcard.customers.queries import match_number
from callcard.customers.services import create_customer
from callcard.sales.models import OrderState, PaymentMethod
from callcard.staff import places
from callcard.staff.company import company, company_zone, forget_company_zone
from callcard.staff.company_forms import FirstStartForm
from callcard.staff.company_services import AlreadySetUp, set_up_company
from callcard.staff.first_start import first_start_code, is_first_start_code
from callcard.staff.models import Company, Line, User
from callcard.staff.own_list_forms import EntryForm
from callcard.staff.own_lists import offered_lists
from callcard.switchboard.models import Pbx
from tests.rooms.staff.windows import PASSWORD, Window, person, words

pytestmark = pytest.mark.django_db

PLACE = {"company_name": "Atlas", "region": "KZ", "currency": "KZT", "time_zone": "Asia/Almaty"}
START = {"company_name": "Atlas", "region": "KZ", "time_zone": "almaty", "username": "anna", "first_name": "Anna"}


@pytest.fixture
def anna() -> Window:
    Company.objects.create(name="Mekong", region="LA", currency="LAK", time_zone="Asia/Vientiane")
    return Window(person("anna", role="administrator"))


def office() -> tuple[str, str, str, str]:
    return Company.objects.values_list("name", "region", "currency", "time_zone").get()


# -- settings ----------------------------------------------------------------------------------------------------------


def test_the_company_is_changed_and_its_lines_are_read_in_the_new_country(anna: Window) -> None:
    Line.objects.create(number="8 727 250 00 00", e164="", name="Sales")
    assert anna.post("/settings/company", PLACE)["Location"] == "/settings/company"
    assert office() == ("Atlas", "KZ", "KZT", "Asia/Almaty")
    assert Line.objects.get().e164 == "+77272500000"
    assert company().pk == Company.objects.get().pk


def test_the_clock_follows_when_the_zone_is_saved(anna: Window, django_capture_on_commit_callbacks: Any) -> None:
    forget_company_zone()  # an earlier test's
    assert company_zone().key == "Asia/Vientiane"
    with django_capture_on_commit_callbacks(execute=True):
        anna.post("/settings/company", PLACE)
    assert company_zone().key == "Asia/Almaty"


def test_a_new_name_reaches_the_shell(anna: Window) -> None:
    boosted = {"HX-Request": "true"}
    assert anna.post("/settings/company", PLACE, headers=boosted).headers["HX-Refresh"] == "true"
    assert anna.post("/settings/company", PLACE, headers=boosted).status_code == 302


@pytest.mark.parametrize(
    "changed", [{"company_name": " "}, {"region": "XX"}, {"currency": "???"}, {"time_zone": "Mars/Base"}]
)
def test_what_is_no_place_is_refused(anna: Window, changed: dict[str, str]) -> None:
    before = office()
    response = anna.post("/settings/company", PLACE | changed)
    assert (response.status_code, office()) == (422, before)
    (name,) = changed
    assert f'id="company-{name}_error"' in words(response)


@pytest.mark.parametrize("typed", ["021 212 800", "+856 21 212800", "0085621212800", "(021) 212-800"])
def test_an_own_line_in_any_writing_is_never_a_customer(anna: Window, typed: str) -> None:
    create_customer(name="Mali", numbers=["021 212 800"])
    assert match_number("021212800", region="LA").kind == "exact"
    anna.post("/settings/company/lines", {"number": typed, "name": "Sales"})
    assert Line.objects.values_list("number", "e164", "name").get() == (typed, "+85621212800", "Sales")
    for presented in ("021212800", "+85621212800", "85621212800"):
        assert match_number(presented, region="LA").kind == "own"
    again = anna.post("/settings/company/lines", {"number": "+856 21 212 800"})
    assert (again.status_code, Line.objects.count()) == (422, 1)
    assert "This line is in the list already." in words(again)
    removed = anna.post(f"/settings/company/lines/{Line.objects.get().pk}/remove", follow=True)
    assert f"{typed} is removed." in words(removed)
    assert match_number("021212800", region="LA").kind == "exact"


@pytest.mark.parametrize("number", ["", "sales", "9" * 65])
def test_what_is_no_line_is_refused(anna: Window, number: str) -> None:
    assert anna.post("/settings/company/lines", {"number": number}).status_code == 422
    assert Line.objects.count() == 0


@pytest.mark.parametrize("role", ["manager", "owner"])
def test_others_change_nothing_of_the_company(anna: Window, role: str) -> None:
    line = Line.objects.create(number="100")
    other, before = Window(person("other", role=role)), office()
    for url in ("/settings/company", "/settings/company/lines", f"/settings/company/lines/{line.pk}/remove"):
        assert other.post(url, PLACE | {"number": "021 212 801"}).status_code == 403
    assert (office(), Line.objects.get()) == (before, line)


def test_places_have_the_names_of_the_reader_and_a_country_its_money() -> None:
    countries, currencies = dict(places.countries()), dict(places.currencies())
    assert (countries["LA"], countries["KZ"]) == ("Laos", "Kazakhstan")
    assert list(countries.values()).index("Åland Islands") < 10
    assert currencies["LAK"] == "LAK · Laotian Kip"
    assert [places.currency_of(code) for code in ("LA", "KZ", "DE", "")] == ["LAK", "KZT", "EUR", "USD"]
    assert places.country_of("Asia/Vientiane") == "LA"
    assert places.country_of("UTC") == ""
    assert places.is_time_zone(places.machine_zone())


# -- the first start ---------------------------------------------------------------------------------------------------


def start(**changed: str) -> dict[str, str]:
    return START | {"password": PASSWORD, "repeated": PASSWORD, "code": first_start_code()} | changed


def test_an_empty_installation_leads_from_any_address_to_its_first_start() -> None:
    visitor = Client()
    assert visitor.get("/", follow=True).redirect_chain[-1][0] == "/first-start"
    assert "it printed a code" in words(visitor.get("/first-start"))
    assert 'name="company_name"' in words(visitor.get("/first-start", {"code": first_start_code()}))


@pytest.mark.parametrize("code", ["", "aaaa-aaaa-aaaa", "x" * 5000])
def test_nobody_becomes_administrator_without_the_code(code: str) -> None:
    visitor = Client(REMOTE_ADDR="127.0.0.1")
    response = visitor.post("/first-start", start(code=code))
    assert 'name="company_name"' not in words(response)
    assert (User.objects.count(), Company.objects.count()) == (0, 0)


def test_the_code_may_be_copied_carelessly_and_is_another_for_each_installation(settings: Any) -> None:
    code = first_start_code()
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", code)
    assert is_first_start_code(f"  {code.upper().replace('-', ' ')} ")
    settings.SECRET_KEY = "another"
    assert not is_first_start_code(code)


def test_the_first_administrator_is_signed_in_and_shown_the_way() -> None:
    visitor = Client()
    assert visitor.post("/first-start", start())["Location"] == "/"
    assert office() == ("Atlas", "KZ", "KZT", "Asia/Almaty")
    user = User.objects.get()
    assert (user.username, user.permissions.kinds, user.shown_name) == ("anna", frozenset({"administrator"}), "Anna")
    assert user.check_password(PASSWORD)
    text = words(visitor.get("/"))
    assert "Connect the telephone system" in text
    assert "Give people their extensions" in text
    Pbx.objects.create(slug="office", name="Office", kind="simulator")
    person("mali", "301")
    assert "first-steps" not in words(visitor.get("/"))


def test_a_second_first_start_does_nothing() -> None:
    person("somebody")
    visitor = Client()
    for response in (visitor.get("/first-start"), visitor.post("/first-start", start())):
        assert response["Location"] == "/sign-in"
    assert User.objects.get().username == "somebody"


def test_the_time_zone_is_that_of_a_country_with_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    form = FirstStartForm()
    assert (form.initial["time_zone"], form.initial["region"]) == ("", "")
    assert json.loads(form.fields["region"].widget.attrs["data-zones"])["KH"] == ["Asia/Phnom_Penh"]
    refused = Client().post("/first-start", start(region="US", time_zone=""))
    assert "The country has no single time zone" in words(refused)
    assert not Company.objects.exists()
    Client().post("/first-start", start(region="LA", time_zone=""))
    assert office() == ("Atlas", "LA", "LAK", "Asia/Vientiane")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"repeated": "another"}, "The two passwords are not the same."),
        ({"password": "anna", "repeated": "anna"}, "too short"),
        ({"company_name": ""}, "This field is required."),
        ({"region": ""}, "This field is required."),
        ({"username": "a b"}, "Enter a valid username."),
    ],
)
def test_a_first_start_that_is_not_right_writes_nothing(changed: dict[str, str], said: str) -> None:
    response = Client().post("/first-start", start(**changed))
    assert (response.status_code, said in words(response)) == (422, True)
    assert PASSWORD not in words(response)
    assert (User.objects.count(), Company.objects.count()) == (0, 0)


def test_a_new_company_begins_with_lists_to_choose_from_and_keeps_what_it_has() -> None:
    CustomerSource.objects.create(name="Ours")
    Client().post("/first-start", start())
    stages = [("Potential customer", False), ("Customer", True), ("Former customer", True)]
    assert list(CustomerStage.objects.values_list("name", "is_customer")) == stages
    assert [state.name for state in OrderState.objects.all()] == ["New order", "In work", "Ready", "Delivered", "Offer"]
    assert not OrderState.objects.get(name="Offer").is_owed
    assert list(PaymentMethod.objects.values_list("name", "position")) == [
        ("Cash", 0),
        ("Bank transfer", 1),
        ("Card", 2),
    ]
    assert CallResult.objects.get(name="Call again").next_days == 1
    assert [source.name for source in CustomerSource.objects.all()] == ["Ours"]
    assert [category.name for category in Category.objects.all()] == [
        "Regular customer",
        "Important customer",
        "Supplier or partner",
    ]


def test_what_lists_begin_with_is_what_their_own_form_takes() -> None:
    for own_list in offered_lists():
        for columns in own_list.at_first:
            filled = EntryForm(own_list, {"colour": "blue"} | {name: str(value) for name, value in columns.items()})
            assert filled.is_valid(), (own_list.slug, filled.errors)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from([*START, "last_name", "password", "repeated"]), st.text(max_size=300)))
def test_whatever_is_typed_first_starts_or_is_answered_with_words(db: None, typed: dict[str, str]) -> None:
    clean = {name: value.encode("utf-8", "replace").decode() for name, value in typed.items()}
    response = Client().post("/first-start", start(**clean))
    assert User.objects.count() == Company.objects.count() == (response.status_code == 302)
    assert response.status_code in {302, 422}
    User.objects.all().delete()
    Company.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_up_at_once_one_is_first() -> None:
    together = Barrier(2)

    def set_up(name: str) -> bool:
        together.wait()
        try:
            set_up_company(
                administrator=User(username=name), password=PASSWORD, company_name=name, region="LA", time_zone="UTC"
            )
        except AlreadySetUp:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(set_up, ("one", "other")))
    assert sorted(done) == [False, True]
    assert User.objects.get().username == Company.objects.get().name


def test_a_demo_is_not_poured_over_a_company() -> None:
    Client().post("/first-start", start())
    told = StringIO()
    call_command("load_demo", stdout=told)
    assert "nothing loaded" in told.getvalue()
    assert User.objects.count() == 1
