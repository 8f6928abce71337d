"""The pop-up in a real browser: who sees it, what it never does, and how it goes away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from callcard.calls.models import Call, Notice
from callcard.calls.services import show_line_back, show_line_lost
from callcard.customers.models import Customer
from callcard.customers.services import archive_customer, create_customer
from callcard.live.models import LiveEvent
from callcard.staff.models import User
from callcard.staff.services import deactivate_person
from callcard.switchboard.journal import write_link_report
from callcard.telephony.connector import LinkReport, LinkState
from tests.browser.conftest import OpenPage, settled, wait_until
from tests.stories.product import Product, wait_for

pytestmark = pytest.mark.browser

MALI = "+8562055512345"
SignIn = Callable[..., BrowserContext]

# A browser that no person can be made to hide: the page is told that it is hidden.
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def talk(product: Product) -> str:
    """Mali calls Anna, who answers; the key of the call."""
    key = product.run(product.simulator.ring(MALI, ["301"]))
    product.run(product.simulator.answer(key, "301"))
    return key


def test_two_tabs_show_one_call_and_closing_it_in_one_closes_it_in_both(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    context = signed_in("anna")
    one, other = open_page(context), open_page(context)
    product.run(product.simulator.ring(MALI, ["301"]))
    for tab in (one, other):
        expect(tab.locator("article.popup")).to_have_count(1)
        expect(tab.locator(".popup-name")).to_have_text("Mali Souk")
    wait_for(lambda: Notice.objects.filter(shown_at__isnull=False).count() == 1)
    settled(one).locator(".popup [data-do=close]").click()
    for tab in (one, other):
        expect(tab.locator("article.popup")).to_have_count(0)
    wait_for(lambda: Notice.objects.filter(closed_at__isnull=False).count() == 1)
    one.reload()
    wait_until(one, "document.querySelector('popup-stack').waiting === null")
    expect(one.locator("article.popup")).to_have_count(0)


def test_one_stream_is_open_however_many_tabs(product: Product, signed_in: SignIn, open_page: OpenPage) -> None:
    context = signed_in("anna")
    tabs = [open_page(context) for _ in range(3)]
    assert [tab.evaluate("Boolean(document.querySelector('live-line').leads)") for tab in tabs] == [True, False, False]
    tabs[0].close()
    wait_until(tabs[1], "document.querySelector('live-line').leads")
    assert not tabs[2].evaluate("Boolean(document.querySelector('live-line').leads)")
    product.run(product.simulator.ring("", ["301"]))
    for tab in tabs[1:]:
        expect(tab.locator(".popup-name")).to_have_text("Number withheld")


def test_it_never_takes_the_focus_from_a_field(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    field = page.locator(".shell-search input")
    field.click()
    page.keyboard.type("Kham")
    product.run(product.simulator.ring(MALI, ["301"]))
    expect(page.locator("article.popup")).to_be_visible()
    page.keyboard.type("la")
    expect(field).to_have_value("Khamla")
    expect(field).to_be_focused()


def test_it_is_reached_and_closed_by_keyboard_and_the_focus_goes_back(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    field = page.locator(".shell-search input")
    field.focus()
    product.run(product.simulator.ring(MALI, ["301"]))
    expect(page.locator("article.popup")).to_be_visible()
    page.keyboard.press("Alt+c")
    expect(page.locator("article.popup")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("article.popup")).to_have_count(0)
    expect(field).to_be_focused()


def test_a_call_is_announced_in_a_region_that_was_there_before(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    expect(page.locator("#announcer[role=alert]")).to_have_text("")
    page.evaluate("""() => {
      window.asked = 0;
      Object.defineProperty(Notification, "permission", { get: () => (asked++, "granted") });
    }""")
    product.run(product.simulator.ring(MALI, ["301"]))
    expect(page.locator("#announcer")).to_have_text("Incoming call: Mali Souk")
    assert page.evaluate("asked") == 0, "the page is in view, and asking holds up the next card"


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (360, 740)])
def test_ten_calls_at_once_are_one_card_and_nine_lines(
    product: Product, signed_in: SignIn, open_page: OpenPage, width: int, height: int
) -> None:
    page = open_page(signed_in("anna", width=width, height=height))
    for number in range(10):
        product.run(product.simulator.ring(f"+85620777000{number:02}", ["301"]))
    expect(page.locator(".popup-line")).to_have_count(9)
    expect(page.locator("article.popup")).to_have_count(1)
    expect(page.locator("article.popup .popup-number")).to_contain_text("09")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = [page.locator(place).bounding_box() for place in ("article.popup", ".popup-lines")]
    for box in boxes:
        assert box is not None
        assert box["height"] >= 150
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    page.locator(".popup-line", has_text="03").locator(".popup-unfold").click()
    expect(page.locator("article.popup .popup-number")).to_contain_text("03")
    expect(page.locator(".popup-line")).to_have_count(9)


def test_a_new_call_does_not_push_away_the_card_that_somebody_works_in(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    key = product.run(product.simulator.ring(MALI, ["301"]))
    expect(page.locator("article.popup")).to_be_visible()
    product.run(product.simulator.answer(key, "301"))
    note = page.locator(".popup-note textarea")
    note.click()
    page.keyboard.type("Wants the ")
    product.run(product.simulator.ring("", ["301"]))
    expect(page.locator(".popup-line")).to_have_count(1)
    product.run(product.simulator.hang_up(key, ""))
    expect(page.locator("article.popup")).to_have_attribute("data-state", "over")
    page.keyboard.type("blue one")
    expect(note).to_have_value("Wants the blue one")
    page.locator(".popup-note button").click()
    expect(page.locator("#toast")).to_have_text("Saved")
    wait_for(lambda: Notice.objects.filter(call__key=key, call__note="Wants the blue one").exists())


def test_a_note_begun_is_kept_when_its_card_is_folded_and_saved_when_it_is_closed(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    key = talk(product)
    note = page.locator(".popup-note textarea")
    note.click()
    page.keyboard.type("Wants the blue one")
    page.locator("article.popup [data-do=fold]").press("Enter")
    page.locator(".popup-unfold").click()
    expect(note).to_have_value("Wants the blue one")
    note.click()
    page.keyboard.press("Escape")
    expect(page.locator("article.popup")).to_have_count(0)
    expect(page.locator("#toast")).to_have_text("Saved")
    assert Call.objects.get(key=key).note == "Wants the blue one"


def test_a_saved_note_is_still_on_the_card_after_folding_it(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    talk(product)
    page.locator(".popup-note textarea").fill("Wants the blue one")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_have_text("Saved")
    page.locator("article.popup [data-do=fold]").press("Enter")
    page.locator(".popup-unfold").click()
    expect(page.locator(".popup-note textarea")).to_have_value("Wants the blue one")


def test_a_card_that_grows_beyond_the_screen_can_be_scrolled_to_its_end(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    talk(product)
    card = page.locator("article.popup[data-state=talking]")
    box = settled(page).locator("article.popup").bounding_box()
    assert box
    page.set_viewport_size({"width": 1280, "height": round(box["height"]) + 90})
    card.locator("summary").first.click()
    expect(card).to_have_class(re.compile(r"\bis-tall\b"))
    assert card.evaluate("(card) => getComputedStyle(card).overflowY") == "auto"


def test_who_was_found_by_typing_stays_when_the_call_is_answered(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    key = product.run(product.simulator.ring("+8562099912345", ["301"]))
    page.locator("[data-find]").click()
    page.keyboard.type("Mali")
    expect(page.locator("[data-found] button")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    product.run(product.simulator.answer(key, "301"))
    expect(page.locator("article.popup")).to_have_attribute("data-state", "talking")
    expect(page.locator("[data-found] button", has_text="Mali Souk")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".popup-name")).to_have_text("Mali Souk")


def test_a_new_customer_begins_with_the_name(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    product.run(product.simulator.ring("+8562099912345", ["301"]))
    page.locator("article.popup .popup-act").press("Enter")
    expect(page.locator(".window [name=name]")).to_be_focused()


def test_who_answered_is_said_to_the_others_and_then_it_goes(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    key = product.run(product.simulator.ring(MALI, ["301", "302"]))
    expect(page.locator("article.popup")).to_be_visible()
    product.run(product.simulator.answer(key, "302"))
    expect(page.locator(".popup-status")).to_contain_text("Answered by Bounmy")
    page.evaluate("[...document.querySelector('popup-stack').calls.values()][0].endedAt -= 7_000")
    expect(page.locator("article.popup")).to_have_count(0)


def test_the_cards_of_somebody_who_is_shut_out_leave_the_screen(
    product: Product, mali: Customer, office_people: dict[str, User], signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    product.run(product.simulator.ring(MALI, ["301"]))
    product.run(product.simulator.ring("+8562099999999", ["301"]))
    expect(page.locator("popup-stack [data-call]")).to_have_count(2)
    deactivate_person(user=office_people["anna"], by=User.objects.create_user("chief", role="administrator"))
    expect(page.locator(".lamp-word")).to_contain_text("signed out")
    expect(page.locator("popup-stack [data-call]")).to_have_count(0)


def test_a_name_with_html_in_it_is_only_a_name(
    product: Product, office_people: dict[str, User], signed_in: SignIn, open_page: OpenPage
) -> None:
    name = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"
    create_customer(name=name, by=office_people["anna"], numbers=["020 5551 9999"])
    page = open_page(signed_in("anna"))
    product.run(product.simulator.ring("+8562055519999", ["301"]))
    expect(page.locator(".popup-name")).to_have_text(name)
    assert page.locator(".popup-name img, .popup-name script").count() == 0
    assert page.title() != "broken"


def test_a_caller_cannot_turn_round_what_stands_beside_their_name(
    product: Product, office_people: dict[str, User], signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    product.run(product.simulator.ring("+8562099912345", ["301"], name="\u202eknaB\u2067 (safe)"))
    expect(page.locator(".popup-hint")).to_have_text("The network says: knaB (safe)")
    page.goto(f"http://127.0.0.1:{product.port}/calls/recent/")
    expect(page.locator(".window td.long").first).to_contain_text("knaB (safe)")
    assert not page.evaluate("/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.textContent)")


def test_an_unknown_number_is_added_to_somebody_found_by_typing(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    product.run(product.simulator.ring("+8562099912345", ["301"]))
    expect(page.locator(".popup-name")).to_have_text("Unknown number")
    page.locator("[data-find]").click()
    page.keyboard.type("Mali")
    page.locator("[data-found] button", has_text="Mali Souk").click()
    expect(page.locator(".popup-name")).to_have_text("Mali Souk")
    assert mali.phones.filter(e164="+8562099912345").exists()
    page.get_by_role("button", name="Not this customer: take the number back").press("Enter")
    expect(page.locator(".popup-name")).to_have_text("Unknown number")
    assert not mali.phones.filter(e164="+8562099912345").exists()


def test_a_hidden_page_says_the_name_in_its_title_until_it_stops_ringing(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    plain = page.title()
    page.evaluate(HIDE, True)
    key = product.run(product.simulator.ring(MALI, ["301"]))
    wait_until(page, "document.title === '☎ Mali Souk'")
    product.run(product.simulator.hang_up(key, ""))
    wait_for(lambda: page.title() == plain)


def test_a_browser_that_slept_catches_up_when_it_wakes(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    context = signed_in("anna")
    page = open_page(context)
    context.route("**/live?*", lambda route: route.abort())
    page.evaluate("document.querySelector('live-line').abort.abort()")
    wait_until(page, "document.querySelector('live-line').line === 'lost'")
    product.run(product.simulator.ring(MALI, ["301"]))
    wait_for(lambda: Notice.objects.exists())
    expect(page.locator("article.popup")).to_have_count(0)
    context.unroute("**/live?*")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".popup-name")).to_have_text("Mali Souk")


def test_silence_on_the_line_is_noticed(product: Product, signed_in: SignIn, open_page: OpenPage) -> None:
    page = open_page(signed_in("anna"))
    page.evaluate("document.querySelector('live-line').heardAt -= 41_000")
    page.evaluate("window.heard = []; document.addEventListener('live:hello', () => heard.push(1))")
    wait_until(page, "heard.length === 1")


def test_a_call_opens_although_the_mouse_rests_on_a_card_that_is_over(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    key = product.run(product.simulator.ring(MALI, ["301"]))
    page.locator("article.popup .popup-who").hover()
    second = product.run(product.simulator.ring("+8562099900002", ["301"]))
    expect(page.locator(".popup-line")).to_have_count(1)  # what goes on is not pushed away from under the mouse
    product.run(product.simulator.hang_up(second, ""))
    product.run(product.simulator.hang_up(key, ""))
    expect(page.locator("article.popup")).to_have_attribute("data-state", "over")
    page.locator("article.popup .popup-who").hover()
    product.run(product.simulator.ring("+8562099900003", ["301"]))
    expect(page.locator("article.popup")).to_have_attribute("data-state", "ringing")
    expect(page.locator("article.popup .popup-number")).to_contain_text("03")


def test_a_card_closed_without_a_connection_says_so_and_is_closed_when_it_is_back(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    context = signed_in("anna")
    page = open_page(context)
    key = product.run(product.simulator.ring(MALI, ["301"]))
    expect(page.locator("article.popup")).to_be_visible()
    context.set_offline(True)
    page.locator("article.popup [data-do=close]").first.press("Enter")
    expect(page.locator("article.popup")).to_have_count(0)
    expect(page.locator("#toast")).to_contain_text("No connection")
    assert Notice.objects.get(call__key=key).closed_at is None
    context.set_offline(False)
    page.evaluate("document.querySelector('live-line').abort?.abort()")
    wait_for(lambda: Notice.objects.filter(call__key=key, closed_at__isnull=False).exists())
    expect(page.locator("article.popup")).to_have_count(0)


def test_a_wrong_choice_is_taken_back_on_the_card(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    create_customer(name="Mali Twin", numbers=[MALI])
    page = open_page(signed_in("anna"))
    product.run(product.simulator.ring(MALI, ["301"]))
    page.locator(".choices button", has_text="Mali Twin").press("Enter")  # a click this soon is taken for a mistake
    expect(page.locator(".popup-name")).to_have_text("Mali Twin")
    page.get_by_role("button", name="Not this customer").press("Enter")
    expect(page.locator(".choices button")).to_have_count(2)
    page.locator(".choices button", has_text="Mali Souk").press("Enter")
    expect(page.locator(".popup-name")).to_have_text("Mali Souk")


def test_a_caller_who_was_archived_is_brought_back_on_the_card(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    archive_customer(customer=mali)
    page = open_page(signed_in("anna"))
    product.run(product.simulator.ring(MALI, ["301"]))
    expect(page.locator(".popup-hint")).to_have_text("Mali Souk had this number and is archived.")
    page.get_by_role("button", name="Bring Mali Souk back").press("Enter")
    expect(page.locator(".popup-name")).to_have_text("Mali Souk")
    mali.refresh_from_db()
    assert mali.archived_at is None


def test_a_note_stands_beside_its_bar_and_keys_in_their_order_in_a_page_from_right_to_left(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    anna = User.objects.get(username="anna")
    spoken = {"started_at": timezone.now(), "ended_at": timezone.now(), "answered_by": anna, "outcome": "answered"}
    Call.objects.create(pbx="p", key="before", direction="inbound", customer=mali, note="Left to right.", **spoken)
    page = open_page(signed_in("anna"))
    page.evaluate("document.documentElement.dir = 'rtl'")
    product.run(product.simulator.ring(MALI, ["301"]))
    expect(page.locator(".said")).to_have_text("Left to right.")
    style = "const s = getComputedStyle(document.querySelector('.said')); [s.direction, s.textAlign, s.borderLeftWidth]"
    assert page.evaluate(f"(() => {{ {style.replace('; [', '; return [')} }})()") == ["ltr", "start", "3px"]
    keys = page.locator(".popup-keys [data-when=outside] kbd")
    alt, letter = (keys.nth(n).bounding_box() or {"x": -1.0} for n in range(2))
    assert 0 < alt["x"] < letter["x"]


def test_a_lost_line_is_said_on_the_card_until_it_is_back(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    product.run(product.simulator.ring(MALI, ["301"]))
    expect(page.locator("article.popup")).to_have_attribute("data-state", "ringing")
    show_line_lost(pbx="simulator")
    expect(page.locator(".popup-status b")).to_have_text("Line to the telephone system lost")
    expect(page.locator("article.popup")).to_have_attribute("data-state", "lost")
    show_line_back(pbx="simulator")
    expect(page.locator("article.popup")).to_have_attribute("data-state", "ringing")


UNSEEN = """(() => {
  const list = document.querySelector(".popup-lines");
  const end = list.getBoundingClientRect().bottom + 2;
  return [...list.children].filter((line) => line.getBoundingClientRect().bottom > end).length;
})()"""


@pytest.mark.parametrize(("width", "height"), [(1280, 560), (390, 700)])
def test_of_many_lines_some_are_seen_and_how_many_are_not_is_said(
    product: Product, signed_in: SignIn, open_page: OpenPage, width: int, height: int
) -> None:
    page = open_page(signed_in("anna", width=width, height=height))
    for number in range(10):
        product.run(product.simulator.ring(f"+85620777000{number:02}", ["301"]))
    more = page.locator(".popup-more")
    expect(page.locator(".popup-line")).to_have_count(9)
    wait_until(page, f"document.querySelector('.popup-more').textContent === `${{{UNSEEN}}} more`")
    assert 1 <= page.evaluate(UNSEEN) <= 6
    page.locator(".popup-lines").hover()
    page.mouse.wheel(0, 2000)
    expect(more).to_be_hidden()
    page.locator(".popup-unfold").first.focus()
    expect(more).to_be_visible()
    for _ in range(8):
        page.keyboard.press("ArrowDown")
    expect(page.locator(".popup-unfold").last).to_be_focused()
    wait_until(page, f"{UNSEEN} === 0 && document.querySelector('.popup-more').hidden")


def test_a_card_that_is_over_gives_way_though_it_has_the_focus_unless_something_is_written_in_it(
    product: Product, mali: Customer, signed_in: SignIn, open_page: OpenPage
) -> None:
    page = open_page(signed_in("anna"))
    card, number = page.locator("article.popup"), page.locator("article.popup .popup-number")
    first = product.run(product.simulator.ring(MALI, ["301"]))
    expect(card).to_have_count(1)
    page.keyboard.press("Alt+c")
    product.run(product.simulator.hang_up(first, ""))
    expect(card).to_have_attribute("data-state", "over")
    second = product.run(product.simulator.ring("+8562099900002", ["301"]))
    expect(number).to_contain_text("02")
    expect(card).to_be_focused()
    product.run(product.simulator.hang_up(second, ""))
    expect(card).to_have_attribute("data-state", "over")
    page.locator(".popup-note textarea").fill("Wants the blue one")
    product.run(product.simulator.ring("+8562099900003", ["301"]))
    expect(page.locator(".popup-line")).to_have_count(2)
    expect(number).to_contain_text("02")
    page.locator(".popup-note textarea").fill("")  # begun, and thought better of
    page.evaluate(
        "document.querySelector('popup-stack').calls.forEach((call) => call.endedAt && (call.endedAt -= 31_000))"
    )
    expect(number).to_contain_text("03")
    expect(card).to_be_focused()


def test_the_lamp_of_a_manager_follows_the_link(product: Product, signed_in: SignIn, open_page: OpenPage) -> None:
    context = signed_in("anna")
    page = open_page(context)
    expect(page.locator(".lamp-word")).to_have_text("Telephone connected")
    say_link(LinkState.DOWN)
    expect(page.locator(".lamp-word")).to_have_text("No link to the telephone system")
    later = open_page(context)
    for tab, state, words in ((later, LinkState.REFUSED, "refuses the link"), (page, LinkState.UP, "connected")):
        say_link(state)
        expect(tab.locator(".lamp-word")).to_contain_text(words)
    expect(later.locator(".lamp")).to_have_attribute("data-state", "up")
    context.route("**/live?*", lambda route: route.abort())
    page.evaluate("document.querySelector('live-line').abort.abort()")
    wait_until(page, "document.querySelector('live-line').line === 'lost'")
    say_link(LinkState.DOWN)
    LiveEvent.objects.all().delete()  # too long ago to be told again
    context.unroute("**/live?*")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".lamp-word")).to_have_text("No link to the telephone system")


def say_link(state: LinkState) -> None:
    write_link_report("simulator", LinkReport(state=state, at=timezone.now()))
