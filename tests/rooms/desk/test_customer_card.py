"""The customer's card as a window: values changed one by one, taken back, refused, and kept from who may not see."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from callcard.calls.models import Call, Segment
from callcard.customers.models import (
    Category,
    Contact,
    ContactPerson,
    Customer,
    CustomerNote,
    OwnField,
    Tag,
)
from callcard.customers.person_services import add_person
from callcard.customers.services import add_contact, change_field, create_customer
from callcard.desk.customer_timeline import read_places, write_places
from callcard.live.models import LiveEvent, Watch
from callcard.sales.models import Order, OrderState, Payment
from callcard.staff.models import Change, User
from callcard.tasks.models import Task
from callcard.tasks.services import add_task

pytestmark = pytest.mark.django_db


class Card(Client):
    """A user with this customer's card open."""

    def __init__(self, user: User, customer: Customer) -> None:
        super().__init__(headers={"X-Callcard-Window": "1"})
        self.force_login(user)
        self.user, self.url = user, f"/customers/{customer.pk}/"

    def do(self, path: str, **fields: Any) -> Any:
        return self.post(self.url + path, fields)

    def write(self, field: str, new: Any, *, old: str = "") -> Any:
        return self.do("field", field=field, old=old, new=new)

    def text(self, path: str = "", **query: str) -> str:
        response = self.get(self.url + path, query)
        assert response.status_code == 200
        return response.content.decode()


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna", first_name="Anna", role="owner")


@pytest.fixture
def mali() -> Customer:
    return create_customer(name="Mali Souk", city="Vientiane", numbers=["020 5551 2345"])


@pytest.fixture
def card(anna: User, mali: Customer) -> Card:
    return Card(anna, mali)


def test_a_birthday_to_come_is_refused_field_by_field_too(card: Card, mali: Customer) -> None:
    assert card.write("birthday", "2199-01-01").status_code == 422
    mali.refresh_from_db()
    assert mali.birthday is None
    assert card.write("birthday", "1990-02-03").status_code == 200


def test_a_value_is_written_with_history_and_answered_with_the_parts_anew(card: Card, mali: Customer) -> None:
    answer = card.write("city", " Pakse ", old="Vientiane")
    assert answer.status_code == 200
    mali.refresh_from_db()
    assert mali.city == "Pakse"
    step = Change.objects.latest("pk")
    assert (step.before, step.after, step.by) == ({"city": "Vientiane"}, {"city": "Pakse"}, card.user)
    assert answer.json()["undo"] == str(step.pk)
    assert 'data-held="Pakse"' in answer.json()["parts"]["about"]
    assert "City: Vientiane → Pakse" in answer.json()["timeline"]


def test_undo_is_the_reverse_step_and_is_itself_in_the_history(card: Card, mali: Customer) -> None:
    step = card.write("city", "Pakse", old="Vientiane").json()["undo"]
    taken_back = card.do("undo", change=step)
    assert taken_back.status_code == 200
    mali.refresh_from_db()
    assert mali.city == "Vientiane"
    assert Change.objects.latest("pk").action == "restored"
    assert card.do("undo", change=taken_back.json()["undo"]).status_code == 200
    mali.refresh_from_db()
    assert mali.city == "Pakse"


def test_of_two_people_the_second_sees_both_values_and_nothing_is_overwritten(card: Card, mali: Customer) -> None:
    noy = User.objects.create_user("noy", first_name="Noy")
    change_field(customer=mali, field="city", old=None, new="Savannakhet", by=noy)
    answer = card.write("city", "Pakse", old="Vientiane")
    assert answer.status_code == 409
    told = answer.json()
    assert (told["held"], told["shown"], told["who"]) == ("Savannakhet", "Savannakhet", "Noy")
    assert Customer.objects.get().city == "Savannakhet"
    assert card.write("city", "Pakse", old=told["held"]).status_code == 200


def test_a_conflict_over_a_choice_is_told_by_its_name(card: Card, mali: Customer) -> None:
    one, two = Category.objects.create(name="Regular"), Category.objects.create(name="Wholesale")
    change_field(customer=mali, field="category", old=None, new=one, by=None)
    answer = card.write("category", str(two.pk), old="")
    assert (answer.status_code, answer.json()["shown"]) == (409, "Regular")
    assert Customer.objects.get().category == one


