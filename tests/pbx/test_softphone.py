"""The softphone in a real Chromium against a real Asterisk, with sound that is measured at both ends."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Page, expect

from callcard.calls.models import Call
from callcard.staff.softphone.models import SipAccount, SoftphoneServer
from callcard.staff.softphone.queries import forget_server_origin
from callcard.telephony.numbers import legible
from lab.asterisk.plan import Plan
from lab.asterisk.run import Asterisk
from lab.exchange import CUSTOMER, Exchange, ended, up
from lab.phones.dialog import Dialog, Incoming, Outgoing
from lab.phones.voice import Voice
from lab.ports import free_port
from tests.pbx.softphone_office import (
    DESK,
    FAR_HERTZ,
    PAGE_HERTZ,
    SOFT,
    Machines,
    Office,
    comes_to,
    loudness_and_hertz,
    machines_running,
    opened_office,
)
from tests.pbx.watching import Logged, logged_calls, name_of

pytestmark = [pytest.mark.pbx, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WRONG_SECRET = "The telephone system refuses the softphone: user name or secret is wrong. Ask the administrator."
CUSTOMER_SHOWN = f"Mali Souk · {legible(CUSTOMER)}"
LOUD, SILENT = 0.02, 0.002


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's event loop is this thread's
        with machines_running(tmp_path_factory.mktemp("softphone")) as running:
            yield running


@pytest.fixture
def office(machines: Machines) -> Iterator[Office]:
    with opened_office(machines) as opened:
        yield opened
        machines.telephones.run(machines.telephones.exchange.release_phones())
        machines.telephones.run(machines.telephones.exchange.idle())


class Ear:
    """What the far end hears and says, from the answer on."""

    def __init__(self, office: Office, dialog: Dialog, hertz: float = FAR_HERTZ) -> None:
        self._run = office.telephones.run
        self._dialog = dialog
        self.voice = Voice(dialog, hertz)

    def __enter__(self) -> Ear:
        self._run(self.voice.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self.voice.__aexit__())

    def hears(self, hertz: float) -> bool:
        async def look() -> bool:
            return self.voice.loudness() > LOUD and self.voice.share_of(hertz) > 0.8

        return self._run(look())

    def told(self) -> tuple[float, float]:
        async def look() -> tuple[float, float]:
            return self.voice.loudness(), self.voice.share_of(PAGE_HERTZ)

        return self._run(look())


def customer_calls(office: Office) -> Outgoing:
    async def call() -> Outgoing:
        return await office.telephones.exchange.outside_call(SOFT, CUSTOMER)

    return office.telephones.run(call())


def talk_by_card(office: Office, page: Page) -> Outgoing:
    caller = customer_calls(office)
    button = page.locator("article.popup").get_by_role("button", name="Answer")
    expect(button).to_be_visible()
    button.press("Enter")  # a click in the first quarter of a second is taken for one on what was there before
    office.telephones.run(up(caller))
    return caller


def page_hears(page: Page, hertz: float) -> None:
    comes_to(lambda: _is_heard(page, hertz), lambda: f"{hertz} is not heard in the page: {loudness_and_hertz(page)}")


def _is_heard(page: Page, hertz: float) -> bool:
    loudness, heard = loudness_and_hertz(page)
    return loudness > LOUD and abs(heard - hertz) < 15


def log_of_one(office: Office) -> Logged:
    """The one call that there was, when it is over."""
    comes_to(lambda: Call.objects.filter(ended_at__isnull=False).exists(), lambda: "no call has ended in the log")
    (call,) = logged_calls()
    return call


def parties(call: Logged) -> list[tuple[str, str, str]]:
    return sorted((name_of(segment), segment.role, segment.outcome) for segment in call.segments)


def test_a_call_that_comes_in_is_answered_on_its_card_and_sounds_both_ways(office: Office) -> None:
    with office.sign_in() as context:
        page = office.open(context)
        caller = talk_by_card(office, page)
        with Ear(office, caller) as far:
            comes_to(lambda: far.hears(PAGE_HERTZ), far.told)
            page_hears(page, FAR_HERTZ)
            row = page.locator(".phone-call")
            expect(row).to_have_attribute("data-state", "talking")

            row.get_by_role("button", name="Mute").click()
            comes_to(lambda: far.told()[0] < SILENT, far.told)
            page_hears(page, FAR_HERTZ)
            row.get_by_role("button", name="Unmute").click()
            comes_to(lambda: far.hears(PAGE_HERTZ), far.told)
            row.get_by_role("button", name="Hang up").click()
        office.telephones.run(ended(caller))
        expect(page.locator(".phone-call")).to_have_count(0)
    call = log_of_one(office)
    assert (call.row.direction, call.row.outcome, call.answered_by) == ("inbound", "answered", SOFT)
    assert parties(call) == [(CUSTOMER, "caller", "answered"), (SOFT, "called", "answered")]


def test_hold_is_silent_and_counted_and_keys_arrive(office: Office) -> None:
    with office.sign_in() as context:
        page = office.open(context)
        caller = talk_by_card(office, page)
        row = page.locator(".phone-call")
        with Ear(office, caller) as far:
            comes_to(lambda: far.hears(PAGE_HERTZ), far.told)
            row.get_by_role("button", name="Hold").click()
            expect(row).to_have_attribute("data-state", "held")
            comes_to(lambda: far.told()[1] < 0.1, far.told)  # music, if anything, but not who holds
            office.telephones.run(asyncio.sleep(1.0))
            row.get_by_role("button", name="Take back").click()
            expect(row).to_have_attribute("data-state", "talking")
            comes_to(lambda: far.hears(PAGE_HERTZ), far.told)
            page_hears(page, FAR_HERTZ)
            row.get_by_role("button", name="Keypad").click()
            for key in "5#":
                row.locator(".phone-keys").get_by_role("button", name=key).click()
            page.keyboard.press("7")
            comes_to(lambda: keys_heard(office) == "5#7", lambda: keys_heard(office))
            expect(row.locator(".phone-quality")).to_have_attribute("data-quality", "good")
            office.telephones.run(caller.hang_up())
        expect(page.locator(".phone-call")).to_have_count(0)
    call = log_of_one(office)
    assert call.row.outcome == "answered"
    assert 1.0 <= call.row.hold_seconds < call.row.talk_seconds


def keys_heard(office: Office) -> str:
    """By the PBX, of the softphone."""
    events = bytes(office.telephones.exchange.ami.taken).decode().split("\r\n\r\n")
    ends = [event for event in events if "Event: DTMFEnd" in event and f"Channel: PJSIP/{SOFT}-" in event]
    received = [event for event in ends if "Direction: Received" in event]
    return "".join(event.partition("Digit: ")[2][:1] for event in received)


def call_by_number(page: Page, number: str, command: str) -> None:
    """What a press on a number tells the softphone."""
    event = f'new CustomEvent("call:soft", {{ detail: {{ number: "{number}", command: "{command}" }} }})'
    page.evaluate(f"document.dispatchEvent({event})")


def rung(office: Office) -> Incoming:
    return office.telephones.run(office.telephones.exchange.trunk.next_call())


def test_a_number_is_called_once_however_often_it_is_asked_and_makes_no_pop_up(office: Office) -> None:
    with office.sign_in() as context:
        page = office.open(context)
        for _ in range(2):
            call_by_number(page, CUSTOMER, "one-command")
        there = rung(office)
        expect(page.locator(".phone-call")).to_have_attribute("data-state", "calling")
        office.telephones.run(picked_up(there))
        with Ear(office, there) as far:
            comes_to(lambda: far.hears(PAGE_HERTZ), far.told)
            page_hears(page, FAR_HERTZ)
            expect(page.locator("article.popup")).to_have_count(0)
            page.locator(".phone-call").get_by_role("button", name="Hang up").click()
            office.telephones.run(ended(there))
        assert office.telephones.exchange.trunk.incoming.empty()
    call = log_of_one(office)
    assert (call.row.direction, call.row.outcome, call.caller) == ("outbound", "answered", SOFT)
    assert parties(call) == [(CUSTOMER, "called", "answered"), (SOFT, "caller", "answered")]


def test_a_call_is_given_up_while_it_rings(office: Office) -> None:
    with office.sign_in() as context:
        page = office.open(context)
        call_by_number(page, CUSTOMER, "given-up")
        there = rung(office)
        page.locator(".phone-call").get_by_role("button", name="Hang up").click()
        office.telephones.run(ended(there))
        expect(page.locator(".phone-call")).to_have_count(0)
    assert log_of_one(office).row.outcome == "cancelled"


def test_who_is_busy_is_named_and_can_be_called_again_but_not_two_at_once(office: Office) -> None:
    with office.sign_in() as context:
        page, other_tab = office.open(context), office.open(context)
        call_by_number(page, CUSTOMER, "busy")
        there = rung(office)
        expect(page.locator(".phone-who")).to_have_text(CUSTOMER_SHOWN)
        call_by_number(page, DESK, "second")
        expect(page.locator("#toast")).to_have_text(
            f"\u2068{CUSTOMER_SHOWN}\u2069 is being called. Hang up first to call somebody else."
        )
        office.telephones.run(refused(there))
        for tab in (page, other_tab):
            expect(tab.locator("#toast span")).to_have_text(
                f"\u2068{CUSTOMER_SHOWN}\u2069 is busy. Try again in a while."
            )
        with page.expect_request("**/calls/dial") as asked:
            page.locator("#toast").get_by_role("button", name="Call again").click()
        assert f"number={quote_plus(CUSTOMER)}" in (asked.value.post_data or "")
    (call,) = [each for each in logged_calls() if each.row.outcome == "busy"]
    assert call.caller == SOFT


async def refused(call: Incoming) -> None:
    call.refuse()


async def picked_up(call: Incoming) -> None:
    call.answer()


def rings_at_desk(office: Office) -> Incoming:
    async def next_call(exchange: Exchange) -> Incoming:
        return await (await exchange.phone(DESK)).next_call()

    return office.telephones.run(next_call(office.telephones.exchange))


def hand_over(page: Page, how: str) -> None:
    row = page.locator(".phone-call")
    row.get_by_role("button", name="Hand on", exact=True).click()
    row.locator("input[name=to]").fill(DESK)
    row.get_by_role("button", name=how).click()


def end_of_transfer(office: Office, page: Page, caller: Outgoing, desk: Incoming) -> Logged:
    """The customer and the desk phone talk, and the softphone is free; then the customer hangs up."""
    expect(page.locator(".phone-call")).to_have_count(0)
    assert caller.is_up
    assert desk.is_up
    with Ear(office, desk, FAR_HERTZ), Ear(office, caller, 700.0) as customer:
        comes_to(lambda: customer.hears(FAR_HERTZ), customer.told)
    office.telephones.run(caller.hang_up())
    office.telephones.run(ended(desk))
    return log_of_one(office)


def test_a_call_is_handed_on_blindly(office: Office) -> None:
    office.telephones.run(office.telephones.exchange.phone(DESK))
    with office.sign_in() as context:
        page = office.open(context)
        caller = talk_by_card(office, page)
        hand_over(page, "Hand on now")
        desk = rings_at_desk(office)
        office.telephones.run(picked_up(desk))
        call = end_of_transfer(office, page, caller, desk)
    assert parties(call) == [
        (CUSTOMER, "caller", "answered"),
        (DESK, "called", "answered"),
        (SOFT, "called", "answered"),
    ]


def test_a_call_handed_on_to_a_phone_that_is_off_is_asked_about_and_said_to_be_lost(office: Office) -> None:
    with office.sign_in() as context:
        page = office.open(context)
        page.set_viewport_size({"width": 390, "height": 800})  # where the card must leave the form in sight
        caller = talk_by_card(office, page)
        toast = page.locator("#toast")
        for answer in ("Leave it", "Hand on"):
            hand_over(page, "Hand on now")
            expect(toast).to_contain_text(f"The phone of Agent{DESK} is not connected: the caller may be lost.")
            assert caller.is_up
            toast.get_by_role("button", name=answer).click()
        expect(toast.locator("span")).to_have_text(
            f"Nobody took the call with \u2068{CUSTOMER_SHOWN}\u2069, and the telephone system has ended it."
        )
        expect(toast.get_by_role("button", name="Call again")).to_be_visible()
        expect(page.locator(".phone-call")).to_have_count(0)
    assert caller.ended.is_set()


def test_a_call_is_handed_on_after_asking(office: Office) -> None:
    office.telephones.run(office.telephones.exchange.phone(DESK))
    with office.sign_in() as context:
        page = office.open(context)
        caller = talk_by_card(office, page)
        hand_over(page, "Ask them first")
        desk = rings_at_desk(office)
        expect(page.locator('.phone-call[data-state="held"]')).to_have_count(1)
        office.telephones.run(picked_up(desk))
        with Ear(office, desk) as asked:
            comes_to(lambda: asked.hears(PAGE_HERTZ), asked.told)
        page.get_by_role("button", name="Connect them").click()
        call = end_of_transfer(office, page, caller, desk)
    assert parties(call) == [
        (CUSTOMER, "caller", "answered"),
        (DESK, "called", "answered"),
        (SOFT, "called", "answered"),
    ]
    assert call.row.hold_seconds > 0


def test_one_tab_is_the_telephone_and_every_tab_steers_it(office: Office) -> None:
    with office.sign_in() as context:
        first, second = office.open(context), office.open(context)
        holders = [page.evaluate("Boolean(document.querySelector('soft-phone').isHolder)") for page in (first, second)]
        assert holders == [True, False]
        caller = talk_by_card(office, second)
        for page in (first, second):
            expect(page.locator('.phone-call[data-state="talking"]')).to_have_count(1)
        with Ear(office, caller) as far:
            comes_to(lambda: far.hears(PAGE_HERTZ), far.told)
            second.evaluate("document.querySelector('window-bar').openWindow('/customers/')")
            expect(second.get_by_role("heading", name="Customers", exact=True)).to_be_visible()
            second.close()
            comes_to(lambda: far.hears(PAGE_HERTZ), far.told)
        third = office.open(context)
        expect(third.locator('.phone-call[data-state="talking"]')).to_have_count(1)
        with first.expect_event("dialog") as asked:
            first.close(run_before_unload=True)
        assert asked.value.type == "beforeunload"
        asked.value.dismiss()
        assert caller.is_up
        third.locator(".phone-call").get_by_role("button", name="Hang up").click()
        office.telephones.run(ended(caller))
        expect(first.locator(".phone-call")).to_have_count(0)
        first.close()
        comes_to(lambda: bool(third.evaluate("document.querySelector('soft-phone').isHolder")), lambda: "no holder")
        expect(third.locator("soft-phone")).to_have_attribute("data-state", "ready")
        caller = talk_by_card(office, third)
        office.telephones.run(caller.hang_up())


REFUSED = "() => Promise.reject(new DOMException('', 'NotAllowedError'))"
GONE = "() => Promise.reject(new DOMException('', 'NotFoundError'))"


@pytest.mark.parametrize(
    ("answer", "words"), [(REFUSED, "may not use the microphone"), (GONE, "No microphone is found")]
)
def test_without_a_microphone_it_says_so_and_the_call_goes_on_ringing(office: Office, answer: str, words: str) -> None:
    with office.sign_in() as context:
        page = office.open(context)
        page.evaluate(f"() => void (navigator.mediaDevices.getUserMedia = {answer})")
        caller = customer_calls(office)
        expect(page.locator("article.popup")).to_be_visible()
        page.keyboard.press("Alt+a")
        expect(page.locator("#toast")).to_contain_text(words)
        assert not caller.answered.is_set()
        # By keyboard: a click in the first quarter of a second is taken for one on what was there before.
        page.locator("article.popup").get_by_role("button", name="Decline").press("Enter")
        office.telephones.run(ended(caller, seconds=15))
    assert (caller.status, log_of_one(office).row.outcome) == (486, "busy")


def test_a_wrong_secret_is_said_and_not_tried_again(office: Office) -> None:
    SipAccount.objects.update(secret="wrong")
    with office.sign_in() as context:
        page = office.open(context, "refused")
        expect(page.locator(".soft-phone-lamp")).to_have_attribute("title", WRONG_SECRET)


def test_no_way_to_the_server_is_said_and_tried_again(office: Office) -> None:
    SoftphoneServer.objects.update(address=f"ws://127.0.0.1:{free_port()}/ws")
    forget_server_origin()
    with office.sign_in() as context:
        office.open(context, "unreachable")


def test_a_page_without_https_says_why_there_is_no_softphone(office: Office) -> None:
    with office.sign_in() as context:
        context.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
        page = office.open(context, "insecure")
        expect(page.locator(".soft-phone-lamp")).to_have_attribute("title", re.compile("https://"))


def test_it_registers_over_tls_with_a_certificate_that_the_browser_takes(office: Office) -> None:
    with Asterisk(Plan(http_tls_port=free_port())) as encrypted:
        SoftphoneServer.objects.update(address=encrypted.plan.web_address)
        forget_server_origin()
        with office.sign_in(trusts_any=True) as context:
            office.open(context)
            assert f"Contact:  {SOFT}/sip:" in encrypted.cli("pjsip show contacts")
        with office.sign_in() as context:
            office.open(context, "unreachable")
