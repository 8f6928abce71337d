"""The pop-up as each user may see it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callcard.calls.models import AddedNumber, Call, Notice, Segment
from callcard.calls.services import write_note
from callcard.customers.models import Customer, OwnField
from callcard.customers.services import archive_customer, create_customer
from callcard.desk.models import PopupPart
from callcard.desk.popup import Popup, popups
from callcard.desk.popup_parts import PARTS, all_parts, arrange_parts, shown_parts
from callcard.desk.popup_parts_html import part_html
from callcard.desk.rendering import note_delivered
from callcard.live.hub import Message
from callcard.staff.company_services import add_line, remove_line
from callcard.staff.models import Change, Company, Extension, User
from tests.rooms.staff.windows import give

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna", first_name="Anna")


def ring(user: User, **fields: object) -> Call:
    plain: dict[str, object] = {"pbx": "p", "key": f"k{Call.objects.count()}", "direction": "inbound"}
    call = Call.objects.create(started_at=timezone.now(), **(plain | fields))
    Notice.objects.create(call=call, user=user, rang_at=call.started_at)
    return call


def seen_by(user: User, call: Call) -> Popup:
    return popups([(call.pk, user.pk)])[(call.pk, user.pk)]


def test_a_manager_who_may_not_see_the_customer_learns_only_whose_it_is(anna: User) -> None:
    bounmy = User.objects.create_user("bounmy", first_name="Bounmy")
    give(User.objects.filter(pk=anna.pk), records=User.Records.OWN)
    customer = create_customer(name="Secret Customer", responsible=bounmy, note="owes a favour")
    call = ring(anna, customer=customer, match="exact", number="+8562055512345", e164="+8562055512345")
    popup = seen_by(anna, call)
    assert popup.title == "Known customer of Bounmy"
    for secret in ("Secret Customer", "owes a favour"):
        assert secret not in popup.html + popup.line + popup.announce
    assert "Bounmy" in popup.html


def test_who_sees_no_customers_learns_only_whose_it_is_and_who_sees_no_orders_nothing_of_them(anna: User) -> None:
    customer = create_customer(name="Secret Customer", responsible=User.objects.create_user("bounmy"))
    call = ring(anna, customer=customer, match="exact", number="+8562055512345")
    parts = (">Owes<", ">Orders<", ">Last spoke<")
    assert [part in seen_by(anna, call).html for part in parts] == [True, True, True]
    give([anna], User.Role.LISTENER)
    assert [part in seen_by(anna, call).html for part in parts] == [False, False, True]
    give([anna], User.Role.ACCOUNTANT)
    assert [part in seen_by(anna, call).html for part in parts] == [True, True, False]
    give([anna], User.Role.EXPORTER)
    assert seen_by(anna, call).title == "Known customer of bounmy"


def test_candidates_whom_one_may_not_see_are_not_offered(anna: User) -> None:
    give(User.objects.filter(pk=anna.pk), records=User.Records.OWN)
    mine = create_customer(name="Mine Own", responsible=anna)
    theirs = create_customer(name="Somebody Elses", responsible=User.objects.create_user("bounmy"))
    call = ring(anna, match="several", candidates=[mine.pk, theirs.pk], number="+8562055512345")
    html = seen_by(anna, call).html
    assert "Mine Own" in html
    assert "Somebody Elses" not in html


def test_when_every_candidate_is_somebody_elses_the_card_says_so(anna: User) -> None:
    give(User.objects.filter(pk=anna.pk), records=User.Records.OWN)
    theirs = create_customer(name="Somebody Elses", responsible=User.objects.create_user("bounmy"))
    call = ring(anna, match="several", candidates=[theirs.pk], number="+8562055512345")
    html = seen_by(anna, call).html
    assert "Your colleagues look after these customers." in html
    assert "Somebody Elses" not in html


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("021 212 801", "021 212 801"),
        ("+85621212801", "+856 21 212 801"),
        ("0085621212801", "0085621212801"),
        ("021212801", "021212801"),
    ],
)
def test_the_line_is_called_by_its_name_however_the_pbx_writes_it(anna: User, written: str, shown: str) -> None:
    Company.objects.create(name="Mekong", region="LA")
    line = add_line(number="021 212 801", name="Service")
    html = seen_by(anna, ring(anna, match="none", number="1", line=written)).html
    assert "Service" in html
    assert f">{shown}<" in html
    remove_line(line=line)
    assert "Service" not in seen_by(anna, ring(anna, match="none", number="1", line=written)).html


def test_it_is_kept_when_a_browser_was_told_first(anna: User) -> None:
    call = ring(anna, number="1")
    first = timezone.now()
    message = Message(1, "popup", {"call": call.pk})
    note_delivered([(anna.pk, message, first), (anna.pk, message, first + timedelta(seconds=1))])
    note_delivered([(anna.pk, message, first + timedelta(seconds=2))])
    assert Notice.objects.get(call=call).told_at == first


def test_without_a_notice_there_is_no_pop_up(anna: User) -> None:
    call = ring(anna, number="1")
    stranger = User.objects.create_user("chan")
    assert popups([(call.pk, stranger.pk)]) == {}


@pytest.mark.parametrize(
    "nasty", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 70000|add:7 }}", "&lt;b&gt;"]
)
def test_nothing_from_outside_is_shown_unescaped(anna: User, nasty: str) -> None:
    customer = create_customer(name=nasty, note=nasty, city=nasty)
    shown = seen_by(anna, ring(anna, customer=customer, match="exact", number=nasty, shown_name=nasty, line=nasty))
    unknown = seen_by(anna, ring(anna, match="none", number=nasty, shown_name=nasty, line=nasty))
    for html in (shown.html, shown.line, unknown.html, unknown.line):
        assert "<script>" not in html
        assert "<img src=x" not in html
        assert "70007" not in html


def test_withheld_possible_and_unknown_say_so(anna: User) -> None:
    maybe = create_customer(name="May Be")
    assert seen_by(anna, ring(anna, match="withheld", withheld=True)).title == "Number withheld"
    assert seen_by(anna, ring(anna, match="possible", candidates=[maybe.pk], number="5551")).title == "Possibly May Be"
    assert seen_by(anna, ring(anna, match="none", number="+49301234")).title == "+49 30 1234"


def test_numbers_are_written_in_one_way_on_a_card(anna: User) -> None:
    Company.objects.create(name="Mekong", region="AE")
    customer = create_customer(name="Omar", numbers=["+971509668695", "055 485 3284", "04-123"])
    call = ring(anna, customer=customer, match="exact", e164="+971554853284", number="0554853284", line="+97144000100")
    popup = seen_by(anna, call)
    numbers = re.findall(r'dir="ltr">([^<]*)<', popup.html)
    assert numbers == ["+971 55 485 3284", "+971 50 966 8695", "+971 55 485 3284", "04-123", "+971 4 400 0100"]
    assert "+971 55 485 3284" in popup.line


def test_a_caller_from_outside_with_a_number_of_ours_is_no_colleague(anna: User) -> None:
    bounmy = User.objects.create_user("bounmy", first_name="Bounmy")
    Extension.objects.create(number="302", user=bounmy)
    popup = seen_by(anna, ring(anna, match="own", number="302", shown_name="Bounmy of the bank"))
    assert popup.title == "From outside, with a number of ours"
    assert "The network says: Bounmy of the bank" in popup.html
    assert "headset" not in popup.html + popup.line
    colleague = seen_by(anna, ring(anna, direction="internal", match="own", number="302", shown_name="Bounmy P"))
    assert colleague.title == "Bounmy"
    assert "icon-headset" in colleague.html
    assert "The network says" not in colleague.html


def test_the_administrator_chooses_parts_and_their_order() -> None:
    OwnField.objects.create(key="contract", name="Contract number")
    arrange_parts(order=["note", "own:contract", "not a part", "debts"], shown={"note", "own:contract", "bogus"})
    assert shown_parts() == ("note", "own:contract")
    keys = [part.key for part, _name in all_parts()]
    assert keys[:3] == ["note", "own:contract", "debts"]
    assert set(keys) == {*PARTS, "own:contract"}
    assert not PopupPart.objects.filter(key="not a part").exists()


def test_an_own_field_that_is_switched_on_is_shown(anna: User) -> None:
    OwnField.objects.create(key="contract", name="Contract number")
    arrange_parts(order=["own:contract"], shown={"own:contract"})
    customer = Customer.objects.create(name="Mali", own_fields={"contract": "A-17/26"})
    html = seen_by(anna, ring(anna, customer=customer, match="exact", number="1")).html
    assert "Contract number" in html
    assert "A-17/26" in html


def test_an_own_field_is_shown_in_words_and_to_its_roles_only(anna: User) -> None:
    OwnField.objects.create(key="paid-until", name="Paid until", kind="date")
    OwnField.objects.create(key="secret", name="Credit limit", roles=["owner"])
    arrange_parts(order=["own:secret", "own:paid-until"], shown={"own:secret", "own:paid-until"})
    assert set(OwnField.objects.filter(on_popup=True).values_list("key", flat=True)) == {"paid-until", "secret"}
    values = {"paid-until": "2026-12-31", "secret": "1000"}
    customer = Customer.objects.create(name="Mali", own_fields=values)
    html = seen_by(anna, ring(anna, customer=customer, match="exact", number="1")).html
    assert "Dec 31, 2026" in html
    assert "Credit limit" not in html
    assert "1000" not in html


@pytest.mark.parametrize("name", ["", "Service"])
def test_the_line_reads_from_left_to_right_in_every_script(name: str) -> None:
    html = part_html("line", {"call": {"line_shown": "021 212 801", "line_name": name}})
    assert re.search(r'<(bdi|small) dir="ltr">021 212 801</', html)


# -- handed on --------------------------------------------------------------------------------------------------------


def talks(call: Call, user: User, *, role: str, since: timedelta, until: timedelta | None = None) -> None:
    now = call.started_at
    Segment.objects.create(
        call=call,
        key=f"{call.key}.{user.pk}",
        role=role,
        extension=f"3{user.pk}",
        user=user,
        answered_at=now + since,
        ended_at=now + until if until else None,
    )


def rings_for(call: Call, user: User, *, since: timedelta) -> None:
    call.segments.create(
        key=f"{call.key}.r{user.pk}", role="called", extension="9", user=user, rang_at=call.started_at + since
    )


@pytest.mark.parametrize(("direction", "role"), [("outbound", "caller"), ("inbound", "called")])
def test_a_call_that_is_handed_on_says_who_does_so(anna: User, direction: str, role: str) -> None:
    bounmy, chan = (User.objects.create_user(name, first_name=name.title()) for name in ("bounmy", "chan"))
    second = timedelta(seconds=1)
    call = ring(chan, direction=direction, number="+8562055512345", answered_at=timezone.now())
    talks(call, anna, role=role, since=second, until=20 * second)
    talks(call, bounmy, role="called", since=30 * second, until=40 * second)
    rings_for(call, chan, since=40 * second)
    popup = seen_by(chan, call)
    assert "<b>Bounmy hands on a call</b>" in popup.html
    assert "Bounmy hands on a call</span>" in popup.line
    assert popup.announce == "Bounmy hands on a call with +856 20 55 512 345"


def test_a_phone_that_is_rung_back_is_handed_nothing(anna: User) -> None:
    bounmy = User.objects.create_user("bounmy", first_name="Bounmy")
    second = timedelta(seconds=1)
    call = ring(anna, number="+8562055512345", answered_at=timezone.now())
    talks(call, bounmy, role="called", since=second, until=10 * second)
    talks(call, anna, role="called", since=10 * second, until=20 * second)
    rings_for(call, anna, since=23 * second)
    assert "<b>Ringing</b>" in seen_by(anna, call).html


def test_a_phone_that_nobody_hands_a_call_to_only_rings(anna: User) -> None:
    bounmy = User.objects.create_user("bounmy", first_name="Bounmy")
    second = timedelta(seconds=1)
    call = ring(anna, direction="outbound", number="+8562055512345", answered_at=timezone.now())
    rings_for(call, anna, since=second)
    talks(call, bounmy, role="called", since=2 * second)  # it was taken elsewhere while it rang here
    assert "<b>Ringing</b>" in seen_by(anna, call).html
    assert seen_by(anna, call).announce == "Incoming call: +856 20 55 512 345"


# -- notes, second thoughts, archived customers, colleagues -----------------------------------------------------------


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def also_rings(call: Call, user: User, state: str = "talking") -> None:
    Notice.objects.update_or_create(call=call, user=user, defaults={"rang_at": call.started_at, "state": state})


def test_each_person_has_a_note_of_their_own_and_reads_the_others(anna: User) -> None:
    bounmy = User.objects.create_user("bounmy", first_name="Bounmy")
    call = ring(anna, match="none", number="1")
    for user in (anna, bounmy):
        also_rings(call, user)
    desk_of(anna).post(f"/desk/popups/{call.pk}/note", {"note": "Wants <blue>"})
    call.refresh_from_db()
    assert call.note == "Wants <blue>"
    assert ">Wants &lt;blue&gt;</textarea>" in seen_by(anna, call).html
    theirs = seen_by(bounmy, call).html
    assert "></textarea>" in theirs
    assert '<p class="popup-notes" dir="auto">Anna: Wants &lt;blue&gt;</p>' in theirs
    desk_of(bounmy).post(f"/desk/popups/{call.pk}/note", {"note": "Call back"})
    call.refresh_from_db()
    assert call.note == "Anna: Wants <blue>\nBounmy: Call back"
    assert ">Call back</textarea>" in seen_by(bounmy, call).html
    assert ">Anna: Wants &lt;blue&gt;</p>" in seen_by(bounmy, call).html
    desk_of(anna).post(f"/desk/popups/{call.pk}/note", {"note": " "})
    call.refresh_from_db()
    assert call.note == "Call back"
    assert [(note.author, note.text) for note in call.notes.all()] == [(bounmy, "Call back")]


def test_a_note_from_before_notes_had_authors_is_kept(anna: User) -> None:
    bounmy = User.objects.create_user("bounmy", first_name="Bounmy")
    call = ring(anna, match="none", number="1", note="Old words", answered_by=bounmy)
    write_note(call=call, note="New words", author=anna)
    call.refresh_from_db()
    assert call.note == "Bounmy: Old words\nAnna: New words"


def test_a_wrong_choice_among_several_is_taken_back(anna: User) -> None:
    one, other = (create_customer(name=name, numbers=["+8562055512345"]) for name in ("Mali One", "Mali Two"))
    call = ring(anna, match="several", candidates=[one.pk, other.pk], number="1", e164="+8562055512345")
    desk = desk_of(anna)
    chosen = desk.post(f"/desk/popups/{call.pk}/choose", {"customer": one.pk}).content.decode()
    assert 'data-do="unchoose"' in chosen
    again = desk.post(f"/desk/popups/{call.pk}/unchoose").content.decode()
    assert "Mali One" in again
    assert "Mali Two" in again
    assert 'data-do="unchoose"' not in again
    call.refresh_from_db()
    assert (call.customer, call.match, call.candidates) == (None, "several", [one.pk, other.pk])
    desk.post(f"/desk/popups/{call.pk}/unchoose")
    assert Call.objects.get().match == "several"


def test_taking_back_a_possible_one_offers_it_as_possible_again_and_a_known_one_stays(anna: User) -> None:
    maybe = create_customer(name="Maybe")
    call = ring(anna, match="chosen", customer=maybe, candidates=[maybe.pk], number="1", e164="+8562055512345")
    known = ring(anna, match="exact", customer=maybe, number="1")
    for each in (call, known):
        assert desk_of(anna).post(f"/desk/popups/{each.pk}/unchoose").status_code == 200
        each.refresh_from_db()
    assert (call.customer, call.match) == (None, "possible")
    assert (known.customer, known.match) == (maybe, "exact")
    assert 'data-do="unchoose"' not in seen_by(anna, known).html


def test_nobody_takes_back_the_choice_in_a_call_that_was_not_shown_to_them(anna: User) -> None:
    maybe = create_customer(name="Maybe")
    call = ring(anna, match="chosen", customer=maybe, candidates=[maybe.pk], number="1")
    stranger = desk_of(User.objects.create_user("stranger"))
    for what in ("unchoose", "bring-back", "note"):
        assert stranger.post(f"/desk/popups/{call.pk}/{what}", {"customer": maybe.pk, "note": "x"}).status_code == 404
    call.refresh_from_db()
    assert (call.customer, call.match, call.note) == (maybe, "chosen", "")


def numbers_of(customer: Customer) -> list[str]:
    return sorted(customer.phones.values_list("e164", flat=True))


def test_a_number_given_to_the_wrong_customer_is_taken_back_from_the_card(anna: User) -> None:
    Company.objects.create(name="Mekong", region="LA")
    wrong = create_customer(name="Wrong One", numbers=["+8562055511111"])
    call = ring(anna, match="none", number="+8562055512345", e164="+8562055512345")
    desk = desk_of(anna)
    given = desk.post(f"/desk/popups/{call.pk}/add-number", {"customer": wrong.pk}).content.decode()
    assert "Not this customer: take the number back" in given
    assert numbers_of(wrong) == ["+8562055511111", "+8562055512345"]
    assert Change.objects.filter(about="phone", customer_id=wrong.pk, by=anna, action="created").count() == 1
    again = desk.post(f"/desk/popups/{call.pk}/unchoose").content.decode()
    assert "Unknown number" in again
    assert "data-find" in again
    assert numbers_of(wrong) == ["+8562055511111"]
    assert Change.objects.filter(about="phone", customer_id=wrong.pk, by=anna, action="removed").count() == 1
    call.refresh_from_db()
    assert (call.customer, call.match) == (None, "none")
    assert not AddedNumber.objects.exists()
    right = create_customer(name="Right One")
    desk.post(f"/desk/popups/{call.pk}/add-number", {"customer": right.pk})
    assert numbers_of(right) == ["+8562055512345"]


def test_a_number_that_was_theirs_before_stays_theirs_when_the_choice_is_taken_back(anna: User) -> None:
    Company.objects.create(name="Mekong", region="LA")
    theirs = create_customer(name="Mali", numbers=["+8562055512345"])
    call = ring(anna, match="possible", candidates=[theirs.pk], number="55512345", e164="+8562055512345")
    desk_of(anna).post(f"/desk/popups/{call.pk}/add-number", {"customer": theirs.pk})
    assert not AddedNumber.objects.exists()
    desk_of(anna).post(f"/desk/popups/{call.pk}/unchoose")
    assert numbers_of(theirs) == ["+8562055512345"]
    call.refresh_from_db()
    assert (call.customer, call.match, call.candidates) == (None, "several", [theirs.pk])


def test_a_number_given_to_a_second_customer_leaves_the_first_one(anna: User) -> None:
    one, other = create_customer(name="One"), create_customer(name="Other")
    call = ring(anna, match="none", number="+8562055512345", e164="+8562055512345")
    for customer in (one, other):  # as from the card of a tab that has not heard of the first choice
        desk_of(anna).post(f"/desk/popups/{call.pk}/add-number", {"customer": customer.pk})
    assert (numbers_of(one), numbers_of(other)) == ([], ["+8562055512345"])


def test_who_a_withheld_caller_was_can_be_taken_back_too(anna: User) -> None:
    customer = create_customer(name="Mali")
    call = ring(anna, match="withheld", withheld=True)
    html = desk_of(anna).post(f"/desk/popups/{call.pk}/add-number", {"customer": customer.pk}).content.decode()
    assert ">Not this customer</button>" in html
    desk_of(anna).post(f"/desk/popups/{call.pk}/unchoose")
    call.refresh_from_db()
    assert (call.customer, call.match) == (None, "withheld")


def test_a_customer_made_during_the_call_is_nothing_to_take_back(anna: User) -> None:
    made = create_customer(name="New One", numbers=["+8562055512345"])
    call = ring(anna, match="chosen", customer=made, number="+8562055512345", e164="+8562055512345")
    assert "unchoose" not in seen_by(anna, call).html
    desk_of(anna).post(f"/desk/popups/{call.pk}/unchoose")
    call.refresh_from_db()
    assert (call.customer, call.match) == (made, "chosen")
    assert numbers_of(made) == ["+8562055512345"]


def test_a_number_is_not_taken_back_by_who_may_not_see_whose_it_is(anna: User) -> None:
    theirs = create_customer(name="Secret", responsible=User.objects.create_user("bounmy"))
    call = ring(anna, match="none", number="+8562055512345", e164="+8562055512345")
    desk_of(anna).post(f"/desk/popups/{call.pk}/add-number", {"customer": theirs.pk})
    give(User.objects.filter(pk=anna.pk), records=User.Records.OWN)
    assert desk_of(anna).post(f"/desk/popups/{call.pk}/unchoose").status_code == 404
    call.refresh_from_db()
    assert (call.customer, numbers_of(theirs)) == (theirs, ["+8562055512345"])


def test_an_archived_caller_is_named_and_can_be_brought_back(anna: User) -> None:
    customer = create_customer(name="Mali <Souk>", numbers=["+8562055512345"])
    archive_customer(customer=customer)
    call = ring(anna, match="none", number="1", e164="+8562055512345")
    html = seen_by(anna, call).html
    assert "Mali &lt;Souk&gt; had this number and is archived." in html
    assert f'data-do="bring-back" data-customer="{customer.pk}"' in html
    back = desk_of(anna).post(f"/desk/popups/{call.pk}/bring-back", {"customer": customer.pk}).content.decode()
    assert f'href="/customers/{customer.pk}/"' in back
    call.refresh_from_db()
    customer.refresh_from_db()
    assert (call.customer, customer.archived_at) == (customer, None)


def test_an_archived_caller_whom_one_may_not_see_is_just_unknown(anna: User) -> None:
    give(User.objects.filter(pk=anna.pk), records=User.Records.OWN)
    theirs = create_customer(name="Secret", numbers=["+8562055512345"], responsible=User.objects.create_user("bounmy"))
    archive_customer(customer=theirs)
    call = ring(anna, match="none", number="1", e164="+8562055512345")
    popup = seen_by(anna, call)
    assert "Secret" not in popup.html + popup.line + popup.title
    assert "Unknown number" in popup.html
    assert desk_of(anna).post(f"/desk/popups/{call.pk}/bring-back", {"customer": theirs.pk}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.archived_at is not None


def test_an_internal_call_names_the_colleague(anna: User) -> None:
    Extension.objects.create(number="302", user=User.objects.create_user("bounmy", first_name="Bounmy"))
    call = ring(anna, direction="internal", match="own", number="302", shown_name="Agent 302")
    popup = seen_by(anna, call)
    assert popup.title == "Bounmy"
    assert ">Bounmy</h2>" in popup.html
    assert ">302</bdi>" in popup.html
    nobody = ring(anna, direction="internal", match="own", number="399")
    assert ">399</h2>" in seen_by(anna, nobody).html


def test_a_caller_from_outside_is_nobodys_colleague_whatever_number_they_send(anna: User) -> None:
    Extension.objects.create(number="302", user=User.objects.create_user("bounmy", first_name="Bounmy"))
    popup = seen_by(anna, ring(anna, direction="inbound", match="own", number="302"))
    assert popup.title == "From outside, with a number of ours"
    assert "Bounmy" not in popup.html


@pytest.mark.parametrize(
    ("code", "name"), [("lo", "Lao"), ("th", "Thai"), ("zh-Hans", "Chinese"), ("Klingon!", "Klingon!")]
)
def test_languages_are_called_by_their_names(anna: User, code: str, name: str) -> None:
    arrange_parts(order=["language"], shown={"language"})
    call = ring(anna, match="exact", customer=create_customer(name="Mali", language=code), number="1")
    assert name in seen_by(anna, call).html


def test_a_browser_says_for_several_calls_when_they_were_painted_and_never_for_somebody_else(anna: User) -> None:
    bounmy = User.objects.create_user("bounmy")
    calls = [ring(anna), ring(anna), ring(bounmy)]
    before = timezone.now()
    told = " ".join(f"{call.pk}:{age}" for call, age in zip(calls, (0, 10**15, 5), strict=True))
    assert desk_of(anna).post("/desk/popups/shown", {"calls": told}).status_code == 204
    at = [Notice.objects.get(call=call).shown_at for call in calls]
    assert at[0] is not None
    assert before <= at[0] <= timezone.now()
    assert at[1] == at[0] - timedelta(minutes=1)
    assert at[2] is None


@pytest.mark.parametrize("calls", ["", "1", ":", "a:b", "-1:5", "1:2:3", "9" * 30 + ":1", "٣:1", "1:1 " * 1000, "\x00"])
def test_nonsense_about_what_was_painted_is_left_alone(anna: User, calls: str) -> None:
    bounmy = ring(User.objects.create_user("bounmy"))
    assert desk_of(anna).post("/desk/popups/shown", {"calls": calls}).status_code == 204
    assert Notice.objects.get(call=bounmy).shown_at is None