def test_the_same_value_of_two_people_is_no_quarrel(card: Card, mali: Customer) -> None:
    change_field(customer=mali, field="city", old=None, new="Pakse", by=None)
    answer = card.write("city", "Pakse", old="Vientiane")
    assert (answer.status_code, answer.json()["undo"]) == (200, None)


def test_a_step_that_somebody_has_gone_on_from_is_not_taken_back(card: Card, mali: Customer) -> None:
    step = card.write("city", "Pakse", old="Vientiane").json()["undo"]
    change_field(customer=mali, field="city", old=None, new="Thakhek", by=None)
    assert card.do("undo", change=step).status_code == 422
    assert Customer.objects.get().city == "Thakhek"


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("birthday", "2026-02-30"),
        ("birthday", "yesterday"),
        ("country", "XX"),
        ("kind", "robot"),
        ("category", "999"),
        ("category", "1; DROP TABLE"),
        ("responsible", "999999"),
        ("tags", ["x"]),
        ("own:discount", "much"),
        ("own:when", "2026-13-01"),
        ("own:page", "javascript:alert(1)"),
    ],
)
def test_what_cannot_be_a_value_is_answered_in_words_and_changes_nothing(
    card: Card, mali: Customer, field: str, new: Any
) -> None:
    for key, kind in (("discount", "number"), ("when", "date"), ("page", "link")):
        OwnField.objects.create(key=key, name=key, kind=kind)
    before = Change.objects.count()
    answer = card.write(field, new, old="Mali Souk" if field == "name" else "person" if field == "kind" else "")
    assert answer.status_code == 422
    assert answer.json()["error"]
    fresh = Customer.objects.get()
    assert (fresh.name, fresh.kind, fresh.birthday, fresh.own_fields) == ("Mali Souk", "person", None, {})
    assert Change.objects.count() == before


@pytest.mark.parametrize(
    "field",
    ["", "pk", "id", "own_fields", "search_name", "archived_at", "own:nothing", "__class__", "phone-1.e164"],
)
def test_what_is_no_field_of_the_card_does_not_exist(card: Card, mali: Customer, field: str) -> None:
    assert card.write(field, "x").status_code == 404
    assert card.get(f"{card.url}field", {"field": field}).status_code == 404


def test_tags_and_own_fields_are_written_like_any_other(card: Card, mali: Customer) -> None:
    late, vip = Tag.objects.create(name="Late"), Tag.objects.create(name="VIP")
    OwnField.objects.create(key="limit", name="Limit", kind="money")
    assert card.write("tags", [str(late.pk), str(vip.pk)]).status_code == 200
    assert set(mali.tags.all()) == {late, vip}
    step = card.write("own:limit", "1500.5 USD").json()
    assert Customer.objects.get().own_fields == {"limit": {"amount": "1500.50", "currency": "USD"}}
    assert "$1,500.50" in step["parts"]["own"]
    card.do("undo", change=step["undo"])
    assert Customer.objects.get().own_fields == {}
    assert card.write("tags", "", old=f"{late.pk},{vip.pk}").status_code == 200
    assert mali.tags.count() == 0


def test_own_fields_of_other_roles_are_neither_shown_nor_written_nor_told(mali: Customer) -> None:
    OwnField.objects.create(key="margin", name="Margin", kind="text", roles=["owner"])
    change_field(customer=mali, field="own:margin", old=None, new="secret 40", by=None)
    manager = Card(User.objects.create_user("noy", role="manager"), mali)
    seen = manager.text() + manager.text("timeline") + manager.text("parts")
    assert "secret 40" not in seen
    assert "Margin" not in seen
    assert manager.write("own:margin", "1", old="secret 40").status_code == 404
    assert Customer.objects.get().own_fields == {"margin": "secret 40"}
    assert "secret 40" in Card(User.objects.create_user("boss", role="owner"), mali).text()


def test_rows_are_added_changed_removed_and_brought_back(card: Card, mali: Customer) -> None:
    assert card.do("rows", about="contact", kind="email", value="mali@example.com").status_code == 200
    contact = Contact.objects.get()
    assert card.write(f"contact-{contact.pk}.value", "m@example.com", old="mali@example.com").status_code == 200
    removed = card.do("rows/remove", row=f"contact-{contact.pk}")
    assert Contact.objects.count() == 0
    assert card.do("undo", change=removed.json()["undo"]).status_code == 200
    assert Contact.objects.get().value == "m@example.com"
    gone = card.write(f"contact-{contact.pk}.value", "late@example.com", old="m@example.com")
    assert (gone.status_code, "removed" in gone.json()["error"]) == (422, True)


