"""Who calls, for a PBX that asks first: only what is certain is said, and who is blocked is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from callcard.calls.screening.models import BlockedNumber
from callcard.calls.screening.queries import is_blocked, look_up
from callcard.calls.screening.rules import LONGEST_NAME, LONGEST_NAME_BYTES, keys_of, prefix_key, shown
from callcard.calls.screening.services import block, block_again, unblock
from callcard.customers.services import archive_customer, create_customer
from callcard.staff.models import Change, Company, Extension, Line, User
from callcard.telephony.callers import CallerTold
from callcard.telephony.numbers import readings

pytestmark = pytest.mark.django_db
NUMBER = "+8562055551234"


@pytest.fixture(autouse=True)
def company() -> None:
    Company.objects.create(name="Mekong", region="LA")


@pytest.fixture
def mali() -> User:
    user = User.objects.create_user("mali", first_name="Mali")
    Extension.objects.create(number="301", user=user)
    return user


def told(number: str) -> CallerTold:
    return look_up(number, region="LA")


@pytest.mark.parametrize("written", [NUMBER, "8562055551234", "02055551234", "008562055551234", f'"X" <{NUMBER}>'])
def test_a_customer_is_named_however_the_number_comes(mali: User, written: str) -> None:
    create_customer(name="Bounmy", numbers=[NUMBER], responsible=mali)
    assert told(written) == CallerTold(kind="known", name="Bounmy", extension="301")


def test_several_are_named_only_when_they_have_one_name_and_led_only_to_one_phone(mali: User) -> None:
    create_customer(name="Bounmy", numbers=[NUMBER], responsible=mali)
    create_customer(name="Bounmy", numbers=[NUMBER])
    assert told(NUMBER) == CallerTold(kind="several", name="Bounmy", extension="")
    create_customer(name="Somsak", numbers=[NUMBER])
    assert told(NUMBER) == CallerTold(kind="several", name="", extension="")


def test_nothing_is_said_of_what_is_not_certain(mali: User) -> None:
    gone = create_customer(name="Gone", numbers=["+8562055550000"], responsible=mali)
    archive_customer(customer=gone, by=mali)
    create_customer(name="Nearly", numbers=["55551234"], responsible=mali)  # ends the same
    for number in ("+8562055550000", "+9955551234", "", "   ", "\x00", "\ud800", "x" * 5000, "'; DROP TABLE x; --"):
        assert told(number) == CallerTold(), number
    for number in ("anonymous", "Restricted", "sip:anonymous@anonymous.invalid"):
        assert told(number) == CallerTold(kind="withheld"), number


def test_a_colleague_is_a_colleague_even_when_a_customer_has_such_a_number(mali: User) -> None:
    Line.objects.create(number="021 212000", e164="+85621212000", name="Office")
    create_customer(name="Odd", numbers=["+85621212000"])
    assert told("301") == CallerTold(kind="own", name="Mali")
    assert told("+85621212000") == CallerTold(kind="own", name="Office")


def test_someone_who_left_is_not_rung(mali: User) -> None:
    create_customer(name="Bounmy", numbers=[NUMBER], responsible=mali)
    User.objects.filter(pk=mali.pk).update(is_active=False)
    assert told(NUMBER).extension == ""


def test_an_extension_that_would_mean_more_to_a_dial_plan_is_kept_from_it(mali: User) -> None:
    Extension.objects.filter(user=mali).update(number="301&Local/9@x")
    create_customer(name="Bounmy", numbers=[NUMBER], responsible=mali)
    assert told(NUMBER) == CallerTold(kind="known", name="Bounmy", extension="")


def test_one_statement_is_enough(mali: User, django_assert_num_queries: object) -> None:
    create_customer(name="Bounmy", numbers=[NUMBER], responsible=mali)
    with django_assert_num_queries(1):  # type: ignore[operator]
        told(NUMBER)


def test_a_blocked_number_is_blocked_however_it_comes_and_until_it_is_let_through(mali: User) -> None:
    create_customer(name="Bounmy", numbers=[NUMBER], responsible=mali)
    line = block(number="020 5555 1234", key=NUMBER, by=mali, reason="Sells things")
    assert told("02055551234") == CallerTold(kind="known", name="Bounmy", extension="301", is_blocked=True)
    assert not is_blocked("+8562055551235", region="LA")
    assert not is_blocked("anonymous", region="LA")
    unblock(line=line, by=mali)
    unblock(line=line, by=mali)
    assert not is_blocked(NUMBER, region="LA")
    again = block_again(line=line, by=mali)
    assert is_blocked(NUMBER, region="LA")
    assert block(number=NUMBER, key=NUMBER, by=mali).pk == again.pk
    kept = Change.objects.filter(about="blocked-number").order_by("pk").values_list("action", flat=True)
    assert list(kept) == ["created", "changed", "created", "changed"]


def test_a_prefix_blocks_what_begins_so_and_nothing_else() -> None:
    block(number="+7840", key="+7840", is_prefix=True, by=None)
    block(number="+8562", key="+8562", by=None)  # a number, however short: no prefix
    assert [is_blocked(n, region="LA") for n in ("+78401234567", "0078401234567", "+78301234567", NUMBER)] == [
        *(True, True, False, False)
    ]


def test_a_block_ends_by_itself() -> None:
    line = block(number=NUMBER, key=NUMBER, by=None, until=timezone.now() + timedelta(minutes=1))
    assert is_blocked(NUMBER, region="LA")
    BlockedNumber.objects.filter(pk=line.pk).update(until=timezone.now() - timedelta(seconds=1))
    assert not is_blocked(NUMBER, region="LA")


@pytest.mark.parametrize(
    ("typed", "key"),
    [("+7 840", "+7840"), ("007840", "+7840"), ("020", ""), ("+", ""), ("+0", ""), ("+78a", ""), ("", ""), ("٧", "")],
)
def test_the_beginning_of_a_number_is_international(typed: str, key: str) -> None:
    assert prefix_key(typed) == key


@given(st.text(max_size=120))
def test_any_name_becomes_one_short_line(name: str) -> None:
    line = shown(name)
    assert len(line) <= LONGEST_NAME
    assert len(line.encode()) <= LONGEST_NAME_BYTES
    assert not any(ord(mark) < 32 for mark in line)
    assert line == line.strip()


def test_no_letter_is_torn_apart() -> None:
    lao = "ກຳ" + "ກ້" * 30
    assert lao.startswith(shown(lao))
    assert shown(lao).endswith("ກ້")
    assert shown("A" * 39 + "e\u0301x") == "A" * 39
    assert shown("Mali\r\nSouk\x00") == "Mali Souk"
    assert shown("A" * 41) == "A" * 40


@given(st.text(max_size=80))
def test_every_number_makes_as_many_keys(raw: str) -> None:
    exact, prefixes = keys_of(raw, readings(raw, "LA"))
    assert (len(exact), len(prefixes)) == (2, 15)
    assert all(key and len(key) <= 32 for key in (*exact, *prefixes))


@pytest.fixture
def window() -> Client:
    client = Client(headers={"X-Callcard-Window": "1"})
    client.force_login(
        User.objects.create_user("anna", role="administrator"), "django.contrib.auth.backends.ModelBackend"
    )
    return client


def test_the_administrator_blocks_and_lets_through_again(window: Client) -> None:
    create_customer(name="Bounmy", numbers=[NUMBER])
    assert b"020 5555" in window.get("/settings/blocked?number=020 5555").content
    answer = window.post("/settings/blocked", {"number": "020 5555 1234", "reason": "<b>Rude"}, follow=True)
    assert b"&lt;b&gt;Rude" in answer.content
    assert b"This is the number of a customer." in answer.content
    line = BlockedNumber.objects.get()
    assert (line.key, str(line.blocked_by), line.until) == (NUMBER, "anna", None)
    window.post(f"/settings/blocked/{line.pk}/remove")
    assert not is_blocked(NUMBER, region="LA")
    assert b"Block again" in window.get("/settings/blocked").content
    window.post(f"/settings/blocked/{line.pk}/again")
    assert is_blocked(NUMBER, region="LA")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"number": "nobody"}, "This is no number."),
        ({"number": "020", "is_prefix": "on"}, "This is no beginning of a number."),
        ({"number": "191"}, "Emergency numbers cannot be blocked."),
        ({"number": "112"}, "Emergency numbers cannot be blocked."),
        ({"number": "+7 840"}, "This is only a beginning"),
        ({"number": "+85621212000"}, "the company&#x27;s own"),
        ({"number": "+856", "is_prefix": "on"}, "the company&#x27;s own"),
        ({"number": "301"}, "This is a colleague&#x27;s extension."),
        ({"number": NUMBER, "until": "2001-01-01T00:00"}, "This moment has passed."),
        ({"number": "1" * 500}, "at most 64"),
    ],
)
def test_what_cannot_be_blocked_is_said(window: Client, mali: User, form: dict[str, str], words: str) -> None:
    Line.objects.create(number="021 212000", e164="+85621212000")
    answer = window.post("/settings/blocked", form)
    assert (answer.status_code, BlockedNumber.objects.count()) == (422, 0)
    assert words in answer.content.decode()
