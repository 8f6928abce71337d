"""Phone books of desk phones: the secret in the address is all there is, and what a phone gets it can read."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from callcard.api.models import PhoneBook
from callcard.api.phone_book_formats import FORMATS, Asked, Entry, Number, written
from callcard.api.rules import dialled, is_in, read_networks
from callcard.api.services import renew_token
from callcard.customers.models import Category
from callcard.customers.services import add_phone, archive_customer, create_customer
from callcard.staff.models import User

pytestmark = pytest.mark.django_db
NASTY = 'Tom & \x0b"Jerry" <b>ສະບາຍດີ 😀'


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def book() -> PhoneBook:
    return PhoneBook.objects.create(name="Office", token="s3cret")


def ask(book: PhoneBook, name: str, question: str = "", token: str = "s3cret") -> HttpResponse:
    answer = Client().get(f"/phonebooks/{book.pk}/{token}/{name}.xml{question}", REMOTE_ADDR="10.0.0.7")
    assert isinstance(answer, HttpResponse)
    return answer


def names(answer: HttpResponse, tag: str = "Name") -> list[str]:
    return [each.text or "" for each in fromstring(answer.content).iter(tag)]


def test_every_maker_gets_names_and_numbers(book: PhoneBook) -> None:
    customer = create_customer(name=NASTY, numbers=["020 5555 1234"])
    add_phone(customer=customer, raw="+856 21 212-000", label='Home "x"')
    add_phone(customer=customer, raw="021 999999", do_not_call=True)
    shown = 'Tom & "Jerry" <b>ສະບາຍດີ 😀'
    yealink = fromstring(ask(book, "yealink").content)
    assert yealink.tag == "YealinkIPPhoneDirectory"
    assert [(one.text, one.get("label")) for one in yealink.iter("Telephone")] == [
        ("02055551234", None),
        ("+85621212000", 'Home "x"'),
    ]
    assert names(ask(book, "yealink")) == [shown]
    assert names(ask(book, "phonebook"), "LastName") == [shown]
    assert names(ask(book, "phonebook"), "phonenumber") == ["02055551234", "+85621212000"]
    assert names(ask(book, "fanvil"), "Mobile") == ["+85621212000"]
    assert names(ask(book, "snom")) == [shown, f'{shown}, Home "x"']
    directory = fromstring(ask(book, "snom-directory").content)
    assert [each.get("no") for each in directory.iter("number")] == ["02055551234", "+85621212000"]


def test_what_is_chosen_is_in_it_and_nothing_else(book: PhoneBook) -> None:
    mali, fair = User.objects.create_user("mali"), Category.objects.create(name="Fair")
    create_customer(name="Both", numbers=["021 1"], category=fair, responsible=mali)
    create_customer(name="Other", numbers=["021 2"], responsible=mali)
    create_customer(name="No number", category=fair, responsible=mali)
    archive_customer(customer=create_customer(name="Archived", numbers=["021 3"], category=fair, responsible=mali))
    assert names(ask(book, "yealink")) == ["Both", "Other"]
    PhoneBook.objects.update(most=1)
    assert names(ask(book, "yealink")) == ["Both"]
    PhoneBook.objects.update(most=100, category=fair, responsible=mali)
    assert names(ask(book, "yealink")) == ["Both"]


def test_one_searches_on_the_phone(book: PhoneBook) -> None:
    create_customer(name="Åsa", numbers=["020 5555 1234"])
    create_customer(name="Ben", numbers=["021 212 000"])
    assert names(ask(book, "yealink", "?q=%C3%A5s")) == ["Åsa"]
    assert names(ask(book, "yealink", "?q=212000")) == ["Ben"]
    assert names(ask(book, "yealink", "?q=%23SEARCH")) == ["Ben", "Åsa"]
    assert names(ask(book, "yealink", "?q=%00%25_")) == []


def test_snom_reads_page_by_page(book: PhoneBook) -> None:
    for number in range(95):
        create_customer(name=f"C{number:03}", numbers=[f"021 {100000 + number}"])
    first = ask(book, "snom")
    assert names(first)[:90] == [f"C{number:03}" for number in range(90)]
    url = next(fromstring(first.content).iter("URL")).text or ""
    second = Client().get(url.removeprefix("http://testserver"), REMOTE_ADDR="10.0.0.7")
    assert [one.text for one in fromstring(second.content).iter("Name")] == [
        f"C{number:03}" for number in range(90, 95)
    ]
    assert names(ask(book, "snom", "?page=99999999")) == names(first)


@pytest.mark.parametrize("token", ["x", "s3cre", "s3crett", "S3CRET", "%00", "ສ"])
def test_a_wrong_secret_is_404(book: PhoneBook, token: str) -> None:
    create_customer(name="Anna", numbers=["021 1"])
    answer = ask(book, "yealink", token=token)
    assert (answer.status_code, b"Anna" in answer.content) == (404, False)


def test_switched_off_renewed_elsewhere_unknown_is_404(book: PhoneBook) -> None:
    assert ask(book, "nothing").status_code == 404
    PhoneBook.objects.update(networks="192.168.1.0/24 10.0.0.0/8")
    assert ask(book, "yealink").status_code == 200
    PhoneBook.objects.update(networks="192.168.1.0/24")
    assert ask(book, "yealink").status_code == 404
    PhoneBook.objects.update(networks="", is_enabled=False)
    assert ask(book, "yealink").status_code == 404
    PhoneBook.objects.update(is_enabled=True)
    book.refresh_from_db()
    renewed = renew_token(book=book)
    assert ask(book, "yealink").status_code == 404
    assert ask(book, "yealink", token=renewed.token).status_code == 200


def test_who_guesses_is_stopped(book: PhoneBook) -> None:
    answers = [ask(book, "yealink", token=f"x{number}").status_code for number in range(25)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert ask(book, "yealink").status_code == 429


@pytest.mark.parametrize("name", FORMATS)
def test_whatever_a_name_holds_the_file_is_well_formed(name: str) -> None:
    entries = [
        Entry("\ud800\x07&<>'\"]]>" + "x" * 500, (Number("1", "<&\"'\x00"), Number("+2"), Number("3"), Number("4")))
    ]
    assert isinstance(fromstring(written(name, entries, Asked(title="<&\x01"))), Element)


def test_numbers_as_the_company_dials_them() -> None:
    assert dialled("020 (55) 55-1234", "+8562055551234") == "0205555" + "1234"
    assert dialled("٠٢٠ ٥٥٩٩ ٨٨٧٧", "+8562055998877") == "0205599" + "8877"
    assert dialled("໐໒໐໕໕໑໒", "") == "0205512"
    assert dialled("call 55 or home", "+8562055") == "+8562055"
    assert is_in("::ffff:10.0.0.1", read_networks("10.0.0.0/8"))
    assert not is_in("nonsense", read_networks("10.0.0.0/8"))


def test_the_administrator_makes_renews_and_removes(client: Client) -> None:
    boss = User.objects.create_user("boss", role=User.Role.ADMINISTRATOR)
    client.force_login(boss, "django.contrib.auth.backends.ModelBackend")
    values = {"name": "Desk", "most": 500, "networks": "192.168.1.7", "is_enabled": "on"}
    assert client.post("/settings/phone-books/new", {**values, "networks": "here"}).status_code == 422
    assert client.post("/settings/phone-books/new", {**values, "most": 90000}).status_code == 422
    assert not PhoneBook.objects.exists()
    offered = client.get("/settings/phone-books/new").content.decode()
    assert "all categories" in offered
    assert "of everybody" in offered
    assert "-----" not in offered
    client.post("/settings/phone-books/new", values)
    made = PhoneBook.objects.get()
    assert (made.networks, len(made.token)) == ("192.168.1.7/32", 32)
    page = client.get(f"/settings/phone-books/{made.pk}").content.decode()
    assert f"/phonebooks/{made.pk}/{made.token}/yealink.xml" in page
    assert f'/phonebooks/{made.pk}/{made.token}" aria-label="Grandstream"' in page  # it adds /phonebook.xml itself
    client.post(f"/settings/phone-books/{made.pk}/renew")
    assert PhoneBook.objects.get().token != made.token
    client.post(f"/settings/phone-books/{made.pk}/remove")
    assert not PhoneBook.objects.exists()