def test_a_contact_person_is_added_with_a_number_of_their_own(card: Card, mali: Customer) -> None:
    person = {"about": "person", "name": "Noy", "role": "Buyer"}
    added = card.do("rows", **person, number="020 5599 8877")
    assert added.status_code == 200
    phone = mali.phones.get(raw="020 5599 8877")
    assert (phone.contact_person and phone.contact_person.name, phone.person) == ("Noy", "Noy")
    persons = card.text().partition(">Contact persons<")[2]
    assert 'href="tel:+8562055998877"' in persons[: persons.index("Add a contact person")]
    assert card.do("rows", **{**person, "name": "Bad"}, number="9" * 65).status_code == 422
    assert not mali.persons.filter(name="Bad").exists()
    taken_back = card.do("undo", change=added.json()["undo"])
    assert taken_back.status_code == 200
    assert (mali.persons.count(), mali.phones.filter(raw="020 5599 8877").count()) == (0, 0)
    assert card.do("undo", change=taken_back.json()["undo"]).status_code == 200
    assert mali.phones.get(raw="020 5599 8877").person == mali.persons.get().name == "Noy"


def test_several_steps_are_taken_back_together_or_not_at_all(card: Card, mali: Customer) -> None:
    first = card.write("city", "Pakse", old="Vientiane").json()["undo"]
    second = card.write("country", "LA", old="").json()["undo"]
    for nonsense in (f"{second}-0", f"{second}-x", "-", f"{second}-{first}-99999999999999999999"):
        assert card.do("undo", change=nonsense).status_code == 404
    assert card.write("city", "Luang Prabang", old="Pakse").status_code == 200
    assert card.do("undo", change=f"{second}-{first}").status_code == 422
    mali.refresh_from_db()
    assert (mali.city, mali.country) == ("Luang Prabang", "LA")


def test_a_number_may_be_forbidden_and_corrected_but_not_emptied(card: Card, mali: Customer) -> None:
    phone = mali.phones.get()
    assert card.write(f"phone-{phone.pk}.do_not_call", "true").status_code == 200
    assert card.write(f"phone-{phone.pk}.raw", "020 5551 9999", old="020 5551 2345").status_code == 200
    assert card.write(f"phone-{phone.pk}.raw", "", old="020 5551 9999").status_code == 422
    phone.refresh_from_db()
    assert (phone.raw, phone.e164, phone.do_not_call) == ("020 5551 9999", "+8562055519999", True)
    assert "tel:" not in card.text("parts")


def test_a_row_of_another_customer_is_not_reached_through_ones_own(card: Card, mali: Customer) -> None:
    other = create_customer(name="Other", numbers=["020 5551 7777"])
    add_person(customer=other, name="Somsak")
    contact = add_contact(customer=other, kind="email", value="o@example.com")
    for key in (f"phone-{other.phones.get().pk}", f"person-{ContactPerson.objects.get().pk}", f"contact-{contact.pk}"):
        card.do("rows/remove", row=key)
        assert card.write(f"{key}.note", "x").status_code in (404, 422)
    assert (other.phones.count(), other.persons.count(), other.contacts.count()) == (1, 1, 1)
    step = Change.objects.filter(customer_id=other.pk).latest("pk")
    assert card.do("undo", change=step.pk).status_code == 404


def test_somebody_elses_customer_does_not_exist(mali: Customer) -> None:
    limited = Card(User.objects.create_user("noy", records="own"), mali)
    steps, notes = Change.objects.count(), CustomerNote.objects.count()
    for path in ("", "parts", "timeline", "field?field=city"):
        assert limited.get(limited.url + path).status_code == 404, path
    for path in ("field", "rows", "rows/remove", "undo", "note", "tasks", "presence"):
        data = {"field": "city", "new": "x", "about": "person", "name": "x", "note": "x", "entry": "x", "here": "1"}
        assert limited.post(limited.url + path, data).status_code == 404, path
    assert (Change.objects.count(), CustomerNote.objects.count(), Task.objects.count()) == (steps, notes, 0)
    assert Watch.objects.count() == 0


