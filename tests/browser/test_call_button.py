"""Calling by a click."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from playwright.sync_api import APIResponse, BrowserContext, Route, expect

from callcard.calls.models import Call
from callcard.connectors.simulator import stories
from callcard.customers.models import Customer
from callcard.customers.services import add_number_to_customer
from callcard.live.services import Tell, tell
from callcard.staff.models import Extension, User
from callcard.staff.roles.models import Role
from callcard.staff.roles.ready import READY
from callcard.switchboard import running
from callcard.switchboard.models import DialRequest
from callcard.tasks.models import Task
from callcard.telephony.call import Party
from callcard.telephony.commands import Command, CommandRefused
from tests.browser.conftest import OpenPage
from tests.stories.product import Product, wait_for

pytestmark = pytest.mark.browser

SignIn = Callable[..., BrowserContext]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody picks up and nobody hangs up by chance: each step is the test's."""

    async def wait_for_the_test(*_: object) -> None:
        return None

    monkeypatch.setattr(stories, "by_button", wait_for_the_test)


def key_of_the_call() -> str:
    wait_for(lambda: Call.objects.filter(ended_at=None).exists())
    return Call.objects.get(ended_at=None).key


def test_a_double_click_places_one_call_and_every_tab_says_how_it_stands(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, patient: None
) -> None:
    context = signed_in("anna")
    other = open_page(context)
    page = open_page(context, f"/customers/{mali.pk}/")
    page.get_by_role("link", name="020 5551 2345").dblclick()
    for tab in (page, other):
        expect(tab.locator(".placed p")).to_have_text("Your phone rings: pick it up to call Mali Souk")
    key = key_of_the_call()
    product.run(pick_up_and_reach(product, key))
    for tab in (page, other):
        expect(tab.locator(".placed p")).to_have_text("Calling Mali Souk")
    product.run(product.simulator.answer(key))
    other.reload()
    for tab in (page, other):
        expect(tab.locator(".placed p")).to_have_text("Talking with Mali Souk")
    expect(page.locator(".placed").get_by_role("button", name="Hold")).to_be_visible()
    other.locator(".placed summary").get_by_text("Note and result").click()
    note = other.locator(".placed").get_by_label("Note on this call")
    expect(note).to_be_focused()
    note.press_sequentially("wants two")
    page.locator(".placed").get_by_role("button", name="Hang up").click()
    for tab in (page, other):
        expect(tab.locator(".placed p")).to_have_text("The call with Mali Souk is over.")
    expect(note).to_be_focused()  # what is being written is not disturbed by the end of the call
    note.press_sequentially(" and a lid")
    other.get_by_label("Next contact", exact=True).fill("2040-05-01")
    other.locator(".placed").get_by_role("button", name="Note down").click()
    expect(other.locator("#toast")).to_contain_text("Saved")
    expect(note).to_have_count(0)
    call = Call.objects.get()
    assert (call.note, call.customer, Task.objects.get().about_id) == ("wants two and a lid", mali, call.pk)
    other.locator(".placed summary").click()
    expect(note).to_have_value("wants two and a lid")
    assert DialRequest.objects.get().number == "+8562055512345"
    expect(page.locator("article.popup")).to_have_count(0)


async def pick_up_and_reach(product: Product, key: str) -> None:
    board = product.simulator._board
    assert board is not None
    board.pick_up(key)
    board.reach(key, Party(number="+8562055512345"))


def test_a_call_is_cancelled_while_the_own_phone_rings(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, patient: None
) -> None:
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.get_by_role("link", name="020 5551 2345").click()
    page.get_by_role("button", name="Cancel the call").click()
    strip = page.locator(".placed")
    expect(strip.locator("p")).to_have_text("Cancelled: Mali Souk")
    expect(strip.locator("bdi")).to_have_text("+856 20 55 512 345")
    expect(strip.get_by_role("button")).to_have_count(0)
    expect(strip).to_have_attribute("data-state", "over")
    expect(strip).to_have_count(0)  # by itself, though the pointer is on it
    wait_for(lambda: Call.objects.filter(outcome="cancelled").exclude(ended_at=None).count() == 1)


def test_clicks_on_two_numbers_ring_the_own_phone_once_and_the_second_may_take_its_place(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, patient: None
) -> None:
    add_number_to_customer(customer=mali, raw="020 5556 7890")
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    first, second = page.get_by_role("link", name="020 5551 2345"), page.get_by_role("link", name="020 5556 7890")
    first.click()
    expect(page.locator(".placed p")).to_contain_text("Your phone rings")
    second.click()
    question = "A call to +856 20 55 512 345 is being placed. Cancel it and call +856 20 55 567 890 instead?"
    expect(page.locator("#toast span")).to_have_text(question)
    page.locator("#toast").get_by_role("button", name="Leave it").click()
    assert list(DialRequest.objects.values_list("number", "problem")) == [("+8562055512345", "")]
    second.click()
    page.locator("#toast").get_by_role("button", name="Cancel it and call").click()
    wait_for(lambda: Call.objects.filter(ended_at=None, dialled="+8562055567890").exists())
    assert list(DialRequest.objects.order_by("pk").values_list("number", "problem")) == [
        ("+8562055512345", "cancelled"),
        ("+8562055567890", ""),
    ]
    wait_for(lambda: Call.objects.filter(outcome="cancelled").exclude(ended_at=None).count() == 1)
    assert Call.objects.count() == 2