def test_who_gives_a_customer_away_is_told_that_it_is_gone(mali: Customer) -> None:
    noy = User.objects.create_user("noy", records="own")
    Customer.objects.update(responsible=noy)
    other = User.objects.create_user("other")
    answer = Card(noy, mali).write("responsible", str(other.pk), old=str(noy.pk))
    assert answer.status_code == 422  # who sees only their own cannot give one away
    assert Customer.objects.get().responsible == noy


# -- the timeline -----------------------------------------------------------------------------------------------------


def filled(mali: Customer, user: User) -> None:
    now = timezone.now()
    state = OrderState.objects.create(name="New")
    for index in range(25):
        at = now - timedelta(hours=index)
        Call.objects.create(
            pbx="p", key=f"c{index}", direction="inbound", outcome="answered", customer=mali, started_at=at
        )
        order = Order.objects.create(
            customer=mali, number=f"B-{index}", state=state, currency="USD", total=5, ordered_at=at
        )
        Payment.objects.create(customer=mali, order=order, amount=5, currency="USD", paid_at=at)
        CustomerNote.objects.create(customer=mali, text=f"note {index}", author=user, written_at=at)
    for index in range(3):
        placed(mali, f"out{index}", extension="101", user=user)
        add_task(title=f"task {index}", assignee=user, customer=mali, by=user)


def entries_of(card: Card, kind: str = "") -> list[str]:
    found: list[str] = []
    after = ""
    while True:
        text = card.text("timeline", kind=kind, after=after)
        found += re.findall(r'data-entry="([^"]+)"', text)
        next_page = re.search(r'data-after="([^"]+)"', text)
        if next_page is None:
            return found
        after = next_page[1]


def test_everything_stands_on_one_timeline_once_whatever_has_the_same_time(card: Card, mali: Customer) -> None:
    filled(mali, card.user)
    found = entries_of(card)
    kinds = [entry.split("-")[0] for entry in found]
    assert len(found) == len(set(found))
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "call": 28,
        "order": 25,
        "payment": 25,
        "note": 25,
        "task": 3,
        "change": 2,  # the customer and the number; what was written down stands there itself
    }


def test_the_timeline_can_be_narrowed_to_one_kind(card: Card, mali: Customer) -> None:
    filled(mali, card.user)
    found = entries_of(card, kind="note")
    assert len(found) == 25
    assert {entry.split("-")[0] for entry in found} == {"note"}
    assert len(entries_of(card, kind="nonsense")) == 108


def placed(mali: Customer, key: str, **caller: Any) -> Call:
    now = timezone.now()
    call = Call.objects.create(
        pbx="p", key=key, direction="outbound", outcome="busy", customer=mali, started_at=now, ended_at=now
    )
    Segment.objects.create(call=call, key="1", role="caller", began_at=now, **caller)
    Segment.objects.create(call=call, key="2", role="called", number="02055512345", began_at=now)
    return call


def test_of_an_outgoing_call_the_timeline_says_who_placed_it(card: Card, mali: Customer) -> None:
    noy = User.objects.create_user("noy", first_name="Noy", last_name="<Keo>")
    placed(mali, "by-noy", extension="102", user=noy)
    placed(mali, "by-nobody", extension="199")
    now = timezone.now()
    Call.objects.create(
        pbx="p", key="in", direction="inbound", outcome="answered", customer=mali, started_at=now, answered_by=noy
    )
    lines = card.text("timeline", kind="call").split("<li ")[1:]
    told = [re.findall(r"</time>(.*?)</span></li>", line) for line in lines]
    assert told == [["<bdi>Noy &lt;Keo&gt;</bdi>"], [""], ["<bdi>placed by Noy &lt;Keo&gt;</bdi>"]]


def test_the_card_takes_the_same_number_of_queries_whatever_happened(
    card: Card, mali: Customer, django_assert_max_num_queries: Any
) -> None:
    filled(mali, card.user)
    card.text()  # what hardly ever changes is remembered from here on
    with django_assert_max_num_queries(24):
        card.text()


class TestPlaces(TestCase):
    @given(st.text(max_size=200))
    def test_whatever_an_address_says_it_is_read_or_passed_over(self, text: str) -> None:
        places = read_places(text)
        assert read_places(write_places(places)) == places


# -- notes and tasks --------------------------------------------------------------------------------------------------