def test_a_busy_phone_is_said_once(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pbx: str, command: Command) -> None:
        raise CommandRefused("busy")

    monkeypatch.setattr(running, "execute", refuse)
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    with page.expect_response("**/calls/placed?command="):
        page.get_by_role("link", name="020 5551 2345").click()
    expect(page.locator(".placed p")).to_have_text("Your phone is busy.")
    expect(page.locator(".placed bdi")).to_have_text("Mali Souk · +856 20 55 512 345")
    expect(page.locator("#toast")).to_be_empty()


def test_who_has_no_phone_reads_what_to_do(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    Extension.objects.all().delete()
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.get_by_role("link", name="020 5551 2345").click()
    expect(page.locator("#toast")).to_contain_text("You have no extension. Ask the administrator to give you one.")
    assert not Call.objects.exists()


def test_a_dear_number_is_called_after_a_question(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, patient: None
) -> None:
    add_number_to_customer(customer=mali, raw="+44 909 879 0000")
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.get_by_role("link", name="+44 909 879 0000").click()
    expect(page.locator("#toast")).to_contain_text("This is a premium-rate number")
    page.locator("#toast").get_by_role("button", name="Do not call").click()
    assert not DialRequest.objects.exists()
    page.get_by_role("link", name="+44 909 879 0000").click()
    page.locator("#toast").get_by_role("button", name="Call", exact=True).click()
    expect(page.locator(".placed p")).to_contain_text("Your phone rings")
    assert DialRequest.objects.get().number == "+449098790000"


def test_a_press_whose_answer_was_lost_is_not_repeated_and_told(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, patient: None
) -> None:
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/calls/dial", lose_answer)
    page.get_by_role("link", name="020 5551 2345").click()
    expect(page.locator(".placed p")).to_contain_text("Your phone rings")
    assert DialRequest.objects.count() == 1


def test_a_press_that_never_arrived_is_told_so(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, patient: None
) -> None:
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.route("**/calls/dial", lambda route: route.abort())
    page.get_by_role("link", name="020 5551 2345").click()
    expect(page.locator("#toast")).to_contain_text("The call was not placed. Try again.")
    assert not DialRequest.objects.exists()


def test_after_a_break_that_the_live_line_did_not_notice_one_is_told_too(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, patient: None
) -> None:
    context = signed_in("anna")
    page = open_page(context, f"/customers/{mali.pk}/")
    context.set_offline(True)
    with page.expect_event("requestfailed", lambda request: "/calls/placed" in request.url):
        page.get_by_role("link", name="020 5551 2345").click()
    expect(page.locator("#toast")).to_contain_text("No connection.")
    context.set_offline(False)
    expect(page.locator("#toast")).to_contain_text("The call was not placed. Try again.")
    assert not DialRequest.objects.exists()


def test_a_question_about_a_lost_press_is_asked_until_it_is_answered(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, patient: None
) -> None:
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.route("**/calls/dial", lambda route: route.abort())
    page.route("**/calls/placed?*", lambda route: route.abort(), times=1)
    page.get_by_role("link", name="020 5551 2345").click()
    expect(page.locator("#toast")).to_contain_text("The call was not placed. Try again.")


def test_who_waits_on_hold_is_told_and_taken_back(product: Product, signed_in: SignIn, open_page: OpenPage) -> None:
    page = open_page(signed_in("anna"))
    key = product.run(product.simulator.ring("+8562055512345", ["301"]))
    product.run(product.simulator.answer(key, "301"))
    commands = page.locator("article.popup call-commands")
    commands.get_by_role("button", name="Hold").press("Enter")
    expect(commands).to_have_attribute("data-held", "On hold")
    page.reload()
    expect(commands).to_have_attribute("data-held", "On hold")  # as the telephone system tells it
    commands.get_by_role("button", name="Take back").press("Enter")
    expect(commands.get_by_role("button", name="Hold")).to_be_enabled()
    expect(commands).not_to_have_attribute("data-held", "On hold")


def test_who_asks_a_colleague_first_reads_whom_while_the_other_side_waits(
    product: Product, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    key = product.run(product.simulator.ring("+8562055512345", ["301"]))
    product.run(product.simulator.answer(key, "301"))
    commands = page.locator("article.popup call-commands")
    commands.get_by_role("button", name="Hand on").press("Enter")
    commands.get_by_label("To whom? A name or a number").fill("302")
    commands.get_by_role("button", name="Ask them first").press("Enter")
    expect(commands).to_have_attribute("data-held", "Calling Bounmy while the other side waits")
    product.run(product.simulator.answer(key, "302"))
    expect(commands).to_have_attribute("data-held", "Talking with Bounmy while the other side waits")


def test_the_card_of_a_call_one_talks_in_hands_it_on(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    key = product.run(product.simulator.ring("+8562055512345", ["301"]))
    product.run(product.simulator.answer(key, "301"))
    card = page.locator("article.popup")
    late: list[tuple[Route, APIResponse]] = []
    page.route("**/do/unhold", lambda route: late.append((route, route.fetch())))
    for name in ("Hold", "Take back", "Hand on"):  # a click so soon is taken for a mistake
        card.get_by_role("button", name=name).press("Enter")
    card.get_by_label("To whom? A name or a number").fill("boun")
    wait_for(lambda: page.evaluate("true") and len(late) == 1)  # the driver hands it over while it is asked something
    ((route, answer),) = late
    with page.expect_response("**/can"):  # what comes late takes nothing away from somebody who types
        route.fulfill(response=answer)
    call = Call.objects.get()
    card.locator("call-commands").evaluate("commands => (commands.dataset.old = '1')")
    with transaction.atomic():
        tell([Tell(user_id=User.objects.get(username="anna").pk, kind="popup", payload={"call": call.pk})])
    expect(card.locator("call-commands[data-old]")).to_have_count(0)  # the card is another one
    whom = card.get_by_label("To whom? A name or a number")
    expect(whom).to_have_value("boun")
    expect(whom).to_be_focused()
    page.keyboard.type("m")
    expect(whom).to_have_value("bounm")
    whom.press("Enter")  # a name is not dialled
    expect(card.get_by_role("button", name="Bounmy 302")).to_be_focused()
    page.keyboard.press("ArrowUp")
    whom.fill("9")
    whom.press("Enter")
    expect(page.locator("#toast")).to_contain_text("not a number that can be called")
    expect(whom).to_have_value("9")  # to be mended
    whom.fill("bounm")
    expect(card.get_by_role("button", name="Bounmy 302")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    card.get_by_role("button", name="Hand on now").click()
    expect(page.locator("#toast")).to_contain_text("Handed on.")
    wait_for(lambda: call.segments.filter(extension="302", rang_at__isnull=False).exists())
    wait_for(lambda: call.segments.filter(extension="301", ended_at__isnull=False).exists())


def test_the_softphone_is_asked_only_for_what_may_be_called(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    User.objects.filter(username="anna").update(calls_with="soft")
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.evaluate("document.addEventListener('call:soft', ({ detail }) => document.body.dataset.asked = detail.number)")
    page.get_by_role("link", name="020 5551 2345").click()
    expect(page.locator("body")).to_have_attribute("data-asked", "+8562055512345")
    assert DialRequest.objects.get().how == "soft"
    assert not Call.objects.exists()


@pytest.mark.parametrize(("keys", "pressed"), [("%2C%2C12", ",,12"), ("%2C%2C*72", ""), ("%3B12", "")])
def test_the_softphone_is_given_no_keys_that_are_orders(
    keys: str, pressed: str, product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    """Whoever has the page open a link of another program agrees to a call, not to what its keys do afterwards."""
    User.objects.filter(username="anna").update(calls_with="soft")
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.evaluate(
        "addEventListener('call:soft', (event) => (event.stopImmediatePropagation(),"
        " (document.body.dataset.then = `<${event.detail.then}>`)), { capture: true })"
    )
    number = f"+8562055512345{keys}"
    page.evaluate(f"document.body.insertAdjacentHTML('beforeend', '<a id=odd href=\"tel:{number}\">odd</a>')")
    page.locator("#odd").click()
    expect(page.locator("body")).to_have_attribute("data-then", f"<{pressed}>")
    if not pressed:
        told = DialRequest.objects.get().then.strip(",;")
        expect(page.locator("#toast")).to_contain_text(f"Once it is answered, press {told}")


def test_a_link_of_another_program_calls_only_after_a_press(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, patient: None
) -> None:
    page = open_page(signed_in("anna"), "/calls/to?number=tel%3A%2B8562055512345%3Bext%3D12")
    expect(page.locator(".call-to")).to_have_text("Mali Souk +856 20 55 512 345")
    assert not DialRequest.objects.exists()
    page.locator("#windows").get_by_role("link", name="Call").click()
    expect(page.locator(".placed-then")).to_have_text("Once it is answered, press 12")
    assert DialRequest.objects.get().then == "12"


def test_a_veiled_number_is_called_by_its_link_and_stands_nowhere_in_the_page(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage, patient: None
) -> None:
    anna = User.objects.get(username="anna")
    rights = sorted(READY["manager"].rights - {"phones.whole", "phones.change"})
    anna.take_roles([Role.objects.create(name="Without numbers", rights=rights, scope="all")])
    page = open_page(signed_in("anna"), f"/customers/{mali.pk}/")
    page.get_by_role("link", name="+856 20 ** *** * 45").click()
    expect(page.locator(".placed p")).to_have_text("Your phone rings: pick it up to call Mali Souk")
    expect(page.locator(".placed bdi")).to_have_text("+856 20 ** *** * 45")
    assert DialRequest.objects.get().number == "+8562055512345"
    assert "512345" not in page.content().replace(" ", "")