def test_a_note_is_written_changed_by_its_author_and_removed(card: Card, mali: Customer) -> None:
    assert card.do("note", note="  Call\nbefore ten ").status_code == 200
    note = CustomerNote.objects.get()
    assert (note.text, note.author) == ("Call\nbefore ten", card.user)
    other = Card(User.objects.create_user("noy"), mali)
    assert other.do("note", **{"note": "mine now", "note-id": note.pk}).status_code == 404
    assert card.do("note", **{"note": "Call at nine", "note-id": note.pk}).status_code == 200
    removed = card.do("note", **{"note": "", "note-id": note.pk})
    note.refresh_from_db()
    assert note.text == "Call at nine"
    assert note.removed_at is not None
    assert card.do("undo", change=removed.json()["undo"]).status_code == 200
    note.refresh_from_db()
    assert note.removed_at is None


@pytest.mark.parametrize("note", ["", "  \n", "x" * 5001])
def test_a_note_that_is_none_is_refused(card: Card, note: str) -> None:
    assert card.do("note", note=note).status_code == 422
    assert CustomerNote.objects.count() == 0


def test_a_task_is_noted_in_one_line_done_and_taken_up_again(card: Card, mali: Customer) -> None:
    assert card.do("tasks", entry="send the offer tomorrow !").status_code == 200
    task = Task.objects.get()
    assert (task.title, task.customer, task.assignee, task.priority) == ("send the offer", mali, card.user, 3)
    assert task.due_on == timezone.localdate() + timedelta(days=1)
    done = card.do(f"tasks/{task.pk}/done")
    task.refresh_from_db()
    assert task.done_at is not None
    assert card.do("undo", change=done.json()["undo"]).status_code == 200
    task.refresh_from_db()
    assert task.done_at is None


# -- who else is here -------------------------------------------------------------------------------------------------


def test_two_people_on_one_card_see_each_other_until_one_leaves(card: Card, mali: Customer) -> None:
    noy = Card(User.objects.create_user("noy", first_name="Noy"), mali)
    assert card.do("presence", here="1").json()["words"] == ""
    assert noy.do("presence", here="1").json()["words"] == "Anna has this card open too."
    assert card.do("presence", here="1").json()["words"] == "Noy has this card open too."
    told = LiveEvent.objects.filter(kind="card-watchers").values_list("user_id", flat=True)
    assert list(told) == [card.user.pk]
    noy.do("presence")
    assert card.do("presence", here="1").json()["words"] == ""


def test_who_was_not_heard_of_for_long_is_not_there(card: Card, mali: Customer) -> None:
    noy = Card(User.objects.create_user("noy"), mali)
    noy.do("presence", here="1")
    Watch.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
    assert card.do("presence", here="1").json()["words"] == ""


@pytest.mark.django_db(transaction=True)
def test_a_change_is_told_to_those_who_have_the_card_open_and_to_nobody_else() -> None:
    anna, noy = (User.objects.create_user(name, first_name=name.capitalize()) for name in ("anna", "noy"))
    mali, other = create_customer(name="Mali"), create_customer(name="Other")
    Card(anna, mali).do("presence", here="1")
    Card(noy, other).do("presence", here="1")
    change_field(customer=mali, field="city", old=None, new="Pakse", by=noy)
    told = LiveEvent.objects.filter(kind="customer-changed")
    assert [(event.user_id, event.payload) for event in told] == [(anna.pk, {"customer": mali.pk, "by": "Noy"})]


def test_the_card_leads_to_history_and_merging_and_its_calls_are_closed_in_place(mali: Customer, anna: User) -> None:
    call = Call.objects.create(
        pbx="p", key="1", direction="inbound", outcome="answered", customer=mali, started_at=timezone.now()
    )
    change_field(customer=mali, field="city", old=None, new="Pakse", by=anna)
    text = Card(anna, mali).text()
    assert f'href="/customers/{mali.pk}/history"' in text
    assert f'href="/customers/merge?id={mali.pk}"' in text
    assert f'data-url="/calls/{call.pk}/closing"' in text
    change = Change.objects.filter(about="customer", action="changed").latest("pk")
    entry = text[text.index(f'data-entry="change-{change.pk}"') :]
    assert f'href="/customers/{mali.pk}/history"' in entry[: entry.index("</li>")]
